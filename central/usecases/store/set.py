"""Changes a store's settings from what a person typed, or opens it with them; gives a store up."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.tables import Store, table
from central.domain.feeds import ZoneEmpty
from central.domain.store_settings import SETTINGS, AllSettings, read_settings
from central.usecases.company.change_currency import change_currency
from central.usecases.feed.put_row import Put, became, put_row
from central.usecases.feed.read_published import lock_published
from central.usecases.price.look_up import has_prices
from central.usecases.store.add import add_store, default_settings, set_store_settings
from central.usecases.store.look_up import KnownStore, all_settings, known_store
from central.usecases.store.tell_of_shop import tell_of_shop
from sync.protocol.errors import NotFound
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.reference import DataSet, ReceiptTexts, StoreSettings

_STORES = table(Store)


class StoreSet(NamedTuple):
    """The store's settings as they stand now."""

    settings: StoreSettings
    put: Put


async def open_store(
    db: AsyncConnection, company_id: CompanyId, code: str, typed: Mapping[str, str]
) -> StoreSet:
    """The store with these settings; one that is there keeps all others. Raises InvalidField,
    CurrencyInUse."""
    await lock_published(db, company_id)
    try:
        await known_store(db, company_id, code)
    except NotFound:
        wanted = read_settings(await _of_new(db, company_id, code), typed)
        store_id = await add_store(db, company_id, wanted.store)
        await _put_texts(db, company_id, store_id, ReceiptTexts(), wanted.texts)
        return StoreSet(wanted.store, Put.NEW)
    return await set_settings(db, company_id, code, typed)


async def set_settings(
    db: AsyncConnection, company_id: CompanyId, code: str, typed: Mapping[str, str]
) -> StoreSet:
    """``typed`` by key (``domain/store_settings.py``); what is left out stays. Raises NotFound,
    InvalidField that names the key, CurrencyInUse, ZoneEmpty."""
    await lock_published(db, company_id)
    store = await known_store(db, company_id, code)
    before = await all_settings(db, company_id, store)
    wanted = read_settings(before, typed)
    if wanted.store.currency != before.store.currency:
        await change_currency(db, company_id, wanted.store.currency)
    await _refuse_empty_zone(db, company_id, before.store.price_zone, wanted.store.price_zone)
    if wanted.store != before.store:
        await set_store_settings(db, company_id, store.store_id, wanted.store)
    await _put_texts(db, company_id, store.store_id, before.texts, wanted.texts)
    return StoreSet(wanted.store, became(before, wanted))


async def _of_new(db: AsyncConnection, company_id: CompanyId, code: str) -> AllSettings:
    return AllSettings(await default_settings(db, company_id, code), ReceiptTexts())


async def _put_texts(
    db: AsyncConnection,
    company_id: CompanyId,
    store_id: StoreId,
    before: ReceiptTexts,
    wanted: ReceiptTexts,
) -> None:
    if wanted != before:
        await put_row(db, company_id, DataSet.RECEIPT_TEXTS, wanted, str(store_id))


async def _refuse_empty_zone(
    db: AsyncConnection, company_id: CompanyId, before: str, after: str
) -> None:
    if before == after or await has_prices(db, company_id, after):
        return
    if await has_prices(db, company_id, before):
        raise ZoneEmpty(after, before)


async def reset_settings(
    db: AsyncConnection, company_id: CompanyId, code: str, keys: tuple[str, ...]
) -> StoreSet:
    """Each of these settings is what a new store of the company has."""
    new = await _of_new(db, company_id, code)
    typed = {key: SETTINGS[key].show(new) if key in SETTINGS else "" for key in keys}
    return await set_settings(db, company_id, code, typed)


async def retire_store(
    db: AsyncConnection, company_id: CompanyId, code: str, *, retired: bool
) -> tuple[KnownStore, Put]:
    """A store that is given up keeps its days and receipts, and its box may send what it still
    has; no other box is enrolled as it. Not ``retired``: it is open again. Raises NotFound."""
    await lock_published(db, company_id)
    store = await known_store(db, company_id, code)
    if store.retired is retired:
        return store, Put.SAME
    await db.execute(
        update(_STORES).where(_STORES.c.store_id == store.store_id).values(retired=retired)
    )
    await tell_of_shop(db, company_id, store.store_id)
    return store._replace(retired=retired), Put.CHANGED
