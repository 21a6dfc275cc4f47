"""Notes how far a store was handed out a feed: what people at head office see of its goods' age."""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.feeds import FollowedFeed
from sync.protocol.identity import StoreId

_NOTE = """
INSERT INTO handed_out (store_id, data_set, scope, through, at_ms) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (store_id, data_set, scope)
DO UPDATE SET through = excluded.through, at_ms = excluded.at_ms
"""


async def note_handed_out(
    db: AsyncConnection, store_id: StoreId, feed: FollowedFeed, through: int, now_ms: int
) -> None:
    """A page's last row, or the head of a snapshot. A box that was put back to an older folder asks
    again, and then this goes back with it."""
    name = (store_id, feed.data_set.value, feed.scope)
    await (await driver_of(db)).execute(_NOTE, *name, through, now_ms)
