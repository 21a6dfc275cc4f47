"""Tells all shops of a company of one of them: that it is there, and how it is called now."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.tables import Store, table
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.read_published import published_rows
from sync.protocol.codec import encode
from sync.protocol.feeds import SHARED
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.reference import DataSet
from sync.protocol.shop import Shop

_STORES = table(Store)


async def tell_of_shop(db: AsyncConnection, company_id: CompanyId, store_id: StoreId) -> None:
    """As its row stands; one that was retired is told of no more. Where nothing differs from what
    is published nothing is."""
    found = await db.execute(
        select(_STORES.c.code, _STORES.c.name, _STORES.c.retired).where(
            _STORES.c.store_id == store_id
        )
    )
    store = found.one()
    shop = None if store.retired else Shop(store.code, store_id, store.name)
    told = await published_rows(db, company_id, DataSet.SHOPS, keys=[store.code])
    if told.get(store.code) != shop:
        row = PublishedRow(store.code, None if shop is None else encode(shop))
        await publish(db, company_id, DataSet.SHOPS, SHARED, [row])
