"""What a store may spend of the points that customers have when it first meets head office.

Each store gets an equal part of each balance, once, rounded down (sync/protocol/escrow.py). A chain
may have a million customers, so the parts are given in portions, each a unit of work of its own
that holds the accounts of its customers and no others. What is still to be given stands in
``grants_due`` (small, never distributed): whoever comes next goes on there, after a crash too.

Head office that was put back to before a store's first epoch goes on from the beginning, and leaves
out of whom the epoch was given something already: by the mirror, or by what its box shows.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.rows import plain_uuid
from central.db.decisions import lock_decisions
from central.db.engine import driver_of, unit_of_work
from central.db.granting import GrantsDue
from central.db.tables import Store, table
from central.reports.incarnation import may_grant_now
from central.reports.rights import Account, lock_accounts
from central.usecases.grant.give import Part, give_points
from sync.protocol.change import Epoch
from sync.protocol.escrow import RightKind, plain_share
from sync.protocol.identity import CompanyId, CustomerId, StoreId

PORTION_CUSTOMERS = 2_000
PORTIONS_MAX = 100_000
_BEFORE_ALL = UUID(int=0)
_DUE = table(GrantsDue)
_ACCOUNTS = """
SELECT account_id FROM right_account WHERE company_id = $1 AND kind = 'points' AND account_id > $2
ORDER BY account_id LIMIT $3
"""


async def owe_first_grants(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, epoch: Epoch
) -> None:
    """Note in the caller's unit of work that the store's parts are to be given."""
    companys = table(Store).c.company_id == company_id
    stores = await db.scalar(select(func.count()).select_from(table(Store)).where(companys))
    await db.execute(
        insert(_DUE).values(
            store_id=store_id,
            epoch_number=epoch.number,
            epoch_fingerprint=epoch.fingerprint,
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
        connection = await driver_of(db)
        place = (due.company_id, due.after_customer_id)
        rows = await connection.fetch(_ACCOUNTS, *place, PORTION_CUSTOMERS)
        ids = [plain_uuid(row["account_id"]) for row in rows]
        company_id = CompanyId(plain_uuid(due.company_id))
        accounts = await lock_accounts(db, company_id, RightKind.POINTS, ids)
        # A person whose records stand in several portions comes with the first of them.
        await _give(db, due, [one for one in accounts if one.first_id in set(ids)], now_ms)
        mine = (_DUE.c.store_id == due.store_id, _DUE.c.epoch_number == due.epoch_number)
        if len(rows) < PORTION_CUSTOMERS:
            await db.execute(delete(_DUE).where(*mine))
        else:
            after = rows[-1]["account_id"]
            await db.execute(update(_DUE).where(*mine).values(after_customer_id=after))
    return True


async def drain_due_grants(engine: AsyncEngine, now_ms: int) -> None:
    """Everything that is due to any store, portion by portion."""
    for _ in range(PORTIONS_MAX):
        if not await give_due_grants(engine, now_ms):
            return


async def _give(db: AsyncConnection, due: Any, accounts: Sequence[Account], now_ms: int) -> None:
    store_id = StoreId(plain_uuid(due.store_id))
    epoch = Epoch(due.epoch_number, due.epoch_fingerprint)
    parts = [
        Part(store_id, epoch, CustomerId(account.account_id), points)
        for account in accounts
        if not _was_given(account, store_id, epoch)
        and (points := plain_share(account.balance, due.stores, account.free))
    ]
    await give_points(db, CompanyId(plain_uuid(due.company_id)), parts, now_ms)


def _was_given(account: Account, store_id: StoreId, epoch: Epoch) -> bool:
    """Something beyond what was earned there. Of a grant that was given again the epoch's number
    alone may be known."""
    return any(
        one.held.given > one.earned
        for one in account.rights
        if (one.store_id, one.epoch.number) == (store_id, epoch.number)
    )
