"""What a store may spend of the points that customers have when it first meets head office.

Each store gets an equal part of each balance, once, rounded down (sync/protocol/escrow.py).
"""

from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import raw
from central.db.tables import Store, table
from central.decisions import GrantIssued
from central.domain.feeds import scope_for
from central.usecases.decide import decide
from central.usecases.publish import PublishedRow, publish
from sync.protocol.codec import encode
from sync.protocol.escrow import plain_share
from sync.protocol.identity import CompanyId, CustomerId, StoreId
from sync.protocol.reference import DataSet, Grant


async def give_first_grants(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, epoch_number: int, now_ms: int
) -> int:
    """Decide and publish the store's grants, in the caller's unit of work; how many they are."""
    companys = table(Store).c.company_id == company_id
    stores = await db.scalar(select(func.count()).select_from(table(Store)).where(companys))
    rows = await (await raw(db)).fetch(
        "SELECT customer_id, opening + earned - spent - taken_back AS balance, granted"
        " FROM points_account WHERE company_id = $1 ORDER BY customer_id FOR UPDATE",
        company_id,
    )
    grants = []
    for row in rows:
        points = plain_share(row["balance"], stores or 0, row["balance"] - row["granted"])
        if points > 0:
            customer_id = CustomerId(UUID(bytes=row["customer_id"].bytes))
            grants.append(Grant(uuid4(), customer_id, points, epoch_number))
    await decide(
        db, company_id, [GrantIssued(store_id, epoch_number, grant) for grant in grants], now_ms
    )
    await publish(
        db,
        company_id,
        DataSet.GRANTS,
        scope_for(DataSet.GRANTS, store_id, ""),
        [PublishedRow(str(grant.grant_id), encode(grant)) for grant in grants],
    )
    return len(grants)
