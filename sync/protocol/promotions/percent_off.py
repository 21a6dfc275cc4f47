"""A share of the price off each piece: ten percent off bread, half price after eight."""

from collections.abc import Sequence

import msgspec

from sync.protocol.bounds import BasisPoints
from sync.protocol.promotions.shape import DealKind, Pick, Piece, Slot, Step


class PercentOff(msgspec.Struct, frozen=True, array_like=True):
    """``rate_bp`` in hundredths of a percent."""

    of: Pick
    rate_bp: BasisPoints


def _steps(asked: PercentOff) -> Sequence[Sequence[Step]]:
    def off(pieces: Sequence[Piece]) -> int:
        return sum([piece.price_minor for piece in pieces]) * asked.rate_bp

    return ((Step((Slot(asked.of, 1),), off, measured=True),),)


PERCENT_OFF = DealKind("percent_off", PercentOff, _steps)
