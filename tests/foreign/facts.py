"""Facts as arrays, and the sums that a receipt has to come to."""

from collections import namedtuple
from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

Modifier = namedtuple(
    "Modifier", "kind amount_minor reason promotion_id promotion_version operator_id"
)
Line = namedtuple(
    "Line",
    "item_id description unit scan_code tax_class tax_rate_bp tax_included tax_version"
    " price_version unit_cost_minor quantity_milli unit_price_minor extended_minor amount_minor"
    " tax_minor points line_no modifiers original open_price_reason serial lot",
    defaults=((), None, None, None, None),
)
Tender = namedtuple(
    "Tender", "tender_id name kind amount_minor reference points spends", defaults=(None, 0, ())
)
TaxLine = namedtuple("TaxLine", "tax_class tax_rate_bp tax_included net_minor tax_minor is_return")
Receipt = namedtuple(
    "Receipt",
    "sale_id receipt_number workstation_id till_session_id operator_id business_date"
    " tendered_at_ms currency customer_id lines taxes tenders rounding_minor change_minor"
    " points_earned take_back training overrides note",
    defaults=(False, (), None),
)
TillOpened = namedtuple(
    "TillOpened",
    "till_session_id till_id workstation_id operator_id business_date currency float_minor",
)
TillSettled = namedtuple(
    "TillSettled",
    "till_session_id till_id workstation_id operator_id business_date currency float_minor"
    " expected_cash_minor counted_cash_minor",
)
TillMoved = namedtuple(
    "TillMoved", "movement_id till_session_id kind operator_id business_date amount_minor reason"
)
StockMoved = namedtuple(
    "StockMoved", "movement_id kind operator_id business_date reason lines document"
)
StockTransferred = namedtuple(
    "StockTransferred",
    "transfer_id direction intent_id other_store_id operator_id business_date reason lines"
    " document",
)


def half_away(over: int, under: int) -> int:
    """The quotient, half away from zero."""
    rounded = (2 * abs(over) + under) // (2 * under)
    return rounded if over >= 0 else -rounded


def shares(total: int, weights: Sequence[int]) -> list[int]:
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    cut = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -(total * weights[at] % whole))
    for at in by_remainder[: total - sum(cut)]:
        cut[at] += 1
    return cut


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
            cut = shares(tax, [line.amount_minor for line in group])
            group = [line._replace(tax_minor=part) for line, part in zip(group, cut, strict=True)]
        found += group
        tax = sum(line.tax_minor for line in group)
        if tax_class != "out_of_scope":
            net = amount - tax if included else amount
            taxes.append(TaxLine(tax_class, rate, included, net, tax, is_return))
    return tuple(sorted(found, key=lambda line: line.line_no)), tuple(taxes)


def due(lines: Sequence[Line]) -> int:
    """What the lines come to, with the tax that comes on top."""
    return sum(line.amount_minor + (0 if line.tax_included else line.tax_minor) for line in lines)


def share(figure: int, before: int, after: int, quantity: int) -> int:
    """What the units from ``before`` to ``after`` of a sold line have of one of its figures."""
    return half_away(figure * after, quantity) - half_away(figure * before, quantity)


def returned(
    line: Line, sale_id: UUID, line_no: int, before: int = 0, after: int | None = None
) -> Line:
    """A sold line given back: all of it, or its units from ``before`` to ``after``."""
    after = line.quantity_milli if after is None else after

    def back(figure: int) -> int:
        return -share(figure, before, after, line.quantity_milli)

    extended, amount = back(line.extended_minor), back(line.amount_minor)
    off = Modifier("returned", amount - extended, "share of the original", None, None, None)
    return line._replace(
        quantity_milli=before - after,
        extended_minor=extended,
        amount_minor=amount,
        tax_minor=back(line.tax_minor),
        points=back(line.points),
        line_no=line_no,
        modifiers=(off,) if off.amount_minor else (),
        original=(sale_id, line.line_no),
    )


def points_of(lines: Sequence[Line], rights: dict[tuple[UUID, int], int]) -> tuple[int, Any]:
    """Points earned, and what is taken back: from the right that the original gave, what is left
    of it; the rest is owed."""
    back = [line for line in lines if line.points < 0]
    given = [(*line.original, min(-line.points, rights[line.original])) for line in back]
    spends = tuple(spend for spend in given if spend[2])
    total = -sum(line.points for line in back)
    take_back = (total, spends, total - sum(spend[2] for spend in spends)) if back else None
    return sum(line.points for line in lines if line.points > 0), take_back
