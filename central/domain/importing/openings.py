"""Opening stock as stores take it: rows of some items each, the same for the same content, so that
what was published before a head office was restored counts once with what is imported again."""

from collections.abc import Iterator, Mapping
from itertools import islice
from uuid import uuid5

from sync.protocol.codec import encode
from sync.protocol.identity import ItemId, StoreId
from sync.protocol.reference import OPENING_LINES_MAX, OpeningLine, OpeningStock


def openings(
    store_id: StoreId, opened: Mapping[str, int], costs: Mapping[str, int | None]
) -> Iterator[OpeningStock]:
    """``opened``: thousandths by item, in the order in which they are put together."""
    lines = (OpeningLine(ItemId(item), milli, costs[item]) for item, milli in opened.items())
    while some := tuple(islice(lines, OPENING_LINES_MAX)):
        yield OpeningStock(uuid5(store_id, f"opening stock {encode(some).hex()}"), some)
