"""Publishes reference data: one verb per data set, each in the caller's unit of work.

Keys are what both sides agreed on (``sync/protocol/feeds.py``). What no box could take is refused:
RowRefused, and CodeHeld for a scan code that another active item has.
"""

from collections.abc import Iterable
from uuid import UUID

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.feeds import SHARED, scope_for
from central.usecases.feed.claim_codes import claim_codes
from central.usecases.feed.publish import PublishedRow, publish
from sync.protocol.codec import encode
from sync.protocol.feeds import ROWS, RowUnreadable, read_row
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

log = structlog.get_logger()


async def publish_items(
    db: AsyncConnection, company_id: CompanyId, items: Iterable[Item], together: UUID | None = None
) -> UUID:
    """Items of all stores of the company; what one publication is called."""
    published = tuple(items)
    rows = _rows(DataSet.ITEMS, published)
    publication = await publish(db, company_id, DataSet.ITEMS, SHARED, rows, together)
    await claim_codes(db, company_id, published)
    return publication


async def publish_prices(
    db: AsyncConnection,
    company_id: CompanyId,
    price_zone: str,
    prices: Iterable[Price],
    together: UUID | None = None,
) -> UUID:
    """Prices of one zone, each from its instant on."""
    rows = _rows(DataSet.PRICES, prices)
    return await publish(db, company_id, DataSet.PRICES, price_zone, rows, together)


async def publish_taxes(
    db: AsyncConnection,
    company_id: CompanyId,
    rates: Iterable[TaxRate],
    together: UUID | None = None,
) -> UUID:
    """Tax rates, each from its date on."""
    rows = _rows(DataSet.TAXES, rates)
    return await publish(db, company_id, DataSet.TAXES, SHARED, rows, together)


async def publish_tenders(
    db: AsyncConnection,
    company_id: CompanyId,
    tenders: Iterable[Tender],
    together: UUID | None = None,
) -> UUID:
    """Ways to pay."""
    rows = _rows(DataSet.TENDERS, tenders)
    return await publish(db, company_id, DataSet.TENDERS, SHARED, rows, together)


async def publish_operators(
    db: AsyncConnection,
    company_id: CompanyId,
    operators: Iterable[Operator],
    together: UUID | None = None,
) -> UUID:
    """Who may work at the stores."""
    rows = _rows(DataSet.OPERATORS, operators)
    return await publish(db, company_id, DataSet.OPERATORS, SHARED, rows, together)


async def publish_customers(
    db: AsyncConnection, company_id: CompanyId, records: Iterable[CustomerRecord]
) -> None:
    """Whole records of customers, to all stores of the company. They are made of facts, which
    nobody refuses: a record that no box could take stays at head office, and the log says so."""
    rows = [row for row in _rows(DataSet.CUSTOMERS, records) if _can_be_taken(row)]
    await publish(db, company_id, DataSet.CUSTOMERS, SHARED, rows)


async def publish_settings(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, settings: StoreSettings
) -> UUID:
    """A store's settings, in its own scope. The store's row is ``add_store``'s concern."""
    scope = scope_for(DataSet.SETTINGS, store_id, settings.price_zone)
    rows = _rows(DataSet.SETTINGS, (settings,))
    return await publish(db, company_id, DataSet.SETTINGS, scope, rows)


def _rows(data_set: DataSet, values: Iterable[msgspec.Struct]) -> list[PublishedRow]:
    return [PublishedRow(ROWS[data_set].key_of(value), encode(value)) for value in values]


def _can_be_taken(row: PublishedRow) -> bool:
    try:
        read_row(DataSet.CUSTOMERS, row.key, row.body or b"")
    except RowUnreadable as error:
        log.error("a customer's record is not published", customer=row.key, why=str(error))
        return False
    return True
