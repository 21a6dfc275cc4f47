"""Erases a customer: the key of their personal fields is destroyed, and the id is barred for ever.

Facts stay as they are, and so do their hashes: receipts name an id that nobody can tie to a person
any more, and points go on adding up under it. What is destroyed here is destroyed at each box with
its next pull, in the unit of work that takes the row, a fenced one's too. Later keys and changes of
the id count nowhere. Copies of databases from before hold the key until they are overwritten.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.decisions import lock_decisions
from central.db.engine import driver_of
from central.domain.decisions import CustomerErased
from central.domain.fields import plain_text
from central.reports.invoice import names_a_buyer
from central.reports.same_person import kept_ids
from central.usecases.customer.group import leave_groups
from central.usecases.customer.join import refuse_unknown
from central.usecases.decision.decide import decide
from sync.protocol.identity import CompanyId, CustomerId


async def erase_customer(
    db: AsyncConnection,
    company_id: CompanyId,
    customer_id: CustomerId,
    reason: str,
    decided_by: str,
    now_ms: int,
) -> tuple[CustomerId, ...]:
    """Everybody who is the same person is erased with them: the ids. The id may also be that of a
    sale: then it is the buyer of its invoice, who was no customer. Raises InvalidField, NotFound
    (also for one who was erased already)."""
    told = plain_text(reason, "reason")
    await lock_decisions(db)
    connection = await driver_of(db)
    if not await names_a_buyer(connection, company_id, customer_id):
        await refuse_unknown(connection, company_id, (customer_id,))
    ids = tuple(sorted(await kept_ids(connection, company_id, (customer_id,))))
    await decide(db, company_id, [CustomerErased(one, told, decided_by) for one in ids], now_ms)
    await leave_groups(db, company_id, ids)
    return ids
