"""The zones that prices may be published in. A zone is there because a store follows it, or because
somebody declared it before its first store does.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.feeds import ZoneUnknown
from central.domain.fields import short_id
from sync.protocol.identity import CompanyId

_DECLARE = "INSERT INTO price_zone (company_id, zone) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_ZONES = "SELECT zone FROM price_zone WHERE company_id = $1 ORDER BY zone"


async def declare_zone(db: AsyncConnection, company_id: CompanyId, zone: str) -> bool:
    """From now on prices may be published in it; False: they could before. Raises InvalidField."""
    done = await (await driver_of(db)).execute(_DECLARE, company_id, short_id(zone, "zone"))
    return str(done).endswith(" 1")


async def price_zones(db: AsyncConnection, company_id: CompanyId) -> tuple[str, ...]:
    """Every zone of the company, by name."""
    rows = await (await driver_of(db)).fetch(_ZONES, company_id)
    return tuple(row["zone"] for row in rows)


async def refuse_unknown_zone(db: AsyncConnection, company_id: CompanyId, zone: str) -> None:
    """Raises ZoneUnknown with the zones that there are."""
    known = await price_zones(db, company_id)
    if zone not in known:
        raise ZoneUnknown(zone, ", ".join(known) or "none yet")
