"""The one list of kinds, and how what head office publishes becomes a promotion in force.

To add a kind: its file in this folder, its row in ``KINDS``, its table of examples in tests/unit.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import msgspec

from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable
from sync.protocol.identity import PromotionId
from sync.protocol.promotions.amount_off import AMOUNT_OFF
from sync.protocol.promotions.basket_off import BASKET_OFF
from sync.protocol.promotions.buy_get import BUY_GET
from sync.protocol.promotions.by_quantity import BY_QUANTITY
from sync.protocol.promotions.percent_off import PERCENT_OFF
from sync.protocol.promotions.several_for import SEVERAL_FOR
from sync.protocol.promotions.shape import PLAIN_TERMS, DealKind, Kind, Pick, Promotion, Terms
from sync.protocol.promotions.together import TOGETHER
from sync.protocol.promotions.unit_price import UNIT_PRICE

AnyKind: TypeAlias = Kind[Any] | DealKind[Any]
KINDS: tuple[AnyKind, ...] = (
    AMOUNT_OFF,
    BASKET_OFF,
    BUY_GET,
    BY_QUANTITY,
    PERCENT_OFF,
    SEVERAL_FOR,
    TOGETHER,
    UNIT_PRICE,
)
"""Every kind that this version can apply, in no order: promotions have one, kinds have none."""


BY_CODE: Mapping[str, AnyKind] = MappingProxyType({kind.code: kind for kind in KINDS})


class Published(NamedTuple):
    """A promotion as its row states it. ``arguments``: msgpack, to be read by its kind alone.
    ``coupon``: the code that was shown for it."""

    promotion_id: PromotionId
    version: int
    name: str
    code: str
    arguments: bytes
    terms: Terms = PLAIN_TERMS
    coupon: str | None = None


def understood(published: Published, kinds: Mapping[str, AnyKind] = BY_CODE) -> Promotion | None:
    """By its kind. None: of a kind that this version does not know, or with arguments that its kind
    does not take. Such a one lowers no price and stops no sale: a newer head office may publish
    what it likes."""
    promotion_id, version, name, code, packed, terms, coupon = published
    kind = kinds.get(code)
    if kind is None:
        return None
    try:
        arguments = decode(kind.arguments, packed)
    except Undecodable:
        return None
    return Promotion(promotion_id, version, name, kind, arguments, terms, coupon)


def picks_of(arguments: object) -> Iterator[Pick]:
    """Every pick that stands in a kind's arguments, however deep."""
    if isinstance(arguments, Pick):
        yield arguments
    elif isinstance(arguments, tuple):
        for each in arguments:
            yield from picks_of(each)
    elif isinstance(arguments, msgspec.Struct):
        yield from picks_of(msgspec.structs.astuple(arguments))
