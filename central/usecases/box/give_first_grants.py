"""What a store may spend of the points that customers have when it first meets head office.

Each store gets an equal part of each balance, once, rounded down (sync/protocol/escrow.py). A chain
may have a million customers, so the parts are given in portions, each a unit of work of its own
that holds the accounts of its customers and no others. What is still to be given stands in
``grants_due`` (small, never distributed): whoever comes next goes on there, after a crash too.
"""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.db.decisions import lock_decisions
from central.db.engine import driver_of, unit_of_work
from central.db.tables import GrantsDue, Store, table
from central.domain.decisions import GrantIssued
from central.reports.incarnation import may_grant_now
from central.usecases.decision.decide import decide
from central.usecases.feed.publish import PublishedRow, publish
from sync.protocol.codec import encode
from sync.protocol.escrow import plain_share
from sync.protocol.feeds import scope_of
from sync.protocol.identity import CompanyId, CustomerId, StoreId
from sync.protocol.reference import DataSet, Grant

PORTION_CUSTOMERS = 2_000
PORTIONS_MAX = 100_000
_BEFORE_ALL = UUID(int=0)
_DUE = table(GrantsDue)
_ACCOUNTS = """
SELECT customer_id, opening + earned - spent - taken_back AS balance, granted
FROM points_account WHERE company_id = $1 AND customer_id > $2
ORDER BY customer_id LIMIT $3 FOR UPDATE
"""


async def owe_first_grants(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, epoch_number: int
) -> None:
    """Note in the caller's unit of work that the store's parts are to be given."""
    companys = table(Store).c.company_id == company_id
    stores = await db.scalar(select(func.count()).select_from(table(Store)).where(companys))
    await db.execute(
        insert(_DUE).values(
            store_id=store_id,
            epoch_number=epoch_number,
            company_id=company_id,
            stores=stores or 0,
            after_customer_id=_BEFORE_ALL,
        )
    )


async def give_due_grants(engine: AsyncEngine, now_ms: int) -> bool:
    """Decide and publish the next portion of what is due to some store; False: nothing is, others
    are at it, or nothing may be granted yet (``domain/incarnation.py``)."""
    async with unit_of_work(engine) as db:
        found = await db.execute(
            select(_DUE)
            .order_by(_DUE.c.store_id, _DUE.c.epoch_number)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        due = found.one_or_none()
        if due is None or not await may_grant_now(db, due.company_id):
            return False
        await lock_decisions(db)
        rows = await (await driver_of(db)).fetch(
            _ACCOUNTS, due.company_id, due.after_customer_id, PORTION_CUSTOMERS
        )
        await _give(db, due, rows, now_ms)
        mine = (_DUE.c.store_id == due.store_id, _DUE.c.epoch_number == due.epoch_number)
        if len(rows) < PORTION_CUSTOMERS:
            await db.execute(delete(_DUE).where(*mine))
        else:
            after = rows[-1]["customer_id"]
            await db.execute(update(_DUE).where(*mine).values(after_customer_id=after))
    return True


async def drain_due_grants(engine: AsyncEngine, now_ms: int) -> None:
    """Everything that is due to any store, portion by portion."""
    for _ in range(PORTIONS_MAX):
        if not await give_due_grants(engine, now_ms):
            return


async def _give(db: AsyncConnection, due: Any, rows: list[Any], now_ms: int) -> None:
    store_id = StoreId(UUID(bytes=due.store_id.bytes))
    company_id = CompanyId(UUID(bytes=due.company_id.bytes))
    grants = []
    for row in rows:
        points = plain_share(row["balance"], due.stores, row["balance"] - row["granted"])
        if points > 0:
            customer_id = CustomerId(UUID(bytes=row["customer_id"].bytes))
            grants.append(Grant(uuid4(), customer_id, points, due.epoch_number))
    issued = [GrantIssued(store_id, due.epoch_number, grant) for grant in grants]
    await decide(db, company_id, issued, now_ms)
    await publish(
        db,
        company_id,
        DataSet.GRANTS,
        scope_of(DataSet.GRANTS, store_id, ""),
        [PublishedRow(str(grant.grant_id), encode(grant)) for grant in grants],
    )
