"""Finds which days are proven, so that the board can show every other one until it is.

A day of which something arrived is not settled. It is once it has been counted and found green; it
is no more when something of it arrives again (``write.UNSETTLE_DAYS``), also what is set aside, or
when it is counted again in turn and differs: head office's own rows may have been changed behind
its back.
"""

from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.postgres import own
from central.db.engine import raw, unit_of_work
from central.reports.board import latest_date
from central.reports.reconciliation import Colour, reconcile_day
from sync.protocol.identity import StoreId

DAYS_AT_ONCE = 200
RECOUNTED_AT_ONCE = 20
RECOUNTED_WITHIN = timedelta(days=60)
"""Older days are held against the journals by `central verify` alone."""

_OPEN = """
SELECT store_id, business_date FROM day_standing
WHERE settled_at_ms IS NULL AND business_date <= $1 ORDER BY 2 DESC, 1 LIMIT $2
"""
_LONGEST_AGO = """
SELECT store_id, business_date FROM day_standing
WHERE settled_at_ms < $1 AND business_date > $2 ORDER BY settled_at_ms, 1, 2 LIMIT $3
"""
_TURN = "SELECT FROM apply_turn WHERE store_id = $1 FOR NO KEY UPDATE SKIP LOCKED"
_SETTLE = """
UPDATE day_standing SET settled_at_ms = $3 WHERE store_id = $1 AND business_date = $2
"""


class Settled(NamedTuple):
    """How many days were counted, and how many of them are proven."""

    counted: int
    proven: int


async def settle_days(engine: AsyncEngine, now_ms: int) -> Settled:
    """Count the newest days that are not settled, and those again that were settled longest ago."""
    latest = latest_date(now_ms)
    async with unit_of_work(engine) as db:
        connection = await raw(db)
        days = await connection.fetch(_OPEN, latest, DAYS_AT_ONCE)
        oldest = (now_ms, latest - RECOUNTED_WITHIN, RECOUNTED_AT_ONCE)
        days += await connection.fetch(_LONGEST_AGO, *oldest)
    counted = proven = 0
    for store_id, business_date in days:
        async with unit_of_work(engine) as db:
            found = await _count(db, store_id, business_date, now_ms)
        counted += found is not None
        proven += bool(found)
    return Settled(counted, proven)


async def _count(
    db: AsyncConnection, store_id: UUID, business_date: date, now_ms: int
) -> bool | None:
    """Whether the day is proven, while nothing of its store is being applied; None: something is,
    and the next round looks."""
    connection: Any = await raw(db)
    if await connection.fetchrow(_TURN, store_id) is None:
        return None
    day = await reconcile_day(db, StoreId(own(store_id)), business_date)
    proven = day.colour is Colour.GREEN
    await connection.execute(_SETTLE, store_id, business_date, now_ms if proven else None)
    return proven
