"""A store's days, and where it stands."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import driver_uuid
from central.db.engine import driver_of
from central.reports.reconciled_day import ReconciledDay
from central.reports.reconciliation import stand_of_days
from central.reports.store_day import StoreDay
from central.reports.streams import Standing, standings_of, streams_of
from sync.protocol.identity import StoreId

DAYS_MAX = 14

_DAYS = """
SELECT DISTINCT business_date FROM day_total
WHERE store_id = $1 AND ($2::date IS NULL OR business_date < $2)
ORDER BY business_date DESC LIMIT $3
"""


async def store_days(
    db: AsyncConnection, store_id: StoreId, before: date | None
) -> tuple[tuple[ReconciledDay, ...], date | None]:
    """A store's newest DAYS_MAX days before a date, newest first; and the date to ask for the days
    before these with, None where there are none. Call it within one snapshot."""
    named = StoreId(driver_uuid(store_id))
    rows = await (await driver_of(db)).fetch(_DAYS, named, before, DAYS_MAX + 1)
    days = [StoreDay(named, row[0]) for row in rows[:DAYS_MAX]]
    older = days[-1].business_date if rows[DAYS_MAX:] else None
    return await stand_of_days(db, days), older


async def store_standing(db: AsyncConnection, store_id: StoreId) -> Standing:
    """Where one store stands."""
    streams = await streams_of(db, [store_id])
    return standings_of(streams).get(store_id, Standing())
