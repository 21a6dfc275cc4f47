"""Some of each group together, for a price or with a share off: sandwich, drink and fruit 7.90."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from sync.protocol.bounds import BasisPoints
from sync.protocol.promotions.shape import (
    FINE,
    DealKind,
    Pick,
    Piece,
    Pieces,
    Price,
    Slot,
    Step,
)

GROUPS_MAX = 10


class Group(msgspec.Struct, frozen=True, array_like=True):
    """``pieces`` of these."""

    of: Pick
    pieces: Pieces


class Together(msgspec.Struct, frozen=True, array_like=True):
    """One of ``price_minor`` and ``rate_bp`` is stated. Raises ValueError where it is not so."""

    groups: Annotated[tuple[Group, ...], msgspec.Meta(min_length=2, max_length=GROUPS_MAX)]
    price_minor: Price | None = None
    rate_bp: BasisPoints | None = None

    def __post_init__(self) -> None:
        if (self.price_minor is None) == (self.rate_bp is None):
            raise ValueError("state a price for all together, or what comes off, one of the two")


def _steps(asked: Together) -> Sequence[Sequence[Step]]:
    def off(pieces: Sequence[Piece]) -> int:
        whole = sum(piece.price_minor for piece in pieces)
        if asked.price_minor is None:
            return whole * (asked.rate_bp or 0)
        return max(0, whole - asked.price_minor) * FINE

    slots = tuple([Slot(group.of, group.pieces) for group in asked.groups])
    return ((Step(slots, off),),)


TOGETHER = DealKind("together", Together, _steps)
