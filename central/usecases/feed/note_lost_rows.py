"""A box states a cursor that this head office gave it, and that lies beyond the feed's head: what
was published since is lost, and with it perhaps what was decided. A new incarnation begins, once:
the cursors that the one before gave are foreign to it.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.decisions import lock_decisions
from central.db.engine import unit_of_work
from central.db.tables import Store, table
from central.domain.feeds import FollowedFeed
from central.reports.incarnation import is_mirrored
from central.usecases.box.find_device import EnrolledDevice
from central.usecases.decision.begin_incarnation import Found, begin_incarnation
from central.usecases.feed.read_feed import FeedCursor, head_passed

_STORES = table(Store)
_CODE = select(_STORES.c.code)


async def note_lost_rows(
    engine: AsyncEngine,
    device: EnrolledDevice,
    feed: FollowedFeed,
    cursor: FeedCursor,
    now_ms: int,
) -> None:
    """Nothing is locked, and nothing begins, where the cursor is foreign or below the floor."""
    async with unit_of_work(engine) as db:
        if await head_passed(db, device.company_id, feed, cursor) is None:
            return
        await lock_decisions(db)  # another box may have stated one meanwhile
        head = await head_passed(db, device.company_id, feed, cursor)
        if head is None:
            return
        code = await db.scalar(_CODE.where(_STORES.c.store_id == device.store_id))
        given = f"{feed.data_set.value} through {cursor.after}, which end at {head} here"
        said = f"{code} was given {given}"
        await begin_incarnation(db, Found((said,), 0, not await is_mirrored(db)), now_ms)
