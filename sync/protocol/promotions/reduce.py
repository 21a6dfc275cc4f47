"""Promotions over the lines of a basket: what each line's modifiers are, no line below zero.

The order, the same everywhere: first the prices that were set by hand, whose lines take part in no
promotion; then the deals, by priority, among those of one priority the best for the customer
(``choose.py``); then what is taken off single lines by hand (``by_hand.py``); then basket kinds, by
priority and then in the order in which they were published; then what is taken off the basket by
hand; last what each voucher takes off: each over what those before it left. What takes part in a
promotion that stands ``alone`` takes part in no other: one over the basket has what nothing else
touched, or has it first, whichever is better for the customer. What is taken off by hand is no
promotion: it lowers what may take part in one by as large a share as the line.

A deal is borne by its pieces by their prices, a reduction by its lines: cut by largest remainder
(money.py), so that the modifiers of a receipt add up to it, and what comes back in parts gives back
what was paid for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sync.protocol.facts import PriceModifier
from sync.protocol.facts.sale import BY_VOUCHER
from sync.protocol.identity import PromotionId
from sync.protocol.money import MILLI, divide_half_up, split
from sync.protocol.promotions.by_hand import (
    NOTHING_BY_HAND,
    OFF_BASKET,
    OFF_LINE,
    ByHand,
)
from sync.protocol.promotions.choose import choose
from sync.protocol.promotions.costs import Costs
from sync.protocol.promotions.pieces import Deal, offers_of
from sync.protocol.promotions.shape import (
    FINE,
    DealKind,
    Kind,
    LineOnOffer,
    Promotion,
    Reduction,
    Terms,
)
from sync.protocol.units import WHOLE_MILLI, divides

Modifiers = tuple[PriceModifier, ...]
FIRST_MAX = 8
"""Promotions over the basket that stand alone of which each is tried before all others."""


class Reduced(NamedTuple):
    """By line: its ``modifiers``, none of them 0; what it still costs, nothing where its price was
    set; how many whole pieces of it no deal over several took. ``took``: by promotion, pieces of
    each line. ``vouchers``: what each took off."""

    modifiers: tuple[Modifiers, ...]
    left_minor: tuple[int, ...]
    free: tuple[int, ...]
    took: Mapping[PromotionId, Mapping[int, int]]
    vouchers: tuple[int, ...] = ()


def reduce_lines(
    lines: Sequence[LineOnOffer], promotions: Sequence[Promotion], by_hand: ByHand = NOTHING_BY_HAND
) -> Reduced:
    """``promotions`` are in force, in the order in which they were published."""
    costs = Costs([line.left_minor for line in lines])
    if by_hand.prices:
        for index, set_to in by_hand.prices.items():
            costs.set_price(index, set_to)
        lines = _on_offer(lines, by_hand)
    deals = [each for each in promotions if isinstance(each.kind, DealKind)]
    chosen: list[_Borne] = []
    if deals:
        chosen = _choose(lines, deals)
        _with_deals(lines, costs, chosen)
    for index, discount in by_hand.lines.items():
        costs.by_hand(index, discount, OFF_LINE, discount.off(costs.left[index]))
    others = [_OverBasket(each, each.kind) for each in promotions if isinstance(each.kind, Kind)]
    if others:
        costs = _with_others(lines, costs, others)
    if by_hand.basket is not None:
        bears = set(range(len(lines))).difference(by_hand.bears_none)
        costs.off_together(by_hand.basket, OFF_BASKET, bears)
    by_voucher = [
        costs.off_together(voucher.discount, BY_VOUCHER, voucher.buys)
        for voucher in by_hand.vouchers
    ]
    return Reduced(
        tuple([tuple(of_line) for of_line in costs.modifiers]),
        tuple([0 if at in by_hand.prices else left for at, left in enumerate(costs.left)]),
        _free(lines, chosen),
        _took(chosen),
        tuple(by_voucher),
    )


def _on_offer(lines: Sequence[LineOnOffer], by_hand: ByHand) -> tuple[LineOnOffer, ...]:
    """Of a line whose price was set there is nothing that a promotion could take."""
    return tuple(
        LineOnOffer(line.item_id, line.unit, 0, 0, 0) if index in by_hand.prices else line
        for index, line in enumerate(lines)
    )


class _Borne(NamedTuple):
    """A deal on the lines that bear it: pieces of each, by its index."""

    deal: Deal
    lines: Mapping[int, int]


def _choose(lines: Sequence[LineOnOffer], promotions: Sequence[Promotion]) -> list[_Borne]:
    """Each deal's pieces are the first of their sort that no deal before took."""
    sorts, offers = offers_of(lines, promotions)
    left = [list(sort.lines) for sort in sorts]
    borne = []
    for deal in choose(sorts, offers):
        pieces: dict[int, int] = {}
        for sort, many in deal.taken:
            for line, taken in _first(left[sort], many * deal.times):
                pieces[line] = pieces.get(line, 0) + taken
        borne.append(_Borne(deal, pieces))
    return borne


def _with_deals(lines: Sequence[LineOnOffer], costs: Costs, chosen: Sequence[_Borne]) -> None:
    """A promotion is rounded once, over all that the receipt gets of it."""
    off: dict[PromotionId, dict[int, int]] = {}
    promotions = {each.deal.promotion.promotion_id: each.deal.promotion for each in chosen}
    for deal, of_lines in chosen:
        worth = {line: _cost(lines[line], pieces) for line, pieces in of_lines.items()}
        shares = split(deal.off * deal.times, tuple(worth.values()))
        borne = off.setdefault(deal.promotion.promotion_id, {})
        for (line, minor), share in zip(worth.items(), shares, strict=True):
            borne[line] = borne.get(line, 0) + share
            costs.without(line, minor if deal.promotion.terms.alone else 0, minor)
    for promotion_id, by_line in off.items():
        promotion, weights = promotions[promotion_id], tuple(by_line.values())
        whole = divide_half_up(sum(weights), FINE)
        parts = [
            (line, min(minor, costs.left[line]))
            for line, minor in zip(by_line, split(whole, weights), strict=True)
        ]
        for line, modifier in _borne(promotion, [each for each in parts if each[1]]):
            costs.lower(line, modifier)
            costs.without(line, 0 if promotion.terms.alone else -modifier.amount_minor, 0)


def _cost(line: LineOnOffer, pieces: int) -> int:
    is_whole = divides(line.unit) == WHOLE_MILLI
    return line.unit_price_minor * pieces if is_whole else line.left_minor


def _free(lines: Sequence[LineOnOffer], chosen: Sequence[_Borne]) -> tuple[int, ...]:
    free = [line.quantity_milli // MILLI for line in lines]
    several = {deal.promotion.promotion_id for deal, _ in chosen if deal.pieces > 1}
    for deal, of_lines in chosen:
        if deal.promotion.promotion_id in several:
            for line, pieces in of_lines.items():
                free[line] -= pieces
    return tuple(free)


def _took(chosen: Sequence[_Borne]) -> dict[PromotionId, dict[int, int]]:
    took: dict[PromotionId, dict[int, int]] = {}
    for deal, of_lines in chosen:
        by_line = took.setdefault(deal.promotion.promotion_id, {})
        for line, pieces in of_lines.items():
            by_line[line] = by_line.get(line, 0) + pieces
    return took


def _first(of: list[tuple[int, int]], pieces: int) -> Iterator[tuple[int, int]]:
    """Takes ``pieces`` off the head of ``of`` (line, pieces)."""
    while pieces:
        line, many = of[0]
        taken = min(many, pieces)
        pieces -= taken
        if taken == many:
            del of[0]
        else:
            of[0] = (line, many - taken)
        yield line, taken


class _OverBasket(NamedTuple):
    promotion: Promotion
    kind: Kind[Any]

    @property
    def terms(self) -> Terms:
        return self.promotion.terms


def _with_others(
    lines: Sequence[LineOnOffer], costs: Costs, others: Sequence[_OverBasket]
) -> Costs:
    by_priority = sorted(others, key=lambda each: -each.terms.priority)
    alone = [each for each in by_priority if each.terms.alone]
    last = [each for each in by_priority if not each.terms.alone] + alone
    if not alone:
        return _in_turn(lines, costs, last)
    orders = [last]
    for each in alone[:FIRST_MAX]:
        orders.append([each, *(other for other in last if other is not each)])
    return min((_in_turn(lines, costs.copy(), order) for order in orders), key=_left)


def _left(costs: Costs) -> int:
    return sum(costs.left)


def _in_turn(lines: Sequence[LineOnOffer], costs: Costs, others: Sequence[_OverBasket]) -> Costs:
    for promotion, kind in others:
        alone = promotion.terms.alone
        parts = costs.untouched if alone else costs.open
        touched = list[int]()
        for reduction in kind.apply(promotion.arguments, lines, parts):
            touched += costs.bear(_borne(promotion, _shares(reduction, parts)))
        for index in touched:
            costs.untouched[index] = 0
            if alone:
                costs.open[index] = 0
    return costs


def _shares(reduction: Reduction, left: Sequence[int]) -> list[tuple[int, int]]:
    """Who bears how much of a reduction: at most what of each line is ``left``."""
    indices = sorted(reduction.of_minor)
    parts = [min(reduction.of_minor[index], left[index]) for index in indices]
    off = min(reduction.off_minor, sum(parts))
    return [
        (index, share) for index, share in zip(indices, split(off, parts), strict=True) if share
    ]


def _borne(
    promotion: Promotion, shares: Sequence[tuple[int, int]]
) -> list[tuple[int, PriceModifier]]:
    """What it takes off each line, as the receipt says it."""
    code, coupon = promotion.kind.code, promotion.coupon
    said = (promotion.name, promotion.promotion_id, promotion.version, None, coupon)
    return [(at, PriceModifier(code, -off, *said)) for at, off in shares]
