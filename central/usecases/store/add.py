"""Opens a store of a company, and changes its settings; the settings go into its private feed."""

import shlex
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.tables import Company, Store, table
from central.domain.feeds import MAIN_ZONE
from central.domain.fields import currency_code, optional_text, plain_text, short_id, zone_name
from central.usecases.feed.price_zones import declare_zone
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.store.tell_of_shop import tell_of_shop
from sync.protocol.codec import encode
from sync.protocol.errors import AlreadyThere, InvalidField, NotFound
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.reference import DataSet, StoreSettings

SMALLEST_COIN_MINOR = 5
_STORES = table(Store)
_COMPANIES = table(Company)


async def add_store(db: AsyncConnection, company_id: CompanyId, settings: StoreSettings) -> StoreId:
    """``settings.store_code`` is unique in the company. Raises InvalidField, AlreadyThere."""
    checked = checked_settings(settings)
    store_id = StoreId(uuid4())
    done = await db.execute(
        insert(_STORES)
        .values(
            store_id=store_id,
            company_id=company_id,
            code=checked.store_code,
            last_epoch_number=0,
            **_columns(checked),
        )
        .on_conflict_do_nothing(index_elements=["company_id", "code"])
        .returning(_STORES.c.store_id)
    )
    if done.scalar_one_or_none() is None:
        raise AlreadyThere(
            f"There is a store {checked.store_code} already.",
            field="code",
            remedy="Choose another code.",
        )
    await _publish(db, company_id, store_id, checked)
    return store_id


async def set_store_settings(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, settings: StoreSettings
) -> None:
    """Replace a store's settings; its code and the company's currency stay. Raises InvalidField,
    NotFound."""
    checked = checked_settings(settings)
    done = await db.execute(
        update(_STORES)
        .where(_STORES.c.company_id == company_id, _STORES.c.store_id == store_id)
        .where(_STORES.c.code == checked.store_code)
        .values(**_columns(checked))
        .returning(_STORES.c.store_id)
    )
    if done.scalar_one_or_none() is None:
        raise _no_store(checked.store_code)
    await _publish(db, company_id, store_id, checked)


async def find_store(db: AsyncConnection, company_id: CompanyId, code: str) -> StoreId:
    """Raises NotFound, InvalidField."""
    named = plain_text(code, "code")
    found = await db.scalar(
        select(_STORES.c.store_id).where(
            _STORES.c.company_id == company_id, _STORES.c.code == named
        )
    )
    if found is None:
        raise _no_store(code)
    return StoreId(UUID(bytes=found.bytes))


async def default_settings(db: AsyncConnection, company_id: CompanyId, code: str) -> StoreSettings:
    """What a store of the company has before anybody says otherwise."""
    rows = await db.execute(
        select(_COMPANIES.c.name, _COMPANIES.c.currency, _COMPANIES.c.decimals).where(
            _COMPANIES.c.company_id == company_id
        )
    )
    company = rows.one()
    return StoreSettings(
        store_code=code,
        store_name=code,
        supplier_name=company.name,
        supplier_address="",
        tax_number="",
        currency=company.currency,
        decimals=company.decimals,
        zone="Asia/Singapore",
        price_zone=MAIN_ZONE,
        cash_rounding_step_minor=SMALLEST_COIN_MINOR if company.decimals else 0,
    )


def checked_settings(settings: StoreSettings) -> StoreSettings:
    """The same, with every text checked. Raises InvalidField."""
    return msgspec.structs.replace(
        settings,
        store_code=short_id(settings.store_code, "code"),
        store_name=plain_text(settings.store_name, "name"),
        supplier_name=optional_text(settings.supplier_name, "supplier_name"),
        supplier_address=optional_text(settings.supplier_address, "supplier_address"),
        tax_number=optional_text(settings.tax_number, "tax_number"),
        currency=currency_code(settings.currency),
        zone=zone_name(settings.zone),
        price_zone=short_id(settings.price_zone, "price_zone"),
    )


async def _publish(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, settings: StoreSettings
) -> None:
    ours = await db.scalar(
        select(_COMPANIES.c.currency).where(_COMPANIES.c.company_id == company_id)
    )
    if settings.currency != ours:
        raise InvalidField(
            f"The company trades in {ours}, and its stores with it, not in {settings.currency}.",
            field="currency",
            remedy=f"Leave it {ours}, or change it for all: `central setting set STORE"
            f" currency={settings.currency}`.",
        )
    await declare_zone(db, company_id, settings.price_zone)
    await publish_rows(db, company_id, DataSet.SETTINGS, [settings], str(store_id))
    await tell_of_shop(db, company_id, store_id)


def _columns(settings: StoreSettings) -> dict[str, str | bytes]:
    return {
        "name": settings.store_name,
        "price_zone": settings.price_zone,
        "zone": settings.zone,
        "settings": encode(settings),
    }


def _no_store(code: str) -> NotFound:
    return NotFound(
        f"There is no store {code}.",
        field="code",
        remedy=f"Check its code, or add it: `central store add {shlex.quote(code)}`.",
    )
