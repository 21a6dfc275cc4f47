"""The one list of kinds, and how what head office publishes becomes a promotion in force.

To add a kind: its file in this folder, its row in ``KINDS``, its table of examples in tests/unit.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from edge.domain.sale.promotions.shape import Kind, Promotion
from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable
from sync.protocol.identity import PromotionId

KINDS: tuple[Kind[Any], ...] = ()
"""Every kind that this store can apply, in no order: promotions have one, kinds have none."""


class Published(NamedTuple):
    """A promotion as its row states it. ``arguments``: msgpack, to be read by its kind alone."""

    promotion_id: PromotionId
    version: int
    name: str
    code: str
    arguments: bytes


class Understood(NamedTuple):
    """``aside``: of a kind that this store does not know, or with arguments that its kind does not
    take. Those lower no price and stop no sale: a newer head office may publish what it likes."""

    in_force: tuple[Promotion, ...]
    aside: tuple[Published, ...]


def understand(published: Iterable[Published], kinds: Iterable[Kind[Any]] = KINDS) -> Understood:
    """Promotions by their kinds, in the order in which they were published."""
    by_code = {kind.code: kind for kind in kinds}
    in_force: list[Promotion] = []
    aside: list[Published] = []
    for each in published:
        kind = by_code.get(each.code)
        try:
            arguments = None if kind is None else decode(kind.arguments, each.arguments)
        except Undecodable:
            arguments = None
        if kind is None or arguments is None:
            aside.append(each)
        else:
            in_force.append(Promotion(each.promotion_id, each.version, each.name, kind, arguments))
    return Understood(tuple(in_force), tuple(aside))
