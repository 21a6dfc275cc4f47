"""What a store's new box takes over of those before it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.protocol.enrolment import (
    PREDECESSOR_NAMES_MAX,
    PREDECESSOR_WORKSTATIONS_MAX,
    Predecessor,
)
from sync.protocol.identity import CompanyId, StoreId, WorkstationId

_NAMES = "SELECT name FROM box_name WHERE company_id = $1 AND store_id = $2 ORDER BY 1 LIMIT $3"
# A till sells within a session only, and of those there are a few a day.
_WORKSTATIONS = """
SELECT DISTINCT workstation_id FROM till_session WHERE store_id = $1 ORDER BY 1 LIMIT $2
"""


async def predecessor_of(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId
) -> Predecessor:
    """The names that the store's box has a certificate for (none, where it was revoked), and the
    workstations that sold in any of the store's epochs."""
    driver = await driver_of(db)
    names = await driver.fetch(_NAMES, company_id, store_id, PREDECESSOR_NAMES_MAX)
    sold = await driver.fetch(_WORKSTATIONS, store_id, PREDECESSOR_WORKSTATIONS_MAX)
    return Predecessor(tuple(row[0] for row in names), tuple(WorkstationId(row[0]) for row in sold))
