"""Facts as arrays, and the sums that a receipt has to come to."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID


class Modifier(NamedTuple):
    kind: str
    amount_minor: int
    reason: str | None
    promotion_id: str | None
    promotion_version: int | None
    operator_id: str | None


class Line(NamedTuple):
    item_id: str
    description: str
    unit: str
    scan_code: str | None
    tax_class: str
    tax_rate_bp: int
    tax_included: bool
    tax_version: int
    price_version: int
    unit_cost_minor: int | None
    quantity_milli: int
    unit_price_minor: int
    extended_minor: int
    amount_minor: int
    tax_minor: int
    points: int
    line_no: int
    modifiers: tuple[Modifier, ...] = ()
    original: tuple[UUID, int] | None = None
    open_price_reason: str | None = None
    serial: str | None = None
    lot: str | None = None


class Tender(NamedTuple):
    tender_id: str
    name: str
    kind: str
    amount_minor: int
    reference: str | None = None
    points: int = 0
    spends: tuple[tuple[UUID, int, int], ...] = ()


class TaxLine(NamedTuple):
    tax_class: str
    tax_rate_bp: int
    tax_included: bool
    net_minor: int
    tax_minor: int
    is_return: bool


class Receipt(NamedTuple):
    sale_id: UUID
    receipt_number: str
    workstation_id: str
    till_session_id: UUID
    operator_id: str
    business_date: date
    tendered_at_ms: int
    currency: str
    customer_id: UUID | None
    lines: tuple[Line, ...]
    taxes: tuple[TaxLine, ...]
    tenders: tuple[Tender, ...]
    rounding_minor: int
    change_minor: int
    points_earned: int
    take_back: tuple[int, tuple[tuple[UUID, int, int], ...], int] | None
    training: bool = False
    overrides: tuple[Any, ...] = ()
    note: str | None = None


class TillOpened(NamedTuple):
    till_session_id: UUID
    till_id: str
    workstation_id: str
    operator_id: str
    business_date: date
    currency: str
    float_minor: int


class TillMoved(NamedTuple):
    movement_id: UUID
    till_session_id: UUID
    kind: str
    operator_id: str
    business_date: date
    amount_minor: int
    reason: str | None


class TillSettled(NamedTuple):
    till_session_id: UUID
    till_id: str
    workstation_id: str
    operator_id: str
    business_date: date
    currency: str
    float_minor: int
    expected_cash_minor: int
    counted_cash_minor: int


class StockMoved(NamedTuple):
    movement_id: UUID
    kind: str
    operator_id: str
    business_date: date
    reason: str | None
    lines: tuple[tuple[str, int, int | None, str | None], ...]
    document: str | None


class StockTransferred(NamedTuple):
    transfer_id: UUID
    direction: str
    intent_id: UUID | None
    other_store_id: UUID
    operator_id: str
    business_date: date
    reason: str | None
    lines: tuple[tuple[str, int, int | None, str | None], ...]
    document: str | None


def half_away(over: int, under: int) -> int:
    """The quotient, half away from zero."""
    rounded = (2 * abs(over) + under) // (2 * under)
    return rounded if over >= 0 else -rounded


def _shares(total: int, weights: Sequence[int]) -> list[int]:
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -(total * weights[at] % whole))
    for at in by_remainder[: total - sum(shares)]:
        shares[at] += 1
    return shares


def _alike(line: Line) -> tuple[bool, str, int, bool]:
    return (line.quantity_milli < 0, line.tax_class, line.tax_rate_bp, line.tax_included)


def taxed(lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[TaxLine, ...]]:
    """The lines with their tax, and the receipt's tax lines."""
    found: list[Line] = []
    taxes = []
    for alike, same in groupby(sorted(lines, key=_alike), key=_alike):
        is_return, tax_class, rate, included = alike
        group = list(same)
        amount = sum(line.amount_minor for line in group)
        if not is_return and tax_class != "out_of_scope":
            tax = half_away(amount * rate, 10_000 + rate if included else 10_000)
            shares = _shares(tax, [line.amount_minor for line in group])
            group = [
                line._replace(tax_minor=share) for line, share in zip(group, shares, strict=True)
            ]
        found += group
        tax = sum(line.tax_minor for line in group)
        if tax_class != "out_of_scope":
            net = amount - tax if included else amount
            taxes.append(TaxLine(tax_class, rate, included, net, tax, is_return))
    return tuple(sorted(found, key=lambda line: line.line_no)), tuple(taxes)


def due(lines: Sequence[Line]) -> int:
    """What the lines come to, with the tax that comes on top."""
    return sum(line.amount_minor + (0 if line.tax_included else line.tax_minor) for line in lines)


def returned(line: Line, sale_id: UUID, line_no: int) -> Line:
    """The whole of a sold line, given back."""
    return line._replace(
        quantity_milli=-line.quantity_milli,
        extended_minor=-line.extended_minor,
        amount_minor=-line.amount_minor,
        tax_minor=-line.tax_minor,
        points=-line.points,
        line_no=line_no,
        modifiers=tuple(one._replace(amount_minor=-one.amount_minor) for one in line.modifiers),
        original=(sale_id, line.line_no),
    )


def points_of(lines: Sequence[Line]) -> tuple[int, Any]:
    """Points earned, and what is taken back: from the right that the original gave."""
    back = [line for line in lines if line.points < 0]
    spends = tuple((*line.original, -line.points) for line in back if line.original)
    total = -sum(line.points for line in back)
    take_back = (total, spends, total - sum(spend[2] for spend in spends)) if back else None
    return sum(line.points for line in lines if line.points > 0), take_back
