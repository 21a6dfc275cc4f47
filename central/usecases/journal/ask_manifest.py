"""Ask a store's box what stands of a business date: by the command ``manifest``, in every
acknowledgement until its answer is read."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.reports.store_day import StoreDay, columns

_ASK = """
INSERT INTO day_standing AS held (store_id, business_date, asked_at_ms, is_asked)
VALUES ($1, $2, $3, true)
ON CONFLICT (store_id, business_date) DO UPDATE SET asked_at_ms = $3, is_asked = true
"""
_ASK_ONCE = """
UPDATE day_standing AS held SET asked_at_ms = $3, is_asked = true
FROM unnest($1::uuid[], $2::date[]) AS wanted (store_id, business_date)
WHERE held.store_id = wanted.store_id AND held.business_date = wanted.business_date
    AND held.asked_at_ms IS NULL
"""


async def ask_manifest(db: AsyncConnection, day: StoreDay, now_ms: int) -> None:
    """A person wants to know, also of a day that is open."""
    await (await driver_of(db)).execute(_ASK, *day, now_ms)


async def ask_once(db: AsyncConnection, days: Iterable[StoreDay], now_ms: int) -> None:
    """Something of these days is here that no manifest speaks of. A box that cannot say more is not
    asked for ever; what comes home later it gives an account of by itself."""
    await (await driver_of(db)).execute(_ASK_ONCE, *columns(list(days)), now_ms)
