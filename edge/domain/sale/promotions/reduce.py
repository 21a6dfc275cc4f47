"""Promotions over the lines of a basket: one after the other, no line below zero.

Each sees what the ones before it left. What a reduction takes off is cut to its lines by largest
remainder (money.py), so that the modifiers of a receipt add up to it.
"""

from collections.abc import Sequence

from edge.domain.sale.promotions.shape import LineOnOffer, Promotion, Reduction
from sync.protocol.facts import PriceModifier
from sync.protocol.money import split

Modifiers = tuple[PriceModifier, ...]


def reduce_lines(
    lines: Sequence[LineOnOffer], promotions: Sequence[Promotion]
) -> tuple[Modifiers, ...]:
    """Each line's modifiers, none of them 0, all of them below."""
    modifiers: list[Modifiers] = [()] * len(lines)
    now = list(lines)
    for promotion in promotions:
        for reduction in promotion.kind.apply(promotion.arguments, tuple(now)):
            for index, off in _shares(reduction, now):
                left = now[index].left_minor - off
                now[index] = now[index]._replace(left_minor=left)
                modifiers[index] += (_modifier(promotion, off),)
    return tuple(modifiers)


def _shares(reduction: Reduction, lines: Sequence[LineOnOffer]) -> list[tuple[int, int]]:
    """Who bears how much of a reduction: at most what each line still costs."""
    indices = sorted(reduction.of_minor)
    parts = [min(reduction.of_minor[index], lines[index].left_minor) for index in indices]
    off = min(reduction.off_minor, sum(parts))
    return [
        (index, share) for index, share in zip(indices, split(off, parts), strict=True) if share
    ]


def _modifier(promotion: Promotion, off_minor: int) -> PriceModifier:
    return PriceModifier(
        promotion.kind.code, -off_minor, promotion.name, promotion.promotion_id, promotion.version
    )
