"""The archive in PostgreSQL: set-based statements on asyncpg's connection, a unit of work each."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.applying import Applying
from central.archive.arriving import Arriving
from central.archive.counting import Counting
from central.archive.port import Contended, StreamKey
from central.archive.quarantine import Quarantine
from central.archive.rows import plain_uuid, read_customers
from central.db.engine import driver_of, unit_of_work
from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId, CustomerId, StoreId
from sync.protocol.shared import CustomerRecord

__all__ = ["PostgresArchive", "PublishCustomers", "plain_uuid"]

PublishCustomers: TypeAlias = Callable[
    [AsyncConnection, CompanyId, tuple[CustomerRecord, ...]], Awaitable[None]
]
"""Called inside the unit of work with the whole records of customers that changed."""

_STREAMS = """
SELECT store_id, epoch_number, epoch_fingerprint FROM stream
WHERE ($1::uuid IS NULL OR store_id = $1) AND ($2 OR applied_through < watermark)
ORDER BY store_id, epoch_number, epoch_fingerprint
"""


class PostgresArchive:
    """``publish_customers`` receives the records of customers that a store changed."""

    def __init__(
        self, engine: AsyncEngine, publish_customers: PublishCustomers | None = None
    ) -> None:
        self._engine = engine
        self._publish_customers = publish_customers

    @asynccontextmanager
    async def unit(self) -> AsyncIterator["PostgresUnit"]:
        """See Archive."""
        try:
            async with unit_of_work(self._engine) as db:
                yield PostgresUnit(db, await driver_of(db), self._publish_customers)
        except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as error:
            raise Contended(str(error)) from error

    async def streams(self, store_id: StoreId | None = None) -> tuple[StreamKey, ...]:
        """See Archive."""
        return await self._streams(store_id, True)

    async def behind(self) -> tuple[StreamKey, ...]:
        """See Archive."""
        return await self._streams(None, False)

    async def _streams(self, store_id: StoreId | None, every: bool) -> tuple[StreamKey, ...]:
        async with unit_of_work(self._engine) as db:
            rows = await (await driver_of(db)).fetch(_STREAMS, store_id, every)
        return tuple(StreamKey(StoreId(plain_uuid(row[0])), Epoch(row[1], row[2])) for row in rows)


class PostgresUnit(Arriving, Applying, Counting, Quarantine):
    """See ArchiveUnit. ``connection`` is asyncpg's, inside ``db``'s transaction."""

    def __init__(
        self, db: AsyncConnection, connection: Any, publish_customers: PublishCustomers | None
    ) -> None:
        self._db = db
        self._connection = connection
        self._publish_customers = publish_customers

    async def publish_customers(
        self, company_id: CompanyId, customer_ids: Collection[CustomerId]
    ) -> None:
        """See ArchiveUnit."""
        if customer_ids and self._publish_customers is not None:
            records = await read_customers(self._connection, company_id, customer_ids)
            await self._publish_customers(self._db, company_id, records)
