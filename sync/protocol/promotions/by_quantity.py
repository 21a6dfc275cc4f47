"""The more of these, the more comes off each: three 5 %, six 10 %."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from sync.protocol.bounds import BasisPoints
from sync.protocol.promotions.shape import START, DealKind, Pick, Piece, Pieces, Slot, Step

TIERS_MAX = 10


class Tier(msgspec.Struct, frozen=True, array_like=True):
    """From ``pieces`` on ``rate_bp`` off every one of them."""

    pieces: Pieces
    rate_bp: BasisPoints


class ByQuantity(msgspec.Struct, frozen=True, array_like=True):
    """``tiers`` rise in both. Raises ValueError where they do not."""

    of: Pick
    tiers: Annotated[tuple[Tier, ...], msgspec.Meta(min_length=1, max_length=TIERS_MAX)]

    def __post_init__(self) -> None:
        for low, high in zip(self.tiers, self.tiers[1:], strict=False):
            if high.pieces <= low.pieces or high.rate_bp <= low.rate_bp:
                raise ValueError("tiers must rise, in pieces and in what comes off")


def _steps(asked: ByQuantity) -> Sequence[Sequence[Step]]:
    """A tier is opened by as many pieces as it wants, then takes any more, one by one."""
    opening = [
        _step(asked.of, tier.pieces, tier.rate_bp, state)
        for state, tier in enumerate(asked.tiers, start=START + 1)
    ]
    more = [
        [_step(asked.of, 1, tier.rate_bp, state)]
        for state, tier in enumerate(asked.tiers, start=START + 1)
    ]
    return (opening, *more)


def _step(of: Pick, pieces: int, rate_bp: int, leads_to: int) -> Step:
    def off(taken: Sequence[Piece]) -> int:
        return sum([piece.price_minor for piece in taken]) * rate_bp

    return Step((Slot(of, pieces),), off, leads_to)


BY_QUANTITY = DealKind("by_quantity", ByQuantity, _steps)
