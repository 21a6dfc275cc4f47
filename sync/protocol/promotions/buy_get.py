"""Buy X, get Y: free, or for a share of its price. Of the same goods the cheapest are given."""

from collections.abc import Sequence

import msgspec

from sync.protocol.bounds import BasisPoints
from sync.protocol.money import BASIS_POINTS
from sync.protocol.promotions.shape import DealKind, Pick, Piece, Pieces, Slot, Step


class BuyGet(msgspec.Struct, frozen=True, array_like=True):
    """Who buys ``buy_pieces`` of ``buy`` gets ``get_pieces`` of ``get`` with ``rate_bp`` off them.
    The same pick twice: two bought, the third and cheapest free, is 2 and 1."""

    buy: Pick
    buy_pieces: Pieces
    get: Pick
    get_pieces: Pieces
    rate_bp: BasisPoints = BASIS_POINTS


def _steps(asked: BuyGet) -> Sequence[Sequence[Step]]:
    def off(pieces: Sequence[Piece]) -> int:
        given = pieces[asked.buy_pieces :]
        return sum([piece.price_minor for piece in given]) * asked.rate_bp

    if asked.buy == asked.get:
        slots: tuple[Slot, ...] = (Slot(asked.buy, asked.buy_pieces + asked.get_pieces),)
    else:
        slots = (Slot(asked.buy, asked.buy_pieces), Slot(asked.get, asked.get_pieces))
    return ((Step(slots, off),),)


BUY_GET = DealKind("buy_get", BuyGet, _steps)
