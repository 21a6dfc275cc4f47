"""Changes the currency of a company and of all its stores, while nothing is counted in it yet:
reports add the stores up, and prices are whole numbers of its smallest unit."""

import msgspec
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.db.tables import Company, table
from central.domain.company import CurrencyInUse
from central.domain.fields import currency_code
from central.usecases.store.add import set_store_settings
from central.usecases.store.look_up import list_stores
from sync.protocol.currency import decimals_of
from sync.protocol.identity import CompanyId

_TRADED = """
SELECT o.code FROM store AS o WHERE o.company_id = $1 AND EXISTS (
    SELECT FROM raw_event AS e WHERE e.store_id = o.store_id
        AND e.kind IN ('business_day_opened', 'till_session_opened', 'retail_transaction'))
ORDER BY o.code LIMIT 1
"""
_PRICED = """
SELECT item_id FROM listed_price WHERE company_id = $1 ORDER BY item_id LIMIT 1
"""
_COMPANIES = table(Company)


async def change_currency(db: AsyncConnection, company_id: CompanyId, currency: str) -> None:
    """Company and stores have it, with its decimals, from their next pull on. Raises InvalidField,
    and CurrencyInUse once a store has traded or, for other decimals, an item has a price."""
    decimals = decimals_of(currency_code(currency))
    connection = await driver_of(db)
    company = (
        await db.execute(
            _COMPANIES.select().where(_COMPANIES.c.company_id == company_id).with_for_update()
        )
    ).one()
    if company.currency == currency:
        return
    traded = await connection.fetchval(_TRADED, company_id)
    if traded is not None:
        raise CurrencyInUse(company.currency, f"the store {traded} has traded in it")
    priced = await connection.fetchval(_PRICED, company_id)
    if priced is not None and company.decimals != decimals:
        raise CurrencyInUse(company.currency, f"{priced} has a price with its decimals")
    await db.execute(
        update(_COMPANIES)
        .where(_COMPANIES.c.company_id == company_id)
        .values(currency=currency, decimals=decimals)
    )
    for store in await list_stores(db, company_id):
        changed = msgspec.structs.replace(store.settings, currency=currency, decimals=decimals)
        await set_store_settings(db, company_id, store.store_id, changed)
