"""Hypothesis strategies for what travels: facts that balance, envelopes, chains, batches.

A fact is drawn the way a till makes it (amounts first, tax on the sum and cut to lines, tenders for
what is due), so every kind of valid fact can occur and no draw is thrown away.
"""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from sync.protocol.bounds import INTEGER_MAX
from sync.protocol.change import INSTANT_MS_MAX, Epoch
from sync.protocol.clock import Hlc
from sync.protocol.facts import (
    BusinessDayClosed,
    Line,
    OriginalLine,
    Override,
    PriceModifier,
    RetailTransaction,
    Spend,
    StockLine,
    StockTransferred,
    TakeBack,
    TaxClass,
    TenderKind,
    TenderLine,
    TillMoved,
    TillMovementKind,
    TransferDirection,
    tax_lines,
)
from sync.protocol.figures import TaxTotal, TenderCount, TenderTotal, Totals
from sync.protocol.identity import (
    CustomerId,
    ItemId,
    MovementId,
    OperatorId,
    PromotionId,
    ReceiptNumber,
    SaleId,
    StoreId,
    TenderId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.manifest import Manifest, WorkstationTotals
from sync.protocol.money import added_tax, extend, included_tax, split
from sync.protocol.shared import PERSONAL_FIELDS, CustomerField, FieldChange
from sync.protocol.text import is_plain

PROTOCOL = 1
RATES = (
    (TaxClass.STANDARD, 900),
    (TaxClass.REDUCED, 500),
    (TaxClass.ZERO, 0),
    (TaxClass.OUT_OF_SCOPE, 0),
)
words = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]).filter(is_plain), max_size=12
)
short_ids = st.text("ABCabc0123._-", min_size=1, max_size=8)
ids = st.uuids()
dates = st.dates(date(2000, 1, 1), date(2100, 1, 1))
amounts = st.integers(0, 10**7)
signed_amounts = st.integers(-(10**9), 10**9)
instants = st.integers(-INSTANT_MS_MAX, INSTANT_MS_MAX)
counts = st.integers(0, 10**6)
priced = st.tuples(amounts, st.integers(1, 5_000))
"""A unit price and a quantity."""

hashes = st.binary(min_size=32, max_size=32)
epochs = st.builds(Epoch, st.integers(1, (1 << 31) - 1), st.binary(min_size=4, max_size=4))
workstations = short_ids.map(WorkstationId)
operators = short_ids.map(OperatorId)


@st.composite
def spends(draw: Any, points: int) -> tuple[Spend, ...]:
    """One or two grants that add up to ``points``."""
    if points == 0:
        return ()
    first = draw(st.integers(1, points))
    parts = [part for part in (first, points - first) if part]
    return tuple(Spend(draw(ids), draw(st.integers(0, 20)), part) for part in parts)


@st.composite
def lines(draw: Any, included: bool, customer: bool) -> tuple[Line, ...]:
    """Sale lines, then return lines, at least one in all, with tax and points shared out."""
    sold = draw(st.lists(priced, max_size=3))
    back = draw(st.lists(priced, min_size=0 if sold else 1, max_size=2))
    taxed = [(price, quantity, draw(st.sampled_from(RATES))) for price, quantity in sold]
    extended = [extend(price, quantity) for price, quantity, _ in taxed]
    discounts = [draw(st.integers(0, amount)) if draw(st.booleans()) else 0 for amount in extended]
    net = [amount - discount for amount, discount in zip(extended, discounts, strict=True)]
    taxes = [0] * len(net)
    for rate in RATES:
        members = [index for index, line in enumerate(taxed) if line[2] == rate]
        rule = included_tax if included else added_tax
        total = rule(sum(net[index] for index in members), rate[1])
        for index, part in zip(
            members, split(total, [net[index] for index in members]), strict=True
        ):
            taxes[index] = part
    points = split(draw(st.integers(0, 500)) if customer and net else 0, net)
    made = [
        _line(draw, number, taxed[number - 1], extended[number - 1], taxes[number - 1], included)
        for number in range(1, len(net) + 1)
    ]
    cheaper = [
        _with_discount(draw, line, discount, share)
        for line, discount, share in zip(made, discounts, points, strict=True)
    ]
    returned = [
        _return_line(draw, len(net) + place, price, quantity, customer)
        for place, (price, quantity) in enumerate(back, 1)
    ]
    return (*cheaper, *returned)


def _line(
    draw: Any,
    number: int,
    taxed: tuple[int, int, tuple[TaxClass, int]],
    extended: int,
    tax: int,
    included: bool,
) -> Line:
    price, quantity, (tax_class, rate) = taxed
    return Line(
        item_id=ItemId(draw(short_ids)),
        description=draw(words),
        unit=draw(st.sampled_from(["each", "kg"])),
        scan_code=draw(st.none() | st.from_regex(r"[0-9]{13}", fullmatch=True)),
        tax_class=tax_class,
        tax_rate_bp=rate,
        tax_included=included,
        tax_version=draw(counts),
        price_version=draw(counts),
        unit_cost_minor=draw(st.none() | amounts),
        quantity_milli=quantity,
        unit_price_minor=price,
        extended_minor=extended,
        amount_minor=extended,
        tax_minor=tax,
        points=0,
        line_no=number,
        open_price_reason=draw(st.none() | words),
        serial=draw(st.none() | words),
        lot=draw(st.none() | words),
    )


def _with_discount(draw: Any, line: Line, discount: int, points: int) -> Line:
    modifiers: tuple[PriceModifier, ...] = ()
    if discount:
        reason, operator = draw(words), draw(st.none() | operators)
        promotion = draw(st.none() | short_ids.map(PromotionId))
        modifiers = (PriceModifier("discount", -discount, reason, promotion, None, operator),)
    amount = line.extended_minor - discount
    return _changed(line, amount_minor=amount, points=points, modifiers=modifiers)


def _return_line(draw: Any, number: int, price: int, quantity: int, customer: bool) -> Line:
    extended = extend(price, quantity)
    rate = draw(st.sampled_from(RATES))
    tax = draw(st.integers(0, extended)) if rate[1] else 0
    line = _line(draw, number, (price, quantity, rate), extended, tax, draw(st.booleans()))
    return _changed(
        line,
        quantity_milli=-quantity,
        extended_minor=-extended,
        amount_minor=-extended,
        tax_minor=-tax,
        points=-draw(st.integers(0, 50)) if customer else 0,
        original=OriginalLine(SaleId(draw(ids)), draw(st.integers(1, 20))),
    )


def _changed(line: Line, **fields: Any) -> Line:
    """``line`` with other values, built (and so checked) anew."""
    return Line(**{**{name: getattr(line, name) for name in Line.__struct_fields__}, **fields})


@st.composite
def tenders(draw: Any, due: int, customer: bool) -> tuple[tuple[TenderLine, ...], int]:
    """Tenders for what is due, and the change: a refund for less than nothing."""
    if due <= 0:
        refund = TenderLine(TenderId("cash"), "Cash", TenderKind.CASH, due, draw(st.none() | words))
        return (() if due == 0 else (refund,)), 0
    paid = []
    if customer and draw(st.booleans()):
        worth = draw(st.integers(1, due))
        used = draw(spends(worth))
        paid.append(
            TenderLine(TenderId("points"), "Points", TenderKind.POINTS, worth, None, worth, used)
        )
    left = due - sum(tender.amount_minor for tender in paid)
    change = draw(st.integers(0, 5_000)) if left and draw(st.booleans()) else 0
    if left:
        kind = (
            TenderKind.CASH if change else draw(st.sampled_from([TenderKind.CARD, TenderKind.QR]))
        )
        reference = draw(st.none() | words)
        tip = draw(st.integers(0, 1_000))
        what = (TenderId(kind.value), draw(words), kind, left + change + tip, reference)
        paid.append(TenderLine(*what, tip_minor=tip))
    return tuple(paid), change


@st.composite
def sales(draw: Any) -> RetailTransaction:
    """A finished sale, return or exchange."""
    customer = draw(st.none() | ids.map(CustomerId))
    included = draw(st.booleans())
    items = draw(lines(included, customer is not None))
    taxes = tax_lines(items)
    total = sum(line.amount_minor for line in items)
    total += sum(line.tax_minor for line in taxes if not line.tax_included)
    rounding = draw(st.integers(-2, 2))
    paid, change = draw(tenders(total + rounding, customer is not None))
    taken = -sum(line.points for line in items if line.points < 0)
    covered = draw(st.integers(0, taken))
    paid_off = draw(st.integers(0, 50)) if customer is not None else 0
    used = covered + paid_off
    back = TakeBack(taken, draw(spends(used)), taken - used) if taken or paid_off else None
    return RetailTransaction(
        sale_id=SaleId(draw(ids)),
        receipt_number=ReceiptNumber(draw(short_ids)),
        workstation_id=draw(workstations),
        till_session_id=TillSessionId(draw(ids)),
        operator_id=draw(operators),
        business_date=draw(dates),
        tendered_at_ms=draw(instants),
        currency="SGD",
        customer_id=customer,
        lines=items,
        taxes=taxes,
        tenders=paid,
        rounding_minor=rounding,
        change_minor=change,
        points_earned=sum(line.points for line in items if line.points > 0),
        take_back=back,
        training=draw(st.booleans()),
        overrides=draw(st.just(()) | st.tuples(st.builds(Override, words, operators, words))),
        note=draw(st.none() | words),
    )


tax_totals = st.dictionaries(
    st.tuples(st.sampled_from([one.value for one in TaxClass]), st.integers(0, 10_000)),
    st.tuples(signed_amounts, signed_amounts),
    max_size=3,
).map(lambda found: tuple(TaxTotal(*key, *found[key]) for key in sorted(found)))
tender_totals = st.dictionaries(short_ids.map(TenderId), signed_amounts, max_size=3).map(
    lambda found: tuple(TenderTotal(key, found[key]) for key in sorted(found))
)
totals = st.builds(
    Totals,
    transactions=counts,
    lines=counts,
    gross_minor=signed_amounts,
    refunds_minor=signed_amounts,
    tax_added_minor=signed_amounts,
    taxes=tax_totals,
    tenders=tender_totals,
    change_minor=amounts,
    rounding_minor=signed_amounts,
    float_minor=signed_amounts,
    expected_cash_minor=signed_amounts,
    counted_cash_minor=signed_amounts,
    over_short_minor=signed_amounts,
    points_earned=counts,
    points_spent=counts,
    points_taken_back=counts,
    stock_milli=signed_amounts,
    discounts_minor=signed_amounts,
    tips_minor=signed_amounts,
    points_given_back=counts,
    cash_moved_minor=signed_amounts,
    safe_over_short_minor=signed_amounts,
    deposited_minor=amounts,
    counts=st.dictionaries(short_ids, st.tuples(signed_amounts, signed_amounts), max_size=3).map(
        lambda found: tuple(TenderCount(TenderId(key), *found[key]) for key in sorted(found))
    ),
)


@st.composite
def days_closed(draw: Any) -> BusinessDayClosed:
    """A day's end with its manifest."""
    day, epoch = draw(dates), draw(epochs)
    manifest = Manifest(
        business_date=day,
        epoch_number=epoch.number,
        epoch_fingerprint=epoch.fingerprint,
        first_seq=draw(counts),
        last_seq=draw(counts),
        head_hash=draw(hashes),
        store=draw(totals),
        workstations=draw(
            st.lists(st.builds(WorkstationTotals, workstations, totals), max_size=2).map(tuple)
        ),
    )
    return BusinessDayClosed(day, draw(operators), manifest)


@st.composite
def field_changes(draw: Any) -> FieldChange:
    """A change of any field: sealed where it is personal."""
    field = draw(st.sampled_from(CustomerField))
    content = draw(st.none() | (st.binary() if field in PERSONAL_FIELDS else words))
    clock, source = Hlc(draw(st.integers(0, INTEGER_MAX))), draw(ids)
    if field in PERSONAL_FIELDS:
        return FieldChange(field, clock, source, None, content)
    return FieldChange(field, clock, source, content, None)


@st.composite
def till_moves(draw: Any) -> TillMoved:
    """Cash in or out, with the sign of its kind."""
    kind = draw(st.sampled_from(TillMovementKind))
    sign = 1 if kind in (TillMovementKind.LOAN, TillMovementKind.PAID_IN) else -1
    return TillMoved(
        MovementId(draw(ids)),
        TillSessionId(draw(ids)),
        kind,
        draw(operators),
        draw(dates),
        sign * draw(st.integers(1, 10**7)),
        draw(words),
    )


stock_lines = st.builds(
    StockLine,
    item_id=short_ids.map(ItemId),
    quantity_milli=st.integers(-(10**9), 10**9).filter(bool),
    unit_cost_minor=st.none() | amounts,
    lot=st.none() | words,
    expires_on=st.none() | dates,
)


@st.composite
def transfers(draw: Any) -> StockTransferred:
    """One end of a transfer, its lines with the sign of its direction."""
    direction = draw(st.sampled_from(TransferDirection))
    sign = 1 if direction is TransferDirection.IN else -1
    moved = draw(st.lists(stock_lines, min_size=1, max_size=3))
    return StockTransferred(
        MovementId(draw(ids)),
        direction,
        draw(st.none() | ids),
        draw(st.none() | ids.map(StoreId)),
        draw(operators),
        draw(st.none() | dates),
        draw(words),
        tuple(_changed_line(line, sign * abs(line.quantity_milli)) for line in moved),
        draw(st.none() | words),
    )


def _changed_line(line: StockLine, quantity_milli: int) -> StockLine:
    what = (line.item_id, quantity_milli, line.unit_cost_minor, line.lot)
    return StockLine(*what, expires_on=line.expires_on)
