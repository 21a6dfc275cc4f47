"""Reads prices as they were published last: an item's, and which of them is in force."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.protocol.identity import CompanyId

_OF_ITEM = """
SELECT zone, effective_from_ms, unit_price_minor FROM listed_price
WHERE company_id = $1 AND item_id = $2 ORDER BY zone, effective_from_ms
"""
_IN_FORCE = """
SELECT DISTINCT ON (item_id) item_id, unit_price_minor FROM listed_price
WHERE company_id = $1 AND item_id = ANY($2::text[]) AND zone = $3 AND effective_from_ms <= $4
ORDER BY item_id, effective_from_ms DESC
"""
_CLOCKS = """
SELECT DISTINCT zone FROM store
WHERE company_id = $1 AND price_zone = $2 AND NOT retired ORDER BY zone LIMIT 2
"""
_OF_COMPANY = """
SELECT DISTINCT zone FROM store WHERE company_id = $1 AND NOT retired ORDER BY zone LIMIT 2
"""
_ANY = "SELECT 1 FROM listed_price WHERE company_id = $1 AND zone = $2 LIMIT 1"


class PriceAt(NamedTuple):
    """A price in a zone from an instant on; ``in_force``: it is the one that holds now."""

    zone: str
    effective_from_ms: int
    unit_price_minor: int
    in_force: bool = False


async def prices_of_item(
    db: AsyncConnection, company_id: CompanyId, item_id: str, now_ms: int
) -> tuple[PriceAt, ...]:
    """By zone and time."""
    rows = await (await driver_of(db)).fetch(_OF_ITEM, company_id, item_id)
    found = [PriceAt(*row) for row in rows]
    begun = {one.zone: one for one in found if one.effective_from_ms <= now_ms}
    return tuple(one._replace(in_force=begun.get(one.zone) == one) for one in found)


async def prices_in_force(
    db: AsyncConnection, company_id: CompanyId, item_ids: Iterable[str], zone: str, now_ms: int
) -> dict[str, int]:
    """Each item's price in the zone now; one that has none is not there."""
    named = list(item_ids)
    rows = await (await driver_of(db)).fetch(_IN_FORCE, company_id, named, zone, now_ms)
    return {row["item_id"]: row["unit_price_minor"] for row in rows}


async def clock_of_zone(db: AsyncConnection, company_id: CompanyId, zone: str) -> str | None:
    """The time zone of the stores that follow the price zone; None where they have several, or
    where no store follows it yet."""
    rows = await (await driver_of(db)).fetch(_CLOCKS, company_id, zone)
    return rows[0]["zone"] if len(rows) == 1 else None


async def clock_of_stores(db: AsyncConnection, company_id: CompanyId) -> str | None:
    """The time zone of all stores; None where they have several, or where there is none yet."""
    rows = await (await driver_of(db)).fetch(_OF_COMPANY, company_id)
    return rows[0]["zone"] if len(rows) == 1 else None


def price_at(prices: Sequence[PriceAt], zone: str, effective_from_ms: int) -> PriceAt | None:
    """The one of this very zone and instant."""
    wanted = (zone, effective_from_ms)
    return next((one for one in prices if one[:2] == wanted), None)


async def has_prices(db: AsyncConnection, company_id: CompanyId, zone: str) -> bool:
    """Whether anything is priced in the zone."""
    row = await (await driver_of(db)).fetchrow(_ANY, company_id, zone)
    return row is not None
