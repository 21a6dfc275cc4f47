"""Holds the open payments of a file against tenders that no payment was matched with yet."""

from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.domain.payment import (
    OPEN,
    WINDOW_MS,
    LineState,
    PaymentLine,
    TakenTender,
    TenderKey,
    day_of,
    match,
)
from sync.protocol.facts import TenderKind
from sync.protocol.identity import CompanyId

PAID_ELSEWHERE = (TenderKind.CARD.value, TenderKind.QR.value)
"""Tenders whose money an acquirer or a bank brings."""
TENDERS_MAX = 1_000_000
BEFORE = timedelta(days=31)
AFTER = timedelta(days=2)
"""A payment is looked for among the tenders of so many days around those of its file."""
_FILE = "SELECT file_id FROM payment_file WHERE company_id = $1 AND file_id = $2 FOR UPDATE"
_LINES = """
SELECT line_no, reference, amount_minor, from_ms, until_ms FROM payment_line
WHERE company_id = $1 AND file_id = $2 AND state = ANY($3) ORDER BY line_no
"""
_STORES = (
    "SELECT store_id FROM store WHERE company_id = $1 AND ($2::text IS NULL OR code = $2)"
    " ORDER BY store_id"
)
# One store at a time: of a chain on several machines each is one machine's.
_TENDERS = """
SELECT t.store_id, t.sale_id, t.tender_no, coalesce(t.reference, ''), t.amount_minor,
    s.tendered_at_ms
FROM sale AS s JOIN sale_tender AS t USING (store_id, business_date, sale_id)
WHERE s.store_id = $1 AND s.business_date BETWEEN $7 AND $8 AND NOT s.training
    AND t.kind = ANY($2) AND (s.tendered_at_ms BETWEEN $3 AND $4 OR t.reference = ANY($5))
ORDER BY s.tendered_at_ms, t.sale_id, t.tender_no LIMIT $6
"""
_TAKEN = """
SELECT sale_id, tender_no FROM payment_line
WHERE company_id = $1 AND store_id = $2 AND sale_id = ANY($3) AND NOT
    (file_id = $4 AND state = ANY($5))
"""
_CLEAR = """
UPDATE payment_line SET store_id = NULL, sale_id = NULL, tender_no = NULL
WHERE company_id = $1 AND file_id = $2 AND state = ANY($3) AND sale_id IS NOT NULL
"""
_SAVE = """
UPDATE payment_line AS held SET state = said.state, matched_by = said.by,
    store_id = said.store_id, sale_id = said.sale_id, tender_no = said.tender_no
FROM unnest($3::int[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::int[])
    AS said (line_no, state, by, store_id, sale_id, tender_no)
WHERE held.company_id = $1 AND held.file_id = $2 AND held.line_no = said.line_no
"""


class Matched(NamedTuple):
    """Of the lines that were open: how many are matched now, and how many stay exceptions."""

    matched: int
    open: int


async def match_file(
    db: AsyncConnection, company_id: CompanyId, file_id: UUID, store: str | None = None
) -> Matched:
    """Match what is open of the file; what was matched or decided on stays as it is. ``store``:
    whose tenders alone may be it."""
    connection = await driver_of(db)
    await connection.fetchval(_FILE, company_id, file_id)
    states = sorted(state.value for state in OPEN)
    rows = await connection.fetch(_LINES, company_id, file_id, states)
    lines = [PaymentLine(*row) for row in rows]
    if not lines:
        return Matched(0, 0)
    tenders = await _tenders(connection, company_id, file_id, store, lines)
    found = match(lines, tenders)
    await connection.execute(_CLEAR, company_id, file_id, states)
    numbers = [one.line_no for one in found]
    keys = [one.tender or (None, None, None) for one in found]
    by = [one.by.value if one.by else None for one in found]
    said = [one.state.value for one in found]
    columns = [list(column) for column in zip(*keys, strict=True)]
    await connection.execute(_SAVE, company_id, file_id, numbers, said, by, *columns)
    done = sum(one.state is LineState.MATCHED for one in found)
    return Matched(done, len(found) - done)


async def _tenders(
    connection: Any,
    company_id: CompanyId,
    file_id: UUID,
    store: str | None,
    lines: list[PaymentLine],
) -> list[TakenTender]:
    moments = [(line.from_ms, line.until_ms) for line in lines if line.from_ms is not None]
    first = min((from_ms for from_ms, _ in moments), default=0) - WINDOW_MS
    last = max((until_ms or 0 for _, until_ms in moments), default=0) + WINDOW_MS
    days = (day_of(first) - BEFORE, day_of(last) + AFTER) if moments else (date.min, date.max)
    references = sorted({line.reference for line in lines if line.reference})
    states = sorted(state.value for state in OPEN)
    found: list[TakenTender] = []
    for row in await connection.fetch(_STORES, company_id, store):
        asked = (row["store_id"], list(PAID_ELSEWHERE), first, last, references, TENDERS_MAX)
        rows = await connection.fetch(_TENDERS, *asked, *days)
        sales = list({one["sale_id"] for one in rows})
        taken = await connection.fetch(_TAKEN, company_id, row["store_id"], sales, file_id, states)
        used = {(one["sale_id"], one["tender_no"]) for one in taken}
        found += [
            TakenTender(TenderKey(plain_uuid(one[0]), plain_uuid(one[1]), one[2]), *one[3:])
            for one in rows
            if (one["sale_id"], one["tender_no"]) not in used
        ]
    return found
