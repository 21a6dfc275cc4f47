"""Publishes reference data: one verb per data set, each in the caller's unit of work.

Keys are what both sides agreed on: an item's id, ``item@effective_from_ms`` of a price,
``class@date`` of a tax rate, a tender's or operator's id, ``store`` for the settings.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.feeds import SHARED, scope_for
from central.usecases.publish import PublishedRow, publish
from sync.protocol.codec import encode
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.reference import (
    DataSet,
    Item,
    Operator,
    Price,
    StoreSettings,
    TaxRate,
    Tender,
)
from sync.protocol.shared import CustomerRecord

SETTINGS_KEY = "store"


async def publish_items(
    db: AsyncConnection, company_id: CompanyId, items: Iterable[Item], together: UUID | None = None
) -> UUID:
    """Items of all stores of the company; what one publication is called."""
    rows = [PublishedRow(item.item_id, encode(item)) for item in items]
    return await publish(db, company_id, DataSet.ITEMS, SHARED, rows, together)


async def publish_prices(
    db: AsyncConnection,
    company_id: CompanyId,
    price_zone: str,
    prices: Iterable[Price],
    together: UUID | None = None,
) -> UUID:
    """Prices of one zone, each from its instant on."""
    rows = [
        PublishedRow(f"{price.item_id}@{price.effective_from_ms}", encode(price))
        for price in prices
    ]
    return await publish(db, company_id, DataSet.PRICES, price_zone, rows, together)


async def publish_taxes(
    db: AsyncConnection,
    company_id: CompanyId,
    rates: Iterable[TaxRate],
    together: UUID | None = None,
) -> UUID:
    """Tax rates, each from its date on."""
    rows = [
        PublishedRow(f"{rate.tax_class.value}@{rate.effective_from.isoformat()}", encode(rate))
        for rate in rates
    ]
    return await publish(db, company_id, DataSet.TAXES, SHARED, rows, together)


async def publish_tenders(
    db: AsyncConnection,
    company_id: CompanyId,
    tenders: Iterable[Tender],
    together: UUID | None = None,
) -> UUID:
    """Ways to pay."""
    rows = [PublishedRow(tender.tender_id, encode(tender)) for tender in tenders]
    return await publish(db, company_id, DataSet.TENDERS, SHARED, rows, together)


async def publish_operators(
    db: AsyncConnection,
    company_id: CompanyId,
    operators: Iterable[Operator],
    together: UUID | None = None,
) -> UUID:
    """Who may work at the stores."""
    rows = [PublishedRow(operator.operator_id, encode(operator)) for operator in operators]
    return await publish(db, company_id, DataSet.OPERATORS, SHARED, rows, together)


async def publish_customers(
    db: AsyncConnection, company_id: CompanyId, records: Iterable[CustomerRecord]
) -> None:
    """Whole records of customers, to all stores of the company."""
    rows = [PublishedRow(str(record.customer_id), encode(record)) for record in records]
    await publish(db, company_id, DataSet.CUSTOMERS, SHARED, rows)


async def publish_settings(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, settings: StoreSettings
) -> UUID:
    """A store's settings, in its own scope. The store's row is ``add_store``'s concern."""
    scope = scope_for(DataSet.SETTINGS, store_id, settings.price_zone)
    rows = [PublishedRow(SETTINGS_KEY, encode(settings))]
    return await publish(db, company_id, DataSet.SETTINGS, scope, rows)
