"""From a request and what the store knows to a finished sale: price, tax, settle, record.

Sales, returns and exchanges are one kind. What comes out balances to the minor unit or does not
exist: the fact checks itself. Nothing here reads, writes or looks at a clock.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from edge.domain import stock
from edge.domain.errors import (
    InactiveCustomer,
    InactiveOperator,
    TotalDiffers,
    UnknownCustomer,
    UnknownOperator,
)
from edge.domain.sale import loyalty, pricing, returns, tax
from edge.domain.sale import tenders as tender
from edge.domain.sale.basket import LineRequest, SaleRequest
from edge.domain.sale.line_errors import AmountTooLarge, PointsTooMany
from edge.domain.sale.pricing import Priced
from edge.domain.sale.situation import RateInForce, Situation, TenderInUse
from edge.domain.sale.tender_errors import PointsWithoutCustomer
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.escrow import Right
from sync.protocol.facts import (
    Line,
    RetailTransaction,
    Spend,
    TaxClass,
    TenderKind,
    TenderLine,
    tax_lines,
)
from sync.protocol.identity import CustomerId, SaleId


class Composed(NamedTuple):
    """A finished sale and what it moves; ``spends``: of its tenders and of what it took back."""

    fact: RetailTransaction
    spends: tuple[Spend, ...]
    movements: tuple[stock.Moved, ...]


class Draft(NamedTuple):
    """A sale line that lacks its points."""

    request: LineRequest
    priced: Priced
    rate: RateInForce
    tax_minor: int


def compose(request: SaleRequest, known: Situation) -> Composed:
    """The fact of ``request``, whose shape and instant were looked at before (basket.py).

    Raises the refusals of errors.py, line_errors.py and tender_errors.py.
    """
    refuse_unknown_people(request, known)
    customer_id = returns.customer_of(request.customer_id, known.originals)
    taken = returns.take_back_lines(request.lines, known)
    drafts = price_lines(request.lines, known)
    total = total_of(drafts, taken.values(), known)
    if request.total_minor != total:
        raise TotalDiffers(request.total_minor, total, known.settings.decimals)
    tenders = tender.tenders_of(request.tenders, total, known)
    settlement = tender.settle(total, request.tenders, tenders, known.settings)
    account = take_back_points(taken.values(), known)
    tendered = tender_lines(request, tenders, customer_id, account.rights, known)
    by_points = sum(t.amount_minor for t in tendered if t.kind is TenderKind.POINTS)
    points = points_earned(drafts, by_points, customer_id, known)
    sold = {
        draft.request.line_no: _sale_line(draft, earned, included=known.settings.tax_included)
        for draft, earned in zip(drafts, points, strict=True)
    }
    both = taken | sold
    lines = tuple(both[line.line_no] for line in request.lines)
    fact = RetailTransaction(
        sale_id=request.sale_id,
        receipt_number=known.receipt_number,
        workstation_id=known.workstation_id,
        till_session_id=known.till_session_id,
        operator_id=request.operator_id,
        business_date=known.business_date,
        tendered_at_ms=request.tendered_at_ms,
        currency=known.settings.currency,
        customer_id=customer_id,
        lines=lines,
        taxes=tax_lines(lines),
        tenders=tendered,
        rounding_minor=settlement.rounding_minor,
        change_minor=settlement.change_minor,
        points_earned=sum(points),
        take_back=loyalty.close(account, _born(request.sale_id, drafts, points)),
        note=request.note,
    )
    return Composed(fact, _all_spends(fact), _movements(fact, known))


def _born(sale_id: SaleId, drafts: Sequence[Draft], points: Sequence[int]) -> list[Right]:
    """The rights that the sale lines give: spent later, or at once for what is owed."""
    earned = zip(drafts, points, strict=True)
    return [Right(sale_id, draft.request.line_no, each) for draft, each in earned if each]


def refuse_unknown_people(request: SaleRequest, known: Situation) -> None:
    """Raises UnknownOperator, InactiveOperator, UnknownCustomer, InactiveCustomer."""
    if known.operator_active is None:
        raise UnknownOperator(request.operator_id)
    if not known.operator_active:
        raise InactiveOperator(request.operator_id)
    if request.customer_id is not None:
        if known.customer_active is None:
            raise UnknownCustomer(request.customer_id)
        if not known.customer_active:
            raise InactiveCustomer(request.customer_id)


def price_lines(requests: Sequence[LineRequest], known: Situation) -> tuple[Draft, ...]:
    """The sale lines with price and tax."""
    sold = []
    for index, line in enumerate(requests):
        if line.original is None:
            path = f"lines[{index}]"
            priced = pricing.price_line(line, known, path)
            sold.append((line, priced, tax.rate_of(priced.item.tax_class, known.rates, path)))
    taxes = tax.cut_tax(
        [priced.extended_minor for _, priced, _ in sold],
        [(priced.item.tax_class, rate.rate_bp) for _, priced, rate in sold],
        included=known.settings.tax_included,
    )
    return tuple(Draft(*each, amount) for each, amount in zip(sold, taxes, strict=True))


def total_of(drafts: Sequence[Draft], taken: Collection[Line], known: Situation) -> int:
    """What the receipt comes to with tax, before rounding. Raises AmountTooLarge, for what is sold
    and for what is taken back: a day counts them apart."""
    amount = sum(draft.priced.extended_minor for draft in drafts)
    if not known.settings.tax_included:
        amount += sum(draft.tax_minor for draft in drafts)
    back = sum(line.amount_minor for line in taken)
    back += sum(line.tax_minor for line in taken if not line.tax_included)
    if max(amount, -back) > FIGURE_MAX:
        raise AmountTooLarge(max(amount, -back), "lines", known.settings.decimals)
    return amount + back


def take_back_points(taken: Collection[Line], known: Situation) -> loyalty.Settling:
    """What the return lines take from the customer's account, and what is owed. Raises
    PointsTooMany."""
    account = loyalty.take_back(tuple(taken), known.rights, known.points_owed)
    _refuse_many(account.points, "lines")
    return account


def _sale_line(draft: Draft, points: int, *, included: bool) -> Line:
    line, priced, rate, tax_minor = draft
    return Line(
        item_id=priced.item.item_id,
        description=priced.item.name,
        unit=priced.item.unit,
        scan_code=line.scan_code,
        tax_class=priced.item.tax_class,
        tax_rate_bp=rate.rate_bp,
        tax_included=included,
        tax_version=rate.version,
        price_version=priced.price_version,
        unit_price_minor=priced.unit_price_minor,
        unit_cost_minor=priced.item.unit_cost_minor,
        line_no=line.line_no,
        quantity_milli=line.quantity_milli,
        extended_minor=priced.extended_minor,
        amount_minor=priced.extended_minor,
        tax_minor=tax_minor,
        points=points,
        open_price_reason=line.open_price_reason,
        serial=line.serial,
        lot=line.lot,
    )


def tender_lines(
    request: SaleRequest,
    tenders: Sequence[TenderInUse],
    customer_id: CustomerId | None,
    rights: tuple[Right, ...],
    known: Situation,
) -> tuple[TenderLine, ...]:
    """What each tender gives, and the rights that points take. Raises PointsWithoutCustomer,
    NotWholePoints, MorePointsThanRights, PointsTooMany."""
    lines: list[TenderLine] = []
    for index, (stated, found) in enumerate(zip(request.tenders, tenders, strict=True)):
        points = 0
        spends: tuple[Spend, ...] = ()
        if found.kind is TenderKind.POINTS:
            field = f"tenders[{index}].amount_minor"
            if customer_id is None:
                raise PointsWithoutCustomer(field)
            points = loyalty.points_for(stated.amount_minor, known.settings, field)
            _refuse_many(points + sum(line.points for line in lines), field)
            spends, rights = loyalty.spend(points, rights, field)
        lines.append(
            TenderLine(
                stated.tender_id,
                found.name,
                found.kind,
                stated.amount_minor,
                stated.reference,
                points,
                spends,
            )
        )
    return tuple(lines)


def points_earned(
    drafts: Sequence[Draft],
    by_points_minor: int,
    customer_id: CustomerId | None,
    known: Situation,
) -> tuple[int, ...]:
    """The points of each sale line; ``by_points_minor``: what points tenders pay. Raises
    PointsTooMany."""
    if customer_id is None:
        return tuple(0 for _ in drafts)
    eligible = [_eligible(draft, included=known.settings.tax_included) for draft in drafts]
    points = loyalty.earn(eligible, by_points_minor, known.settings)
    _refuse_many(sum(points), "lines")
    return points


def _refuse_many(points: int, field: str) -> None:
    if points > FIGURE_MAX:
        raise PointsTooMany(points, field)


def _eligible(draft: Draft, *, included: bool) -> int:
    """What earns: the amount with tax, nothing out of tax's scope (stored value that is sold)."""
    if draft.priced.item.tax_class is TaxClass.OUT_OF_SCOPE:
        return 0
    return draft.priced.extended_minor + (0 if included else draft.tax_minor)


def _all_spends(fact: RetailTransaction) -> tuple[Spend, ...]:
    by_tender = tuple(spend for line in fact.tenders for spend in line.spends)
    return by_tender + (fact.take_back.spends if fact.take_back else ())


def _movements(fact: RetailTransaction, known: Situation) -> tuple[stock.Moved, ...]:
    on_hand = {item.item_id: item.on_hand_milli for item in known.items_by_id.values()}
    on_hand |= {item.item_id: item.on_hand_milli for item in known.items_by_code.values()}
    on_hand |= {sold.item_id: sold.on_hand_milli for sold in known.originals.values()}
    moves = ((line.line_no, line.item_id, -line.quantity_milli) for line in fact.lines)
    return stock.move(moves, on_hand)
