"""N for a price: any three of these for 10.00."""

from collections.abc import Sequence

import msgspec

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


class SeveralFor(msgspec.Struct, frozen=True, array_like=True):
    """``pieces`` together for ``price_minor``, where they cost more."""

    of: Pick
    pieces: Pieces
    price_minor: Price


def _steps(asked: SeveralFor) -> Sequence[Sequence[Step]]:
    def off(pieces: Sequence[Piece]) -> int:
        return max(0, sum([piece.price_minor for piece in pieces]) - asked.price_minor) * FINE

    return ((Step((Slot(asked.of, asked.pieces),), off),),)


SEVERAL_FOR = DealKind("several_for", SeveralFor, _steps)
