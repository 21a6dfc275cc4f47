"""Puts a customer in a group, or in none: promotions may be in force for a group alone."""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.fields import plain_text
from central.usecases.customer.join import refuse_unknown
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published, published_rows
from sync.protocol.feeds import SHARED
from sync.protocol.identity import CompanyId, CustomerId
from sync.protocol.reference import CustomerGroup, DataSet

GROUP_LETTERS_MAX = 64


async def list_groups(db: AsyncConnection, company_id: CompanyId) -> tuple[CustomerGroup, ...]:
    """By group, then by customer."""
    found = (await published_rows(db, company_id, DataSet.CUSTOMER_GROUPS)).values()
    return tuple(sorted(found, key=lambda row: (row.group, str(row.customer_id))))


async def set_group(
    db: AsyncConnection, company_id: CompanyId, customer_id: CustomerId, group: str
) -> Put:
    """Raises InvalidField, NotFound."""
    wanted = CustomerGroup(customer_id, plain_text(group, "group", GROUP_LETTERS_MAX))
    await refuse_unknown(await driver_of(db), company_id, (customer_id,))
    return await put_row(db, company_id, DataSet.CUSTOMER_GROUPS, wanted)


async def leave_groups(
    db: AsyncConnection, company_id: CompanyId, customer_ids: tuple[CustomerId, ...]
) -> tuple[CustomerId, ...]:
    """They are in none from now on: those who were in one."""
    await lock_published(db, company_id)
    keys = [str(one) for one in customer_ids]
    found = await published_rows(db, company_id, DataSet.CUSTOMER_GROUPS, keys=keys)
    gone = [PublishedRow(key, None) for key in found]
    await publish(db, company_id, DataSet.CUSTOMER_GROUPS, SHARED, gone)
    return tuple(row.customer_id for row in found.values())
