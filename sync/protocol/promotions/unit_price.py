"""Another price for a unit, where that is less: what members pay, the price of a happy hour."""

from collections.abc import Sequence

import msgspec

from sync.protocol.money import MILLI
from sync.protocol.promotions.shape import FINE, DealKind, Pick, Piece, Price, Slot, Step


class UnitPrice(msgspec.Struct, frozen=True, array_like=True):
    """``price_minor`` for a unit."""

    of: Pick
    price_minor: Price


def _steps(asked: UnitPrice) -> Sequence[Sequence[Step]]:
    def off(pieces: Sequence[Piece]) -> int:
        return sum(
            max(0, piece.price_minor * FINE - asked.price_minor * piece.milli * FINE // MILLI)
            for piece in pieces
        )

    return ((Step((Slot(asked.of, 1),), off, measured=True),),)


UNIT_PRICE = DealKind("unit_price", UnitPrice, _steps)
