"""Hypothesis strategies for what travels: facts that balance, envelopes, chains, batches.

A fact is drawn the way a till makes it (amounts first, tax on the sum and cut to lines, tenders for
what is due), so every kind of valid fact can occur and no draw is thrown away.
"""

from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from sync.protocol.batch import Batch, Health
from sync.protocol.bounds import INTEGER_MAX
from sync.protocol.change import INSTANT_MS_MAX, Envelope, Epoch, Head, Link, link
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import KINDS, encode, kind_of
from sync.protocol.facts import (
    AlarmCleared,
    AlarmKind,
    AlarmRaised,
    AnyFact,
    BusinessDayClosed,
    BusinessDayOpened,
    BusinessDayReopened,
    CountLine,
    CustomerChanged,
    DeviceRecorded,
    IdAbandoned,
    KindVersion,
    Line,
    OriginalLine,
    Override,
    PriceModifier,
    RetailTransaction,
    Spend,
    StockCounted,
    StockLine,
    StockMoved,
    StockMovementKind,
    StockTransferred,
    TakeBack,
    TaxClass,
    TenderKind,
    TenderLine,
    TillMoved,
    TillMovementKind,
    TillSessionOpened,
    TillSessionSettled,
    TransferDirection,
    tax_lines,
)
from sync.protocol.figures import TaxTotal, TenderTotal, Totals
from sync.protocol.identity import (
    BootId,
    CustomerId,
    EventId,
    ItemId,
    MovementId,
    OperatorId,
    PromotionId,
    ReceiptNumber,
    SaleId,
    StoreId,
    TenderId,
    TillId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.manifest import Manifest, WorkstationTotals
from sync.protocol.money import added_tax, extend, included_tax, split
from sync.protocol.shared import PERSONAL_FIELDS, CustomerField, FieldChange, PersonalKey
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
        paid.append(TenderLine(TenderId(kind.value), draw(words), kind, left + change, reference))
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
    return StockLine(line.item_id, quantity_milli, line.unit_cost_minor, line.lot)


tills = {
    "till_session_id": ids.map(TillSessionId),
    "till_id": short_ids.map(TillId),
    "workstation_id": workstations,
    "operator_id": operators,
    "business_date": dates,
    "currency": st.just("SGD"),
    "float_minor": amounts,
}
FACTS: dict[KindVersion, st.SearchStrategy[Any]] = {
    KindVersion("retail_transaction", 1): sales(),
    KindVersion("till_session_opened", 1): st.builds(TillSessionOpened, **tills),
    KindVersion("till_moved", 1): till_moves(),
    KindVersion("till_session_settled", 1): st.builds(
        TillSessionSettled,
        **tills,
        expected_cash_minor=signed_amounts,
        counted_cash_minor=signed_amounts,
    ),
    KindVersion("business_day_opened", 1): st.builds(
        BusinessDayOpened, dates, operators, words, st.none() | words
    ),
    KindVersion("business_day_closed", 1): days_closed(),
    KindVersion("business_day_reopened", 1): st.builds(
        BusinessDayReopened, dates, operators, words
    ),
    KindVersion("stock_moved", 1): st.builds(
        StockMoved,
        movement_id=ids.map(MovementId),
        kind=st.sampled_from(StockMovementKind),
        operator_id=operators,
        business_date=st.none() | dates,
        reason=words,
        lines=st.lists(stock_lines, min_size=1, max_size=3).map(tuple),
        document=st.none() | words,
    ),
    KindVersion("stock_transferred", 1): transfers(),
    KindVersion("stock_counted", 1): st.builds(
        StockCounted,
        count_id=ids.map(MovementId),
        operator_id=operators,
        business_date=st.none() | dates,
        reason=words,
        parent_through=st.none() | counts,
        lines=st.lists(
            st.builds(
                CountLine,
                item_id=short_ids.map(ItemId),
                counted_milli=st.integers(0, 10**9),
                seen_through=counts,
                lot=st.none() | words,
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
        document=st.none() | words,
    ),
    KindVersion("customer_changed", 1): st.builds(
        CustomerChanged,
        ids.map(CustomerId),
        operators,
        st.lists(field_changes(), min_size=1, max_size=3).map(tuple),
    ),
    KindVersion("alarm_raised", 1): st.builds(
        AlarmRaised, ids, st.sampled_from(AlarmKind), words, words, st.none() | workstations
    ),
    KindVersion("alarm_cleared", 1): st.builds(AlarmCleared, ids, words, words),
    KindVersion("id_abandoned", 1): st.builds(
        IdAbandoned, ids.map(SaleId), workstations, st.none() | operators
    ),
    KindVersion("device_recorded", 1): st.builds(DeviceRecorded, words, words, words),
}
"""A strategy for every kind that was ever written: a test holds this against codec.KINDS."""

facts: st.SearchStrategy[AnyFact] = st.one_of([FACTS[name] for name in KINDS])


@st.composite
def envelopes(draw: Any, seq: int = 1) -> Envelope:
    """Any valid envelope at ``seq``; its body is any valid fact."""
    fact = draw(facts)
    name = kind_of(fact)
    return Envelope(
        seq=seq,
        event_id=EventId(draw(ids)),
        kind=name.kind,
        kind_version=name.version,
        occurred_at_ms=draw(instants),
        utc_offset_s=draw(st.integers(-86_400, 86_400)),
        boot_id=BootId(draw(ids)),
        hlc=Hlc(draw(st.integers(0, INTEGER_MAX))),
        clock_state=draw(st.sampled_from(ClockState)),
        body=encode(fact),
    )


class Chain:
    """Events 1, 2, … of one epoch, with every hash; ``hashes[0]`` is the genesis hash."""

    def __init__(
        self, store_id: StoreId, epoch: Epoch, genesis: bytes, events: tuple[Envelope, ...]
    ) -> None:
        self.store_id = store_id
        self.epoch = epoch
        self.events = events
        self.links: list[Link] = []
        self.hashes = [genesis]
        for event in events:
            self.links.append(link(store_id, epoch, event, self.hashes[-1]))
            self.hashes.append(self.links[-1].hash)

    def __repr__(self) -> str:
        return f"Chain of {len(self.events)} events in {self.epoch}"

    @property
    def head(self) -> Head:
        return Head(self.epoch, len(self.events), self.hashes[-1])

    def batch(self, after: int, through: int) -> Batch:
        """Events after + 1 .. through as a store would send them."""
        return Batch(
            protocol=PROTOCOL,
            epoch=self.epoch,
            from_seq=after + 1,
            prev_hash=self.hashes[after],
            end_hash=self.hashes[through],
            head=self.head,
            envelopes=self.events[after:through],
            keys=(),
            health=Health("0.1.0", len(self.events) - after, 10**9, 1_764_000_000_000),
        )


STORE = StoreId(UUID(int=7))


def light_event(seq: int, salt: int = 0) -> Envelope:
    """An event whose body nobody reads, for tests of chains: ``salt`` makes another one."""
    return Envelope(
        seq,
        EventId(UUID(int=(salt << 64) + seq)),
        "device_recorded",
        1,
        1_764_000_000_000 + seq,
        28_800,
        BootId(UUID(int=1)),
        Hlc(seq),
        ClockState.CHECKED,
        encode(DeviceRecorded("boot", f"{salt}-{seq}", "0.1.0")),
    )


def light_chain(length: int, salt: int = 0, shared: int = 0) -> Chain:
    """A chain of ``length``; the first ``shared`` events are those of salt 0."""
    events = tuple(light_event(seq, 0 if seq <= shared else salt) for seq in range(1, length + 1))
    return Chain(STORE, Epoch(1, b"abcd"), b"g" * 32, events)


@st.composite
def chains(draw: Any, max_size: int = 6) -> Chain:
    """A whole epoch of valid events."""
    length = draw(st.integers(0, max_size))
    events = tuple(draw(envelopes(seq)) for seq in range(1, length + 1))
    return Chain(StoreId(draw(ids)), draw(epochs), draw(hashes), events)


@st.composite
def batches(draw: Any) -> Batch:
    """A batch of a chain, empty ones too."""
    chain: Chain = draw(chains())
    after = draw(st.integers(0, len(chain.events)))
    return chain.batch(after, draw(st.integers(after, len(chain.events))))


personal_keys = st.builds(PersonalKey, ids.map(CustomerId), st.binary(min_size=32, max_size=32))
