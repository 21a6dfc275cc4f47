"""What almost applied: one more piece, or so much more, and a promotion would take something off.

Said to the customer by the quote, never kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from sync.protocol.identity import PromotionId
from sync.protocol.money import MILLI
from sync.protocol.promotions.reach import Reach
from sync.protocol.promotions.reduce import Reduced
from sync.protocol.promotions.shape import (
    START,
    DealKind,
    Kind,
    LineOnOffer,
    Pick,
    Piece,
    Promotion,
    Step,
)
from sync.protocol.units import WHOLE_MILLI, divides

LACKING_PIECES_MAX = 1
LACKING_PART = 4
"""An amount is told once the basket has at least three quarters of it."""
TOLD_MAX = 5


class Almost(NamedTuple):
    """``pieces`` or ``minor`` more of what the promotion takes; the other is 0."""

    promotion_id: PromotionId
    name: str
    pieces: int
    minor: int


def almost(
    lines: Sequence[LineOnOffer], promotions: Sequence[Promotion], reduced: Reduced
) -> tuple[Almost, ...]:
    """At most TOLD_MAX, in the order in which they were published. ``reduced``: what they gave."""
    return tuple(islice(_each(_Basket(lines, reduced), promotions), TOLD_MAX))


class _Basket:
    """``dearest``: how early a line of whole pieces comes, the dearest first."""

    def __init__(self, lines: Sequence[LineOnOffer], reduced: Reduced) -> None:
        self.lines = lines
        self.reduced = reduced
        self.reach = Reach(lines)
        whole = [index for index, line in enumerate(lines) if divides(line.unit) == WHOLE_MILLI]
        in_turn = sorted(whole, key=lambda at: -lines[at].unit_price_minor)
        self.dearest = {index: place for place, index in enumerate(in_turn)}
        self.left_minor = sum(reduced.left_minor)

    def taken_by(self, pick: Pick) -> list[int]:
        """Lines of whole pieces, the dearest first."""
        of = [index for index in self.reach.find(pick) if index in self.dearest]
        return sorted(of, key=self.dearest.__getitem__) if len(of) > 1 else of


def _each(basket: _Basket, promotions: Sequence[Promotion]) -> Iterator[Almost]:
    for promotion in promotions:
        pieces, minor = 0, 0
        match promotion.kind:
            case DealKind():
                pieces = _lacks_pieces(promotion, basket)
            case Kind(lacks=lacks) if lacks is not None:
                minor = _near(
                    lacks(promotion.arguments, basket.lines, basket.reduced.left_minor),
                    basket.left_minor,
                )
            case _:
                continue
        if pieces or minor:
            yield Almost(promotion.promotion_id, promotion.name, pieces, minor)


def _lacks_pieces(promotion: Promotion, basket: _Basket) -> int:
    """0: none, or too many. What takes one piece at a time lacks none, or has nothing to take."""
    if promotion.is_single:
        return 0
    states = promotion.states
    took = basket.reduced.took.get(promotion.promotion_id) if len(states) > 1 else None
    lacking = [_lacking(step, basket, took or {}) for step in states[START]]
    return min(filter(None, lacking), default=0)


def _lacking(step: Step, basket: _Basket, own: Mapping[int, int]) -> int:
    """Pieces that the step lacks, 0 where it lacks none, too many, or would take nothing off.
    ``own``: what the promotion has of each line already."""
    lines, free = basket.lines, basket.reduced.free
    left: dict[int, int] = {}
    lacking, taken = 0, list[Piece]()
    for slot in step.slots:
        wanted = slot.pieces
        for index in basket.taken_by(slot.of):
            if not wanted:
                break
            here = left.get(index, free[index] + own.get(index, 0))
            many = min(wanted, here)
            wanted -= many
            left[index] = here - many
            taken += [Piece(lines[index].unit_price_minor, MILLI)] * many
        lacking += wanted
        if lacking > LACKING_PIECES_MAX:
            return 0
        if wanted and taken:
            taken += [max(taken)] * wanted
    if not lacking or not taken:
        return 0
    return lacking if step.off(taken) > 0 else 0


def _near(minor: int | None, left_minor: int) -> int:
    if minor is None or minor * (LACKING_PART - 1) > left_minor:
        return 0
    return minor
