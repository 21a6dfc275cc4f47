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

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sync.protocol.facts import PriceModifier
from sync.protocol.identity import PromotionId
from sync.protocol.money import MILLI, divide_half_up, split
from sync.protocol.promotions.by_hand import (
    BY_VOUCHER,
    NOTHING_BY_HAND,
    OFF_BASKET,
    OFF_LINE,
    ByHand,
    Discount,
)
from sync.protocol.promotions.choose import choose
from sync.protocol.promotions.pieces import Deal, offer_of, sort_pieces
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


class _Line(NamedTuple):
    """What a line still costs, what of it may take part in more (``open``), and what of it took
    part in nothing yet."""

    left_minor: int
    open_minor: int
    untouched_minor: int
    modifiers: Modifiers = ()

    def reduced(self, modifier: PriceModifier) -> "_Line":
        return _Line(
            self.left_minor + modifier.amount_minor,
            self.open_minor,
            self.untouched_minor,
            (*self.modifiers, modifier),
        )

    def by_hand(self, discount: Discount, kind: str, off_minor: int) -> "_Line":
        if not off_minor:
            return self
        less = self.reduced(discount.modifier(kind, off_minor))
        parts = (self.open_minor, self.untouched_minor)
        kept = [divide_half_up(part * less.left_minor, self.left_minor) for part in parts]
        return less._replace(open_minor=kept[0], untouched_minor=kept[1])

    def without(self, open_minor: int, untouched_minor: int) -> "_Line":
        return _Line(
            self.left_minor,
            max(0, self.open_minor - open_minor),
            max(0, self.untouched_minor - untouched_minor),
            self.modifiers,
        )


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
    now = [_Line(line.left_minor, line.left_minor, line.left_minor) for line in lines]
    if by_hand.prices:
        for index, set_to in by_hand.prices.items():
            now[index] = _Line(lines[index].left_minor, 0, 0).reduced(set_to)
        lines = _on_offer(lines, by_hand)
    deals = [each for each in promotions if isinstance(each.kind, DealKind)]
    chosen: list[_Borne] = []
    if deals:
        chosen = _choose(lines, deals)
        now = _with_deals(lines, now, chosen)
    for index, discount in by_hand.lines.items():
        now[index] = now[index].by_hand(discount, OFF_LINE, discount.off(now[index].left_minor))
    others = [_OverBasket(each, each.kind) for each in promotions if isinstance(each.kind, Kind)]
    if others:
        now = _with_others(lines, now, others)
    if by_hand.basket is not None:
        bears = set(range(len(now))).difference(by_hand.bears_none)
        now = _off_lines(now, by_hand.basket, OFF_BASKET, bears)
    by_voucher = []
    for voucher in by_hand.vouchers:
        before, now = now, _off_lines(now, voucher.discount, BY_VOUCHER, voucher.buys)
        by_voucher.append(_left(before) - _left(now))
    return Reduced(
        tuple([line.modifiers for line in now]),
        tuple([0 if at in by_hand.prices else line.left_minor for at, line in enumerate(now)]),
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


def _off_lines(
    now: Sequence[_Line], discount: Discount, kind: str, bears: Collection[int]
) -> list[_Line]:
    """``bears``: indices of the lines that bear it, by what is left of each."""
    left = [line.left_minor if index in bears else 0 for index, line in enumerate(now)]
    shares = split(discount.off(sum(left)), left)
    return [line.by_hand(discount, kind, share) for line, share in zip(now, shares, strict=True)]


class _Borne(NamedTuple):
    """A deal on the lines that bear it: pieces of each, by its index."""

    deal: Deal
    lines: Mapping[int, int]


def _choose(lines: Sequence[LineOnOffer], promotions: Sequence[Promotion]) -> list[_Borne]:
    """Each deal's pieces are the first of their sort that no deal before took."""
    sorts = sort_pieces(lines, promotions)
    offers = [
        offer
        for promotion in promotions
        if (offer := offer_of(promotion, sorts, lines)) is not None
    ]
    left = [list(sort.lines) for sort in sorts]
    borne = []
    for deal in choose(sorts, offers):
        pieces: dict[int, int] = {}
        for sort, many in deal.taken:
            for line, taken in _first(left[sort], many * deal.times):
                pieces[line] = pieces.get(line, 0) + taken
        borne.append(_Borne(deal, pieces))
    return borne


def _with_deals(
    lines: Sequence[LineOnOffer], now: Sequence[_Line], chosen: Sequence[_Borne]
) -> list[_Line]:
    """A promotion is rounded once, over all that the receipt gets of it."""
    changed = list(now)
    off: dict[PromotionId, dict[int, int]] = {}
    promotions = {each.deal.promotion.promotion_id: each.deal.promotion for each in chosen}
    for deal, of_lines in chosen:
        worth = {line: _cost(lines[line], pieces) for line, pieces in of_lines.items()}
        shares = split(deal.off * deal.times, tuple(worth.values()))
        borne = off.setdefault(deal.promotion.promotion_id, {})
        for (line, minor), share in zip(worth.items(), shares, strict=True):
            borne[line] = borne.get(line, 0) + share
            gone = minor if deal.promotion.terms.alone else 0
            changed[line] = changed[line].without(gone, minor)
    for promotion_id, by_line in off.items():
        promotion, weights = promotions[promotion_id], tuple(by_line.values())
        whole = divide_half_up(sum(weights), FINE)
        for line, minor in zip(by_line, split(whole, weights), strict=True):
            part = min(minor, changed[line].left_minor)
            if part:
                gone = 0 if promotion.terms.alone else part
                changed[line] = changed[line].reduced(_modifier(promotion, part)).without(gone, 0)
    return changed


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
    lines: Sequence[LineOnOffer], now: Sequence[_Line], others: Sequence[_OverBasket]
) -> list[_Line]:
    by_priority = sorted(others, key=lambda each: -each.terms.priority)
    alone = [each for each in by_priority if each.terms.alone]
    last = [each for each in by_priority if not each.terms.alone] + alone
    orders = [last]
    for each in alone[:FIRST_MAX]:
        orders.append([each, *(other for other in last if other is not each)])
    return min((_in_turn(lines, now, order) for order in orders), key=_left)


def _left(lines: Sequence[_Line]) -> int:
    return sum(line.left_minor for line in lines)


def _in_turn(
    lines: Sequence[LineOnOffer], now: Sequence[_Line], others: Sequence[_OverBasket]
) -> list[_Line]:
    changed = list(now)
    for promotion, kind in others:
        seen = [
            LineOnOffer(*line[:4], _may_take_part(state, promotion), line.department)
            for line, state in zip(lines, changed, strict=True)
        ]
        touched = set()
        for reduction in kind.apply(promotion.arguments, seen):
            parts = [_may_take_part(line, promotion) for line in changed]
            for index, off in _shares(reduction, parts):
                less = changed[index].reduced(_modifier(promotion, off))
                changed[index] = less.without(off, off)
                touched.add(index)
        for index in touched:
            line = changed[index]
            barred = line.open_minor if promotion.terms.alone else 0
            changed[index] = line.without(barred, line.untouched_minor)
    return changed


def _may_take_part(line: _Line, promotion: Promotion) -> int:
    return line.untouched_minor if promotion.terms.alone else line.open_minor


def _shares(reduction: Reduction, left: Sequence[int]) -> list[tuple[int, int]]:
    """Who bears how much of a reduction: at most what of each line is ``left``."""
    indices = sorted(reduction.of_minor)
    parts = [min(reduction.of_minor[index], left[index]) for index in indices]
    off = min(reduction.off_minor, sum(parts))
    return [
        (index, share) for index, share in zip(indices, split(off, parts), strict=True) if share
    ]


def _modifier(promotion: Promotion, off_minor: int) -> PriceModifier:
    return PriceModifier(
        promotion.kind.code,
        -off_minor,
        promotion.name,
        promotion.promotion_id,
        promotion.version,
        coupon=promotion.coupon,
    )
