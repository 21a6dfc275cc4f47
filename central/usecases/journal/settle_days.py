"""Finds which days are proven, so that the board need not count them each time it is asked for.

A day of which something arrived is not settled. It is once it has been counted and found green; it
is no more when something of it arrives again (``write.UNSETTLE_DAYS``), also what is set aside, or
when it is counted again in turn and differs: head office's own rows may have been changed behind
its back. Days that a board shows have their turn every NEWEST_AGAIN_MS, older ones one after the
other. What is not closed, or not here whole, is not counted, but for what the store gave a manifest
of at no close.

What is found is acted upon: a manifest that differs begins a search for where (``compare_spans``),
and of a day of which something is here that none speaks of, one is asked for (``ask_manifest``).
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.db.engine import driver_of, snapshot, unit_of_work
from central.domain.day_verdict import DayVerdict, Doubt
from central.domain.signing import correction
from central.reports.day_figures import day_figures
from central.reports.newest_days import latest_date
from central.reports.reconciled_day import ReconciledDay
from central.reports.reconciliation import days_to_count, reconcile_days
from central.reports.signings import last_signings
from central.reports.store_day import StoreDay, columns
from central.usecases.journal.ask_manifest import ask_once
from central.usecases.journal.compare_spans import begin_search
from sync.protocol.figures import owed_minor
from sync.protocol.identity import StoreId

DAYS_AT_ONCE = 5_000
"""Looked at: whether they are here whole."""
COUNTED_AT_ONCE = 200
RECOUNTED_AT_ONCE = 20
RECOUNTED_WITHIN = timedelta(days=60)
"""Older days are held against the journals by `central verify` alone."""
NEWEST = timedelta(days=4)
NEWEST_AGAIN_MS = 5 * 60_000

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
UPDATE day_standing AS held SET settled_at_ms = counted.settled_at_ms,
    owed_minor = counted.owed_minor, over_short_minor = counted.over_short_minor
FROM unnest($2::date[], $3::bigint[], $4::bigint[], $5::bigint[])
    AS counted (business_date, settled_at_ms, owed_minor, over_short_minor)
WHERE held.store_id = $1 AND held.business_date = counted.business_date
"""

_AS_SIGNED = """
UPDATE day_standing SET as_signed = true
WHERE store_id = $1 AND business_date = ANY($2::date[]) AND as_signed IS NULL
"""


class Settled(NamedTuple):
    """How many days were looked at, and how many of them are proven."""

    counted: int
    proven: int


async def settle_days(engine: AsyncEngine, now_ms: int) -> Settled:
    """Count the newest days that are not settled, and those again that were settled longest ago."""
    latest = latest_date(now_ms)
    async with snapshot(engine) as db:
        connection = await driver_of(db)
        open_ = _days(await connection.fetch(_OPEN, latest, DAYS_AT_ONCE))
        longest = (now_ms, latest - RECOUNTED_WITHIN, RECOUNTED_AT_ONCE)
        newest = (now_ms - NEWEST_AGAIN_MS, latest - NEWEST, COUNTED_AT_ONCE)
        again = [
            day
            for found in (newest, longest)
            for day in _days(await connection.fetch(_LONGEST_AGO, *found))
        ]
        whole = await days_to_count(db, open_)
    counted, proven = len(open_) - len(whole), 0
    due = sorted({*whole[:COUNTED_AT_ONCE], *again})
    for _, days in groupby(due, key=lambda day: day.store_id):
        of_store = tuple(days)
        async with unit_of_work(engine) as db:
            found = await _count(db, of_store, now_ms)
        counted += 0 if found is None else len(of_store)
        proven += found or 0
    return Settled(counted, proven)


def _days(rows: Sequence[Any]) -> list[StoreDay]:
    return [StoreDay(StoreId(store_id), day) for store_id, day in rows]


async def _count(db: AsyncConnection, days: Sequence[StoreDay], now_ms: int) -> int | None:
    """How many of a store's days are proven, while nothing of it is being applied; None: something
    is, and the next round looks."""
    connection: Any = await driver_of(db)
    store_id = days[0].store_id
    if await connection.fetchrow(_TURN, store_id) is None:
        return None
    found = dict(zip(days, await reconcile_days(db, days), strict=True))
    proven = {day for day, one in found.items() if one.verdict is DayVerdict.PROVEN}
    signings, now = await last_signings(db, days), await day_figures(db, days)
    settled = (
        columns(days)[1],
        [now_ms if day in proven else None for day in days],
        [owed_minor(now[day]) for day in days],
        [now[day].over_short_minor for day in days],
    )
    await connection.execute(_SETTLE, store_id, *settled)
    same = [day for day, last in signings.items() if correction(last.counted, now[day]) is None]
    await connection.execute(_AS_SIGNED, store_id, columns(same)[1])
    await ask_once(db, [day for day, one in found.items() if _is_unsaid(one)], now_ms)
    for day, one in found.items():
        for held in one.manifests:
            if held.own or held.workstations:
                await begin_search(db, day, held.said, now_ms)
    return len(proven)


def _is_unsaid(day: ReconciledDay) -> bool:
    return any(reason.slug is Doubt.NO_MANIFEST for reason in day.reasons)
