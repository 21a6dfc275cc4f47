"""From a request and what the store knows to a finished sale: price, tax, settle, record.

Sales, returns and exchanges are one kind. What comes out balances to the minor unit or does not
exist: the fact checks itself. Nothing here reads, writes or looks at a clock.
"""

from collections.abc import Sequence
from typing import NamedTuple

from edge.domain import stock
from edge.domain.rights import Override
from edge.domain.sale import coupons, item_rules, loyalty, returns, value
from edge.domain.sale import tenders as tender
from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.overridden import Said, overrides_of
from edge.domain.sale.priced_basket import PricedBasket, price_basket
from edge.domain.sale.refunds import points_given, refunded_elsewhere
from edge.domain.sale.refusals.prices import TotalDiffers
from edge.domain.sale.refusals.refunds import refund_elsewhere
from edge.domain.sale.situation import Situation
from edge.domain.sale.tips import refuse_tips_kept
from edge.domain.sale.vouchers import taken_before, taken_off
from sync.protocol.escrow import Right, RightKind
from sync.protocol.facts import (
    Line,
    RetailTransaction,
    RightGiven,
    RightTaken,
    Spend,
    TenderLine,
    tax_lines,
)
from sync.protocol.identity import ItemId, SaleId
from sync.protocol.moving_cost import Held
from sync.protocol.permissions import Permission


class Composed(NamedTuple):
    """A finished sale and what it moves; ``spends``: of points, by tenders and by what it took
    back."""

    fact: RetailTransaction
    spends: tuple[Spend, ...]
    movements: tuple[stock.Moved, ...]


def compose(request: SaleRequest, known: Situation, overrides: Sequence[Override] = ()) -> Composed:
    """The fact of ``request``, whose shape and instant were looked at before (basket.py).
    ``overrides``: what somebody else allowed for it. Raises the refusals of
    edge/domain/sale/refusals and of edge/domain/rights.py."""
    basket = price_basket(request, known)
    _refuse_basket(basket, request, known)
    tenders = tender.tenders_of(request.tenders, basket.total_minor, known)
    settlement = tender.settle(basket.total_minor, request.tenders, tenders, known.settings)
    payment = tender.pay(request.tenders, tenders, basket, known, request.sale_id)
    movements = stock.move(basket.movements(), _held(known))
    lines = basket.lines(payment.points, _costs_of_sales(movements))
    besides = _besides(request, basket, lines, payment.lines, settlement.rounding_minor, known)
    given = _given(basket, lines, payment.lines, settlement.rounding_minor, known)
    fact = RetailTransaction(
        sale_id=request.sale_id,
        receipt_number=known.receipt_number,
        workstation_id=known.workstation_id,
        till_session_id=known.till_session_id,
        operator_id=request.operator_id,
        business_date=known.business_date,
        tendered_at_ms=request.tendered_at_ms,
        currency=known.settings.currency,
        customer_id=basket.customer_id,
        lines=lines,
        taxes=tax_lines(lines),
        tenders=payment.lines,
        rounding_minor=settlement.rounding_minor,
        change_minor=settlement.change_minor,
        points_earned=sum(payment.points),
        take_back=loyalty.close(basket.account, _born(request.sale_id, lines, given)),
        overrides=overrides_of(request, known, overrides, lines, besides),
        note=request.note,
        training=request.training,
        rights_taken=payment.taken + _rights_taken(basket, lines, known),
        rights_given=given,
        post_void_of=request.post_void_of,
        vouchers=taken_off(request.vouchers, basket),
    )
    return Composed(fact, _all_spends(fact), movements)


def _refuse_basket(basket: PricedBasket, request: SaleRequest, known: Situation) -> None:
    """What a quote only asks for, or says."""
    item_rules.refuse_unsellable(basket.sold, request.tendered_at_ms, known)
    item_rules.refuse_unasked(basket.sold, known)
    coupons.refuse_not_here(request, known)
    refuse_tips_kept(request.tenders, known)
    if request.total_minor != basket.total_minor:
        raise TotalDiffers(request.total_minor, basket.total_minor, known.settings.decimals)


def _given(
    basket: PricedBasket,
    lines: Sequence[Line],
    tenders: Sequence[TenderLine],
    rounding_minor: int,
    known: Situation,
) -> tuple[RightGiven, ...]:
    """What lines load, what goes back into value and as points, and coupons that are good again."""
    loaded = value.born_of(basket.sold, known)
    points = points_given(lines, tenders, rounding_minor, known)
    back = value.given_back(tenders, len(lines), points, basket.customer_id, known)
    again = coupons.give_again(known, len(lines), len(tenders))
    return (*loaded, *back, *again)


def _rights_taken(
    basket: PricedBasket, lines: Sequence[Line], known: Situation
) -> tuple[RightTaken, ...]:
    """Without a tender."""
    leaves = returns.leaves_used(basket.taken.values(), known)
    return (*leaves, *coupons.take_coupons(lines, known.coupon_rights))


def _besides(
    request: SaleRequest,
    basket: PricedBasket,
    lines: Sequence[Line],
    tenders: Sequence[TenderLine],
    rounding_minor: int,
    known: Situation,
) -> list[Said]:
    """What is said where money goes back by something that did not pay it, where a voucher was
    taken before, and where value pays whose last day is over."""
    besides = []
    if amount := refunded_elsewhere(lines, tenders, rounding_minor, known):
        refusal = refund_elsewhere(request.operator_id, amount, known.settings.decimals)
        besides.append(Said(Permission.REFUND_ELSEWHERE, amount, refusal))
    vouchers = taken_off(request.vouchers, basket)
    if again := taken_before(request.operator_id, tenders, vouchers, known):
        besides.append(again)
    if over := value.expired(request.operator_id, tenders, known):
        besides.append(over)
    return besides


def _born(sale_id: SaleId, lines: Sequence[Line], given: Sequence[RightGiven]) -> list[Right]:
    """The points that the receipt gives: spent later, or at once for what is owed."""
    earned = [Right(sale_id, line.line_no, line.points) for line in lines if line.points > 0]
    again = [
        Right(sale_id, one.line, one.amount) for one in given if one.kind == RightKind.POINTS.value
    ]
    return earned + again


def _all_spends(fact: RetailTransaction) -> tuple[Spend, ...]:
    by_points = (line for line in fact.tenders if line.account is None)
    by_tender = tuple(spend for line in by_points for spend in line.spends)
    return by_tender + (fact.take_back.spends if fact.take_back else ())


def _held(known: Situation) -> dict[ItemId, Held]:
    """Of every item that the receipt may move."""
    held = {item.item_id: item.held for item in known.items_by_id.values()}
    held |= {item.item_id: item.held for item in known.items_by_code.values()}
    return held | {sold.item_id: sold.held for sold in known.originals.values()}


def _costs_of_sales(moved: Sequence[stock.Moved]) -> dict[int, int | None]:
    """By line."""
    return {one.line_no: None if one.cost_minor is None else -one.cost_minor for one in moved}
