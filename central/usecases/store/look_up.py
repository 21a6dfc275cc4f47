"""Reads a company's stores with their settings as they were published last."""

from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.tables import Store, table
from central.domain.store_settings import AllSettings
from central.usecases.feed.read_published import published_rows
from central.usecases.store.add import find_store
from sync.protocol.codec import decode
from sync.protocol.feeds import STORE_KEY
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.reference import DataSet, ReceiptTexts, StoreSettings

_STORES = table(Store)


class KnownStore(NamedTuple):
    """``retired``: given up, and no box is enrolled as it."""

    store_id: StoreId
    settings: StoreSettings
    retired: bool

    @property
    def code(self) -> str:
        """As it stands on receipts."""
        return self.settings.store_code


async def list_stores(db: AsyncConnection, company_id: CompanyId) -> tuple[KnownStore, ...]:
    """By code."""
    rows = await db.execute(
        select(_STORES).where(_STORES.c.company_id == company_id).order_by(_STORES.c.code)
    )
    return tuple(_known(row) for row in rows)


async def known_store(db: AsyncConnection, company_id: CompanyId, code: str) -> KnownStore:
    """Raises NotFound, InvalidField."""
    store_id = await find_store(db, company_id, code)
    rows = await db.execute(select(_STORES).where(_STORES.c.store_id == store_id))
    return _known(rows.one())


async def all_settings(
    db: AsyncConnection, company_id: CompanyId, store: KnownStore
) -> AllSettings:
    """What a person may set of it, as it was published last."""
    scope = str(store.store_id)
    found = await published_rows(db, company_id, DataSet.RECEIPT_TEXTS, scope, [STORE_KEY])
    return AllSettings(store.settings, found.get(STORE_KEY, ReceiptTexts()))


def _known(row: Row[Any]) -> KnownStore:
    settings = decode(StoreSettings, row.settings)
    return KnownStore(StoreId(plain_uuid(row.store_id)), settings, row.retired)
