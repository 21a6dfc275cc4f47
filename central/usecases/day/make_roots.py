"""Makes the roots of days by itself, once every store's day is proven or signed off."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of, snapshot, unit_of_work
from central.reports.day_roots import due_root
from central.usecases.day.keep_root import keep_root
from sync.protocol.identity import CompanyId

WHO = "head office"
_COMPANIES = "SELECT company_id FROM company ORDER BY company_id"


async def make_roots(engine: AsyncEngine, key: Ed25519PrivateKey, now_ms: int) -> int:
    """Every root that is due, of each company; how many were made."""
    async with snapshot(engine) as db:
        found = await (await driver_of(db)).fetch(_COMPANIES)
    made = 0
    for company_id in (CompanyId(plain_uuid(row[0])) for row in found):
        while await _make_next(engine, company_id, key, now_ms):
            made += 1
    return made


async def _make_next(
    engine: AsyncEngine, company_id: CompanyId, key: Ed25519PrivateKey, now_ms: int
) -> bool:
    async with snapshot(engine) as db:
        day = await due_root(db, company_id, now_ms)
    if day is None:
        return False
    async with unit_of_work(engine) as db:
        await keep_root(db, company_id, day, key, WHO, now_ms)
    return True
