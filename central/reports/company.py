"""A company's name and money, and its stores by code: what every page of the board begins with."""

from datetime import date
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from sync.protocol.errors import NotFound
from sync.protocol.identity import CompanyId, StoreId

_COMPANY = """
SELECT name, currency, decimals, (
    SELECT count(*) FROM quarantine AS q JOIN store AS s USING (store_id)
    WHERE s.company_id = $1 AND q.state <> 'waiting'
) + (
    SELECT count(*) FROM (
        SELECT store_id, alarm_id FROM alarm UNION ALL SELECT store_id, alarm_id FROM store_alarm
    ) AS a JOIN store AS s USING (store_id)
    WHERE s.company_id = $1 AND NOT EXISTS (SELECT FROM alarm_clearing AS c
        WHERE c.store_id = a.store_id AND c.alarm_id = a.alarm_id)
) + (SELECT count(*) FROM customer_proposal WHERE company_id = $1)
  + (SELECT count(*) FROM pin_opened WHERE company_id = $1 AND error <> '')
FROM company WHERE company_id = $1
"""
"""Counted is what ``reports/exceptions`` says that waits for a person: few rows in each table."""
_STORE = """
SELECT store_id, code, name, zone FROM store WHERE company_id = $1 AND code = $2
"""
_CODES = "SELECT code FROM store WHERE company_id = $1 ORDER BY code"
_DATES = """
SELECT (SELECT max(business_date) FROM day_total WHERE store_id = $1 AND business_date < $2),
    (SELECT min(business_date) FROM day_total WHERE store_id = $1 AND business_date > $2)
"""


class CompanyMoney(NamedTuple):
    """``decimals`` of the currency's minor unit. ``waiting``: exceptions that wait for a person."""

    name: str
    currency: str
    decimals: int
    waiting: int = 0


class StoreOfCompany(NamedTuple):
    """``zone``: the store's time zone, by the IANA list."""

    store_id: StoreId
    code: str
    name: str
    zone: str


class NeighbourDays(NamedTuple):
    """The nearest days with figures before and after one."""

    before: date | None
    after: date | None


async def company_money(db: AsyncConnection, company_id: CompanyId) -> CompanyMoney:
    """Raises NotFound."""
    row = await (await driver_of(db)).fetchrow(_COMPANY, company_id)
    if row is None:
        raise NotFound("This company is not known any more.", remedy="Sign in anew.")
    return CompanyMoney(*row)


async def store_of_company(db: AsyncConnection, company_id: CompanyId, code: str) -> StoreOfCompany:
    """Another company's store is not known, like one that never was. Raises NotFound."""
    row = await (await driver_of(db)).fetchrow(_STORE, company_id, code)
    if row is None:
        raise NotFound(
            f"There is no store {code}.", field="code", remedy="Choose a store on the board."
        )
    return StoreOfCompany(StoreId(plain_uuid(row[0])), *row[1:])


async def store_codes(db: AsyncConnection, company_id: CompanyId) -> tuple[str, ...]:
    """Of all stores."""
    return tuple(row[0] for row in await (await driver_of(db)).fetch(_CODES, company_id))


async def neighbour_days(db: AsyncConnection, store_id: StoreId, day: date) -> NeighbourDays:
    """Where the arrows of a day's page lead."""
    return NeighbourDays(*await (await driver_of(db)).fetchrow(_DATES, store_id, day))
