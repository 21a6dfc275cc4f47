"""Publishes reference data, each call in the caller's unit of work.

Keys and scopes are what both sides agreed on (``sync/protocol/feeds.py``). What no box could take
is refused: RowRefused, and CodeHeld for a scan code that another active item has. Items and
customers have verbs of their own, for what else is theirs.
"""

from collections.abc import Iterable
from uuid import UUID

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from central.usecases.feed.claim_codes import claim_codes
from central.usecases.feed.publish import PublishedRow, publish
from sync.protocol.codec import encode
from sync.protocol.feeds import ROWS, SHARED, RowUnreadable, read_row
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet, Item
from sync.protocol.shared import CustomerRecord

log = structlog.get_logger()


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
    rows = [_row(data_set, value) for value in values]
    return await publish(db, company_id, data_set, scope, rows, together)


async def publish_items(
    db: AsyncConnection, company_id: CompanyId, items: Iterable[Item], together: UUID | None = None
) -> UUID:
    """Items of all stores of the company."""
    published = tuple(items)
    publication = await publish_rows(db, company_id, DataSet.ITEMS, published, together=together)
    await claim_codes(db, company_id, published)
    return publication


async def publish_customers(
    db: AsyncConnection, company_id: CompanyId, records: Iterable[CustomerRecord]
) -> None:
    """Whole records of customers, to all stores of the company. They are made of facts, which
    nobody refuses: a record that no box could take stays at head office, and the log says so."""
    rows = [_row(DataSet.CUSTOMERS, record) for record in records]
    taken = [row for row in rows if _can_be_taken(row)]
    await publish(db, company_id, DataSet.CUSTOMERS, SHARED, taken)


def _row(data_set: DataSet, value: msgspec.Struct) -> PublishedRow:
    return PublishedRow(ROWS[data_set].key_of(value), encode(value))


def _can_be_taken(row: PublishedRow) -> bool:
    try:
        read_row(DataSet.CUSTOMERS, row.key, row.body or b"")
    except RowUnreadable as error:
        log.error("a customer's record is not published", customer=row.key, why=str(error))
        return False
    return True
