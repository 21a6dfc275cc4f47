"""The roots of a company's days, as they were decided."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.domain.root_file import Company
from central.domain.rooted import DayRooted
from sync.protocol.codec import decode
from sync.protocol.identity import CompanyId, StoreId

_ROOTS = """
SELECT body FROM decision WHERE company_id = $1 AND kind = 'day_rooted' ORDER BY decision_no
"""
_NAME = "SELECT name FROM company WHERE company_id = $1"
_CODES = "SELECT store_id, code FROM store WHERE company_id = $1"


async def day_roots(db: AsyncConnection, company_id: CompanyId) -> Sequence[DayRooted]:
    """All of them, of every incarnation, in the order in which they were made."""
    rows = await (await driver_of(db)).fetch(_ROOTS, company_id)
    return [decode(DayRooted, row[0]) for row in rows]


async def named_company(db: AsyncConnection, company_id: CompanyId) -> Company:
    """Its name and its stores' codes, those of retired ones too."""
    connection = await driver_of(db)
    rows = await connection.fetch(_CODES, company_id)
    codes = {StoreId(plain_uuid(row[0])): row[1] for row in rows}
    return Company(company_id, await connection.fetchval(_NAME, company_id), codes)
