"""Who signed which day, and with which figures."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.decisions import CountedThrough
from central.domain.signing import Signing
from sync.protocol.codec import decode
from sync.protocol.figures import Totals
from sync.protocol.identity import StoreId

SIGNINGS_MAX = 100
"""Of a day."""
_COLUMNS = """s.store_id, s.business_date, s.signing, s.counted, s.declared, s.through,
    s.exception_minor, s.exception, s.signed_at_ms, s.decided_by"""
_OF_DAY = f"""
SELECT {_COLUMNS} FROM day_signed AS s WHERE s.store_id = $1 AND s.business_date = $2
ORDER BY s.signing DESC LIMIT $3
"""  # noqa: S608  texts of ours


async def day_signings(
    db: AsyncConnection, store_id: StoreId, business_date: date
) -> Sequence[Signing]:
    """Every signature of a day, the last one first."""
    rows = await (await driver_of(db)).fetch(_OF_DAY, store_id, business_date, SIGNINGS_MAX)
    return [_signing(row) for row in rows]


def _signing(row: Any) -> Signing:
    declared = None if row["declared"] is None else decode(Totals, row["declared"])
    through = decode(tuple[CountedThrough, ...], row["through"])
    figures = (decode(Totals, row["counted"]), declared, through)
    return Signing(row["signing"], *figures, *row[6:])
