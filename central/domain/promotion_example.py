"""A worked example of a promotion: what its own goods would cost with it. Pure, by the very rules
of the till (``sync/protocol/promotions/reduce.py``)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from sync.protocol.codec import decode
from sync.protocol.money import MILLI
from sync.protocol.promotions.kinds import BY_CODE, picks_of
from sync.protocol.promotions.reduce import reduce_lines
from sync.protocol.promotions.shape import START, DealKind, Kind, LineOnOffer, Pick, Promotion
from sync.protocol.reference import Item, PublishedPromotion

PIECES_MAX = 1_000


class ExampleLine(NamedTuple):
    """``before_minor``: pieces × price; ``after_minor``: what is left of it."""

    name: str
    pieces: int
    price_minor: int
    before_minor: int
    after_minor: int


class Priced(NamedTuple):
    """An item with what it costs."""

    item: Item
    price_minor: int


def picks_wanted(published: PublishedPromotion) -> tuple[Pick, ...]:
    """Of which goods an example wants one each; of a kind that picks none, of any."""
    arguments = decode(BY_CODE[published.kind].arguments, published.arguments)
    return tuple(dict.fromkeys(picks_of(arguments))) or (Pick(),)


def example_of(
    published: PublishedPromotion, goods: Mapping[Pick, Priced]
) -> tuple[ExampleLine, ...]:
    """The least that it wants, of goods that have a price; nothing where some have none."""
    kind = BY_CODE[published.kind]
    arguments = decode(kind.arguments, published.arguments)
    if isinstance(kind, DealKind):
        wanted = [(slot.of, slot.pieces) for slot in kind.steps(arguments)[START][0].slots]
    else:
        of = picks_wanted(published)[0]
        wanted = [(of, _enough(kind, arguments, goods.get(of)))]
    if any(of not in goods for of, _ in wanted):
        return ()
    lines = [_line(goods[of], pieces) for of, pieces in wanted]
    promotion = Promotion(
        published.promotion_id, 1, published.name, kind, arguments, published.terms
    )
    left = reduce_lines(lines, (promotion,)).left_minor
    return tuple(_examples(lines, [goods[of] for of, _ in wanted], left))


def _enough(kind: Kind[Any], arguments: msgspec.Struct, priced: Priced | None) -> int:
    """So many pieces of it that something comes off, as far as the kind says what lacks."""
    if priced is None or priced.price_minor == 0 or kind.lacks is None:
        return 1
    one = ([_line(priced, 1)], (priced.price_minor,))
    lacks = None if any(kind.apply(arguments, *one)) else kind.lacks(arguments, *one)
    return min(PIECES_MAX, 1 - (-(lacks or 0) // priced.price_minor))


def _line(priced: Priced, pieces: int) -> LineOnOffer:
    item = priced.item
    whole = pieces * priced.price_minor
    more = (pieces * MILLI, priced.price_minor, whole, item.department)
    return LineOnOffer(item.item_id, item.unit, *more)


def _examples(
    lines: Sequence[LineOnOffer], goods: Sequence[Priced], left: Sequence[int]
) -> Sequence[ExampleLine]:
    return [
        ExampleLine(
            priced.item.name,
            line.quantity_milli // MILLI,
            line.unit_price_minor,
            line.left_minor,
            after,
        )
        for line, priced, after in zip(lines, goods, left, strict=True)
    ]
