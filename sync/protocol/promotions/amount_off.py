"""An amount off each piece, or off each unit of what is weighed; never more than it costs."""

from collections.abc import Sequence

import msgspec

from sync.protocol.money import MILLI
from sync.protocol.promotions.shape import FINE, DealKind, Pick, Piece, Price, Slot, Step


class AmountOff(msgspec.Struct, frozen=True, array_like=True):
    """``off_minor`` for a unit."""

    of: Pick
    off_minor: Price


def _steps(asked: AmountOff) -> Sequence[Sequence[Step]]:
    def off(pieces: Sequence[Piece]) -> int:
        return sum(
            min(piece.price_minor * FINE, asked.off_minor * piece.milli * FINE // MILLI)
            for piece in pieces
        )

    return ((Step((Slot(asked.of, 1),), off, measured=True),),)


AMOUNT_OFF = DealKind("amount_off", AmountOff, _steps)
