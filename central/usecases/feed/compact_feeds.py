"""Shortens the feeds' logs: a cursor that is ninety days behind loads a snapshot instead.

A feed's *floor* is its newest publication that is so old. At or below it only what was in the set
at the floor stays, no row that a later one at or below it superseded, and no tombstone; beyond it
every row stays. So tombstones stay for ninety days, and what is left still proves itself.
"""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import driver_of, unit_of_work

KEPT_MS = 90 * 86_400_000

_FEEDS = "SELECT company_id, data_set, scope FROM feed ORDER BY 1, 2, 3"
_OF_FEED = "company_id = $1 AND data_set = $2 AND scope = $3"
_FLOOR = f"""
UPDATE feed SET floor = l.pub_seq, floor_hash = l.set_hash
FROM (SELECT pub_seq, set_hash FROM feed_log WHERE {_OF_FEED} AND at_ms < $4
    ORDER BY pub_seq DESC LIMIT 1) AS l
WHERE {_OF_FEED} AND l.pub_seq > feed.floor RETURNING feed.floor
"""  # noqa: S608  the text is ours
_DROP = f"""
DELETE FROM feed_log WHERE {_OF_FEED} AND pub_seq IN (
    SELECT pub_seq FROM (
        SELECT pub_seq, body, lead(pub_seq) OVER (PARTITION BY key ORDER BY pub_seq) AS later
        FROM feed_log WHERE {_OF_FEED} AND pub_seq <= $4) AS old
    WHERE later IS NOT NULL OR body IS NULL)
"""  # noqa: S608  the text is ours
_FORGET = f"DELETE FROM feed_latest WHERE {_OF_FEED} AND pub_seq <= $4 AND body IS NULL"  # noqa: S608  the text is ours


async def compact_feeds(engine: AsyncEngine, now_ms: int) -> int:
    """Each feed in a unit of work of its own; how many rows are gone."""
    async with unit_of_work(engine) as db:
        names = [tuple(row) for row in await (await driver_of(db)).fetch(_FEEDS)]
    gone = 0
    for name in names:
        async with unit_of_work(engine) as db:
            gone += await _compact(await driver_of(db), name, now_ms - KEPT_MS)
    return gone


async def _compact(connection: Any, name: tuple[Any, ...], before_ms: int) -> int:
    floor = await connection.fetchval(_FLOOR, *name, before_ms)
    if floor is None:
        return 0
    done: str = await connection.execute(_DROP, *name, floor)
    await connection.execute(_FORGET, *name, floor)
    return int(done.rpartition(" ")[2])
