"""Publishes reference data, each call in the caller's unit of work.

Keys and scopes are what both sides agreed on (``sync/protocol/feeds.py``). What no box could take
is refused: RowRefused, CodeHeld for a scan code that another active item has, CodeOfPack and
CodeOfItem for one that is a pack's as well, ZoneUnknown for prices in a zone that is none.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from central.projections.fold.customer import is_erased
from central.usecases.feed.claim_codes import claim_codes, claim_packs
from central.usecases.feed.list_published import list_items, list_prices, unlist_prices
from central.usecases.feed.price_zones import refuse_unknown_zone
from central.usecases.feed.publish import PublishedRow, publish
from sync.protocol.codec import encode
from sync.protocol.feeds import ROWS, SHARED, RowUnreadable, read_row
from sync.protocol.identity import CompanyId
from sync.protocol.price_books import Pack
from sync.protocol.reference import DataSet, Item, Price
from sync.protocol.shared import CustomerRecord

log = structlog.get_logger()

Enter: TypeAlias = Callable[[AsyncConnection, CompanyId, str, tuple[Any, ...]], Awaitable[None]]


async def publish_rows(
    db: AsyncConnection,
    company_id: CompanyId,
    data_set: DataSet,
    values: Iterable[msgspec.Struct],
    scope: str = SHARED,
    together: UUID | None = None,
) -> UUID:
    """The set's structs; what one publication is called. ``scope``: the zone of prices, the store
    of its own rows (``feeds.scope_of``)."""
    published = tuple(values)
    rows = [_row(data_set, value) for value in published]
    publication = await publish(db, company_id, data_set, scope, rows, together)
    if data_set in _ENTER:
        await _ENTER[data_set](db, company_id, scope, published)
    return publication


async def publish_items(
    db: AsyncConnection, company_id: CompanyId, items: Iterable[Item], together: UUID | None = None
) -> UUID:
    """Items of all stores of the company."""
    return await publish_rows(db, company_id, DataSet.ITEMS, items, together=together)


async def take_away_prices(
    db: AsyncConnection, company_id: CompanyId, prices: Iterable[Price], zone: str
) -> None:
    """What they said is said by the prices before them again."""
    gone = tuple(prices)
    rows = [PublishedRow(ROWS[DataSet.PRICES].key_of(price), None) for price in gone]
    await publish(db, company_id, DataSet.PRICES, zone, rows)
    await unlist_prices(db, company_id, zone, gone)


async def publish_customers(
    db: AsyncConnection, company_id: CompanyId, records: Iterable[CustomerRecord]
) -> None:
    """Whole records of customers, to all stores of the company; of who was erased, that there is
    none any more. They are made of facts, which nobody refuses: a record that no box could take
    stays at head office, and the log says so."""
    rows = [
        PublishedRow(str(record.customer_id), None)
        if is_erased(record)
        else _row(DataSet.CUSTOMERS, record)
        for record in records
    ]
    taken = [row for row in rows if _can_be_taken(row)]
    await publish(db, company_id, DataSet.CUSTOMERS, SHARED, taken)


async def _enter_items(
    db: AsyncConnection, company_id: CompanyId, _scope: str, items: tuple[Item, ...]
) -> None:
    await claim_codes(db, company_id, items)
    await list_items(db, company_id, items)


async def _enter_prices(
    db: AsyncConnection, company_id: CompanyId, zone: str, prices: tuple[Price, ...]
) -> None:
    await refuse_unknown_zone(db, company_id, zone)
    await list_prices(db, company_id, zone, prices)


async def _enter_packs(
    db: AsyncConnection, company_id: CompanyId, _scope: str, packs: tuple[Pack, ...]
) -> None:
    await claim_packs(db, company_id, packs)


_ENTER: Mapping[DataSet, Enter] = MappingProxyType(
    {
        DataSet.ITEMS: _enter_items,
        DataSet.PRICES: _enter_prices,
        DataSet.PACKS: _enter_packs,
    }
)
"""What else a set's rows must be, and where else they stand."""


def _row(data_set: DataSet, value: msgspec.Struct) -> PublishedRow:
    return PublishedRow(ROWS[data_set].key_of(value), encode(value))


def _can_be_taken(row: PublishedRow) -> bool:
    if row.body is None:
        return True
    try:
        read_row(DataSet.CUSTOMERS, row.key, row.body)
    except RowUnreadable as error:
        log.error("a customer's record is not published", customer=row.key, why=str(error))
        return False
    return True
