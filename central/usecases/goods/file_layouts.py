"""What was said of files, kept by company and header row."""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.importing.said import Said, fingerprint
from central.domain.importing.sheet import HEADER_ROWS_MAX, Sheet
from sync.protocol.codec import decode, encode
from sync.protocol.identity import CompanyId

_FIND = (
    "SELECT fingerprint, said FROM file_layout"
    " WHERE company_id = $1 AND about = $2 AND fingerprint = ANY($3::bytea[])"
)
_KEEP = """
INSERT INTO file_layout (company_id, about, fingerprint, said) VALUES ($1, $2, $3, $4)
ON CONFLICT (company_id, about, fingerprint) DO UPDATE SET said = excluded.said
"""


async def find_said(
    db: AsyncConnection, company_id: CompanyId, about: str, sheet: Sheet
) -> Said | None:
    """What was said of an earlier file with one of the first rows as its header."""
    rows = [fingerprint(row.cells) for row in sheet.rows[:HEADER_ROWS_MAX]]
    found = await (await driver_of(db)).fetch(_FIND, company_id, about, rows)
    kept = {row["fingerprint"]: row["said"] for row in found}
    first = next((row for row in rows if row in kept), None)
    return None if first is None else decode(Said, kept[first])


async def remember_said(
    db: AsyncConnection, company_id: CompanyId, about: str, header: bytes, said: Said
) -> None:
    """For the next file with this header row."""
    connection = await driver_of(db)
    await connection.execute(_KEEP, company_id, about, header, encode(said))
