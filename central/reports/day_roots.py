"""The roots of a company's days, as they were decided, and which day is to have its own next."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.domain.day_state import day_state
from central.domain.root_file import Company
from central.domain.rooted import DayRooted
from central.reports.reconciliation import stand_of_days
from central.reports.signings import last_signings
from central.reports.store_day import StoreDay
from sync.protocol.codec import decode
from sync.protocol.identity import CompanyId, StoreId

_ROOTS = """
SELECT body FROM decision WHERE company_id = $1 AND kind = 'day_rooted' ORDER BY decision_no
"""
_ROOT = """
SELECT r.root, r.key, r.made_at_ms FROM store AS s JOIN day_root AS r
    ON r.company_id = s.company_id AND r.business_date = $2
WHERE s.store_id = $1
"""
_LAST = "SELECT max(business_date) FROM day_root WHERE company_id = $1"
_CALM = """
SELECT d.business_date, bool_and(d.settled_at_ms IS NOT NULL OR d.as_signed IS TRUE)
FROM day_standing AS d JOIN store AS s ON s.store_id = d.store_id
WHERE s.company_id = $1 AND d.business_date > $2 AND d.business_date < $3
GROUP BY d.business_date ORDER BY d.business_date
"""
_ON = """
SELECT d.store_id FROM day_standing AS d JOIN store AS s ON s.store_id = d.store_id
WHERE s.company_id = $1 AND d.business_date = $2 ORDER BY d.store_id
"""
_UNHEARD = """
SELECT count(*) FROM (
    SELECT m.store_id FROM stream AS m JOIN store AS s ON s.store_id = m.store_id
    WHERE s.company_id = $1 AND NOT s.retired AND m.store_id <> ALL($2::uuid[])
    GROUP BY m.store_id HAVING coalesce(max(m.last_contact_ms), 0) < $3
) AS unheard
"""
WAITED_FOR = timedelta(days=7)
"""A day that is not proven, or a store that was not heard since, holds the days behind it up for
so long; then that day is left out, and that store is not waited for."""
LOOKED_BACK = timedelta(days=31)
"""Older days get a root by a person alone."""
_EPOCH = date(1970, 1, 1)
_DAY_MS = 86_400_000
_NAME = "SELECT name FROM company WHERE company_id = $1"
_CODES = "SELECT store_id, code FROM store WHERE company_id = $1"


async def day_roots(db: AsyncConnection, company_id: CompanyId) -> Sequence[DayRooted]:
    """All of them, of every incarnation, in the order in which they were made."""
    rows = await (await driver_of(db)).fetch(_ROOTS, company_id)
    return [decode(DayRooted, row[0]) for row in rows]


class MadeRoot(NamedTuple):
    """What a day's page says of it. ``key``: the public half of the one that signed it."""

    root: bytes
    key: bytes
    made_at_ms: int


async def made_root(db: AsyncConnection, store_id: StoreId, business_date: date) -> MadeRoot | None:
    """Of the store's company; None: it was not made."""
    row = await (await driver_of(db)).fetchrow(_ROOT, store_id, business_date)
    return None if row is None else MadeRoot(*row)


def date_here(now_ms: int) -> date:
    """By UTC: what is before it is over."""
    return datetime.fromtimestamp(now_ms // 1_000, UTC).date()


async def due_root(db: AsyncConnection, company_id: CompanyId, now_ms: int) -> date | None:
    """The next day that is to have its root: every store's day of it that is here is proven, or
    signed off, and no store is silent since before its end. Call it within one snapshot."""
    connection = await driver_of(db)
    today, last = date_here(now_ms), await connection.fetchval(_LAST, company_id)
    first = max(last or date.min, today - LOOKED_BACK)
    rows: Sequence[tuple[date, bool]] = await connection.fetch(_CALM, company_id, first, today)
    for on, calm in rows:
        is_late = today - on > WAITED_FOR
        if calm and await _is_proven(db, company_id, on, late=is_late):
            return on
        if not is_late:
            return None
    return None


async def _is_proven(db: AsyncConnection, company_id: CompanyId, on: date, *, late: bool) -> bool:
    connection = await driver_of(db)
    days = [StoreDay(StoreId(row[0]), on) for row in await connection.fetch(_ON, company_id, on)]
    if not late:
        ended_ms = (on - _EPOCH).days * _DAY_MS + _DAY_MS
        others = (company_id, [day.store_id for day in days], ended_ms)
        if await connection.fetchval(_UNHEARD, *others):
            return False
    signings = await last_signings(db, days)
    return all(
        day_state(one.verdict, signings.get(day), one.central).is_proven
        for day, one in zip(days, await stand_of_days(db, days), strict=True)
    )


async def named_company(db: AsyncConnection, company_id: CompanyId) -> Company:
    """Its name and its stores' codes, those of retired ones too."""
    connection = await driver_of(db)
    rows = await connection.fetch(_CODES, company_id)
    codes = {StoreId(plain_uuid(row[0])): row[1] for row in rows}
    return Company(company_id, await connection.fetchval(_NAME, company_id), codes)
