"""Lines and tenders of sales that a builder of journals makes up."""

from collections.abc import Sequence
from datetime import date
from random import Random
from uuid import UUID

from msgspec.structs import replace

from sync.protocol.facts import (
    AnyFact,
    CashDeposited,
    Line,
    OriginalLine,
    PriceModifier,
    RetailTransaction,
    SafeCounted,
    Spend,
    StockMoved,
    StockTransferred,
    TaxClass,
    TenderKind,
    TenderLine,
    TillMoved,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.figures import Tally
from sync.protocol.identity import (
    ItemId,
    TenderId,
    WorkstationId,
)
from sync.protocol.money import extend, included_tax, split

RATES = ((TaxClass.STANDARD, 900), (TaxClass.ZERO, 0))
POINTS_TENDER = TenderId("points")


def tally(
    facts: Sequence[AnyFact], day: date | None, workstation: WorkstationId | None = None
) -> Tally:
    """What the facts of a day add up to, of one workstation or of the whole store. None: of what
    has no day."""
    found = Tally()
    for fact in facts:
        if getattr(fact, "business_date", None) != day:
            continue
        if workstation is not None and getattr(fact, "workstation_id", None) != workstation:
            continue
        match fact:
            case RetailTransaction() if fact.training:
                continue
            case RetailTransaction() | TillSessionOpened() | TillSessionSettled():
                found.add(fact)
            case StockMoved() | StockTransferred() | TillMoved() | SafeCounted() | CashDeposited():
                found.add(fact)
    return found


def lowered(sale: RetailTransaction, *modifiers: PriceModifier) -> RetailTransaction:
    """The same sale, whose first line cost so much more before its modifiers."""
    first, *rest = sale.lines
    extended = first.amount_minor - sum(each.amount_minor for each in modifiers)
    dearer = replace(first, extended_minor=extended, modifiers=modifiers)
    return replace(sale, lines=(dearer, *rest))


def sold_lines(basket: Sequence[tuple[int, int, int]], earns: bool) -> tuple[Line, ...]:
    amounts = [extend(price, quantity) for _, quantity, price in basket]
    rates = [RATES[item % len(RATES)] for item, _, _ in basket]
    taxes = [0] * len(basket)
    for rate in RATES:
        members = [index for index, held in enumerate(rates) if held == rate]
        whole = included_tax(sum(amounts[index] for index in members), rate[1])
        parts = split(whole, [amounts[index] for index in members])
        for index, part in zip(members, parts, strict=True):
            taxes[index] = part
    points = split(sum(amounts) // 1_000 if earns else 0, amounts)
    return tuple(
        Line(
            item_id=ItemId(f"I{item}"),
            description=f"Item {item}",
            unit="each",
            scan_code=f"{item:013d}",
            tax_class=rates[index][0],
            tax_rate_bp=rates[index][1],
            tax_included=True,
            tax_version=1,
            price_version=7,
            unit_price_minor=price,
            unit_cost_minor=None,
            line_no=index + 1,
            quantity_milli=quantity,
            extended_minor=amounts[index],
            amount_minor=amounts[index],
            tax_minor=taxes[index],
            points=points[index],
            price_book="GOLD" if item % 3 == 0 else None,
        )
        for index, (item, quantity, price) in enumerate(basket)
    )


def taken_line(sale: RetailTransaction, line_no: int, index: int) -> Line:
    """The whole of a sale's line comes back."""
    sold = sale.lines[line_no - 1]
    return Line(
        item_id=sold.item_id,
        description=sold.description,
        unit=sold.unit,
        scan_code=sold.scan_code,
        tax_class=sold.tax_class,
        tax_rate_bp=sold.tax_rate_bp,
        tax_included=sold.tax_included,
        tax_version=sold.tax_version,
        price_version=sold.price_version,
        unit_price_minor=sold.unit_price_minor,
        unit_cost_minor=None,
        line_no=index + 1,
        quantity_milli=-sold.quantity_milli,
        extended_minor=-sold.extended_minor,
        amount_minor=-sold.amount_minor,
        tax_minor=-sold.tax_minor,
        points=-sold.points,
        original=OriginalLine(sale.sale_id, line_no),
        price_book=sold.price_book,
    )


def tenders_of(
    total: int, spend: int, root: UUID, rng: Random
) -> tuple[tuple[TenderLine, ...], int]:
    if total <= 0:
        refund = TenderLine(TenderId("cash"), "Cash", TenderKind.CASH, total)
        return ((refund,) if total else ()), 0
    paid = []
    if 0 < spend <= total:
        used = (Spend(root, 0, spend),)
        paid.append(
            TenderLine(POINTS_TENDER, "Points", TenderKind.POINTS, spend, None, spend, used)
        )
        total -= spend
    change = rng.choice([0, 0, 35])
    if total:
        kind = TenderKind.CASH if change else rng.choice([TenderKind.CASH, TenderKind.CARD])
        paid.append(TenderLine(TenderId(kind.value), kind.value, kind, total + change))
    return tuple(paid), change if total else 0
