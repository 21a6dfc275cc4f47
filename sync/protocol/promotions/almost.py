"""What almost applied: one more piece, or so much more, and a promotion would take something off.

Said to the customer by the quote, never kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sync.protocol.identity import PromotionId
from sync.protocol.money import MILLI
from sync.protocol.promotions.reduce import Reduced
from sync.protocol.promotions.shape import (
    START,
    DealKind,
    Kind,
    LineOnOffer,
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
    return tuple(_each(lines, promotions, reduced))[:TOLD_MAX]


def _each(
    lines: Sequence[LineOnOffer], promotions: Sequence[Promotion], reduced: Reduced
) -> Iterator[Almost]:
    now = [
        line._replace(left_minor=left) for line, left in zip(lines, reduced.left_minor, strict=True)
    ]
    whole = [index for index, line in enumerate(lines) if divides(line.unit) == WHOLE_MILLI]
    dearest = sorted(whole, key=lambda at: -lines[at].unit_price_minor)
    for promotion in promotions:
        pieces, minor = 0, 0
        match promotion.kind:
            case DealKind() as kind:
                states = kind.steps(promotion.arguments)
                steps = [] if _is_single(states) else states[START]
                own = reduced.took.get(promotion.promotion_id, {}) if len(states) > 1 else {}
                lacking = [_lacking(step, lines, dearest, reduced.free, own) for step in steps]
                pieces = min(filter(None, lacking), default=0)
            case Kind(lacks=lacks) if lacks is not None:
                minor = _near(lacks(promotion.arguments, now), now)
            case _:
                continue
        if pieces or minor:
            yield Almost(promotion.promotion_id, promotion.name, pieces, minor)


def _is_single(states: Sequence[Sequence[Step]]) -> bool:
    return len(states) == 1 and all(sum(s.pieces for s in step.slots) == 1 for step in states[0])


def _lacking(
    step: Step,
    lines: Sequence[LineOnOffer],
    dearest: Sequence[int],
    free: Sequence[int],
    own: Mapping[int, int],
) -> int:
    """Pieces that the step lacks, 0 where it lacks none, too many, or would take nothing off.
    ``dearest``: the lines of whole pieces, the dearest first."""
    left = [pieces + own.get(index, 0) for index, pieces in enumerate(free)]
    lacking, taken = 0, []
    for slot in step.slots:
        wanted = slot.pieces
        for index in dearest:
            if not slot.of.takes(lines[index]):
                continue
            many = min(wanted, left[index])
            wanted -= many
            left[index] -= many
            taken += [Piece(lines[index].unit_price_minor, MILLI)] * many
        lacking += wanted
        if wanted and taken:
            taken += [max(taken)] * wanted
    if not 1 <= lacking <= LACKING_PIECES_MAX or not taken:
        return 0
    return lacking if step.off(taken) > 0 else 0


def _near(minor: int | None, lines: Sequence[LineOnOffer]) -> int:
    whole = sum(line.left_minor for line in lines)
    return minor if minor is not None and minor * (LACKING_PART - 1) <= whole else 0
