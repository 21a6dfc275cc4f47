"""Who signed which day, and with which figures."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.domain.signed import CountedThrough
from central.domain.signing import Signing
from central.reports.store_day import StoreDay, columns
from sync.protocol.codec import decode
from sync.protocol.figures import Totals
from sync.protocol.identity import StoreId

SIGNINGS_MAX = 100
"""Of a day."""
_COLUMNS = """s.store_id, s.business_date, s.signing, s.counted, s.declared, s.through,
    s.exception_minor, s.exception, s.signed_at_ms, s.decided_by"""
_LAST = f"""
SELECT DISTINCT ON (s.store_id, s.business_date) {_COLUMNS} FROM day_signed AS s
JOIN unnest($1::uuid[], $2::date[]) AS asked (store_id, business_date)
    ON s.store_id = asked.store_id AND s.business_date = asked.business_date
ORDER BY s.store_id, s.business_date, s.signing DESC
"""  # noqa: S608  texts of ours
_OF_DAY = f"""
SELECT {_COLUMNS} FROM day_signed AS s WHERE s.store_id = $1 AND s.business_date = $2
ORDER BY s.signing DESC LIMIT $3
"""  # noqa: S608  texts of ours

# Where a receipt arrived: one that came home did at another place than it was written at.
_SINCE = """
SELECT s.sale_id, s.receipt_number, s.total_minor, s.tendered_at_ms FROM sale AS s
LEFT JOIN recovered_fact AS v ON v.store_id = s.store_id AND v.kind = 'retail_transaction'
    AND v.fact_id = s.sale_id
LEFT JOIN unnest($3::int[], $4::bytea[], $5::bigint[]) AS signed (number, fingerprint, seq)
    ON signed.number = coalesce(v.epoch_number, s.epoch_number)
    AND signed.fingerprint = coalesce(v.epoch_fingerprint, s.epoch_fingerprint)
WHERE s.store_id = $1 AND s.business_date = $2 AND NOT s.training
    AND coalesce(v.seq, s.seq) > coalesce(signed.seq, 0)
ORDER BY s.epoch_number, s.epoch_fingerprint, s.seq LIMIT $6
"""
LATE_NAMED_MAX = 50


class LateReceipt(NamedTuple):
    """A receipt of a signed day that arrived afterwards."""

    sale_id: UUID
    number: str
    total_minor: int
    tendered_at_ms: int


async def last_signings(
    db: AsyncConnection, asked: Sequence[StoreDay]
) -> Mapping[StoreDay, Signing]:
    """The last signature of each day that has one, in one statement."""
    rows = await (await driver_of(db)).fetch(_LAST, *columns(asked))
    return {StoreDay(StoreId(row[0]), row[1]): _signing(row) for row in rows}


async def day_signings(
    db: AsyncConnection, store_id: StoreId, business_date: date
) -> Sequence[Signing]:
    """Every signature of a day, the last one first."""
    rows = await (await driver_of(db)).fetch(_OF_DAY, store_id, business_date, SIGNINGS_MAX)
    return [_signing(row) for row in rows]


async def arrived_since(
    db: AsyncConnection, store_id: StoreId, business_date: date, last: Signing
) -> Sequence[LateReceipt]:
    """Receipts of the day from beyond what was counted when it was signed, LATE_NAMED_MAX at
    most."""
    places = [(one.epoch.number, one.epoch.fingerprint, one.seq) for one in last.through]
    signed = [list(column) for column in zip(*places, strict=True)]
    asked = (store_id, business_date, *signed, LATE_NAMED_MAX)
    rows = await (await driver_of(db)).fetch(_SINCE, *asked)
    return [LateReceipt(plain_uuid(row[0]), *row[1:]) for row in rows]


def _signing(row: Any) -> Signing:
    declared = None if row["declared"] is None else decode(Totals, row["declared"])
    through = decode(tuple[CountedThrough, ...], row["through"])
    figures = (decode(Totals, row["counted"]), declared, through)
    return Signing(row["signing"], *figures, *row[6:])
