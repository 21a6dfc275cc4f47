"""Notes that a store's goodwill is to be cut anew, in the unit of work that is the cause."""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.protocol.identity import CompanyId, StoreId

_OWE = "INSERT INTO goodwill_due (company_id, store_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"


async def owe_goodwill(db: AsyncConnection, company_id: CompanyId, store_id: StoreId) -> None:
    """Whoever looks next gives the present epoch what it may have."""
    await (await driver_of(db)).execute(_OWE, company_id, store_id)
