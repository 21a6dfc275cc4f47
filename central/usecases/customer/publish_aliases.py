"""Tells the boxes who is the same person, after pairs were joined or parted."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.reports.same_person import kept_ids
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.read_published import published_rows
from sync.protocol.codec import encode
from sync.protocol.feeds import SHARED
from sync.protocol.identity import CompanyId, CustomerId
from sync.protocol.reference import CustomerAlias, DataSet


async def publish_aliases(
    db: AsyncConnection, company_id: CompanyId, customer_ids: Collection[CustomerId]
) -> None:
    """What differs from what is published of these customers and of everybody who is connected with
    them: each alias names the one that is kept, and nobody else. In the caller's unit of work."""
    if not customer_ids:
        return
    kept = await kept_ids(await driver_of(db), company_id, customer_ids)
    names = {str(customer_id): customer_id for customer_id in kept}
    said = await published_rows(db, company_id, DataSet.CUSTOMER_ALIASES, keys=list(names))
    rows = []
    for name, customer_id in sorted(names.items()):
        wanted = CustomerAlias(customer_id, kept[customer_id])
        if customer_id == kept[customer_id]:
            rows += [PublishedRow(name, None)] if name in said else []
        elif said.get(name) != wanted:
            rows.append(PublishedRow(name, encode(wanted)))
    await publish(db, company_id, DataSet.CUSTOMER_ALIASES, SHARED, rows)
