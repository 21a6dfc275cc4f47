"""Holds the open lines of a file against what no line was matched with yet: tenders, or bags of
cash."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.domain.payment import (
    OPEN,
    LineState,
    PaymentLine,
    Taken,
    TakenKey,
    day_of,
    match,
    references_said,
)
from central.usecases.payment.sought import SOUGHT, Sought
from sync.protocol.errors import NotFound
from sync.protocol.identity import CompanyId

TAKEN_MAX = 1_000_000
_FILE = "SELECT about FROM payment_file WHERE company_id = $1 AND file_id = $2 FOR UPDATE"
_LINES = """
SELECT line_no, reference, amount_minor, from_ms, until_ms FROM payment_line
WHERE company_id = $1 AND file_id = $2 AND state = ANY($3) ORDER BY line_no
"""
_STORES = (
    "SELECT store_id FROM store WHERE company_id = $1 AND ($2::text IS NULL OR code = $2)"
    " ORDER BY store_id"
)
_MATCHED = """
SELECT taken_id, taken_no FROM payment_line
WHERE company_id = $1 AND store_id = $2 AND taken_id = ANY($3) AND NOT
    (file_id = $4 AND state = ANY($5))
"""
_CLEAR = """
UPDATE payment_line SET store_id = NULL, taken_id = NULL, taken_no = NULL
WHERE company_id = $1 AND file_id = $2 AND state = ANY($3) AND taken_id IS NOT NULL
"""
_SAVE = """
UPDATE payment_line AS held SET state = said.state, matched_by = said.by,
    store_id = said.store_id, taken_id = said.taken_id, taken_no = said.taken_no
FROM unnest($3::int[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::int[])
    AS said (line_no, state, by, store_id, taken_id, taken_no)
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
    what of it alone may be it. Raises NotFound."""
    connection = await driver_of(db)
    about = await connection.fetchval(_FILE, company_id, file_id)
    if about is None:
        raise NotFound("There is no such file.", remedy="Choose one of the list.")
    states = sorted(state.value for state in OPEN)
    rows = await connection.fetch(_LINES, company_id, file_id, states)
    lines = [PaymentLine(*row) for row in rows]
    if not lines:
        return Matched(0, 0)
    sought = SOUGHT[about]
    taken = await _taken(connection, company_id, file_id, store, lines, sought)
    found = match(lines, taken, sought.how)
    await connection.execute(_CLEAR, company_id, file_id, states)
    numbers = [one.line_no for one in found]
    keys = [one.taken or (None, None, None) for one in found]
    by = [one.by.value if one.by else None for one in found]
    said = [one.state.value for one in found]
    columns = [list(column) for column in zip(*keys, strict=True)]
    await connection.execute(_SAVE, company_id, file_id, numbers, said, by, *columns)
    done = sum(one.state is LineState.MATCHED for one in found)
    return Matched(done, len(found) - done)


async def _taken(
    connection: Any,
    company_id: CompanyId,
    file_id: UUID,
    store: str | None,
    lines: list[PaymentLine],
    sought: Sought,
) -> list[Taken]:
    moments = [(line.from_ms, line.until_ms) for line in lines if line.from_ms is not None]
    first = min((from_ms for from_ms, _ in moments), default=0) - sought.how.late_ms
    last = max((until_ms or 0 for _, until_ms in moments), default=0) + sought.how.early_ms
    within = (day_of(first) - sought.before, day_of(last) + sought.after)
    days = within if moments else (date.min, date.max)
    names = _names(lines, sought)
    states = sorted(state.value for state in OPEN)
    found: list[Taken] = []
    for row in await connection.fetch(_STORES, company_id, store):
        asked = (row["store_id"], first, last, names, TAKEN_MAX, *days)
        rows = await connection.fetch(sought.statement, *asked)
        ids = list({one[1] for one in rows})
        matched = await connection.fetch(
            _MATCHED, company_id, row["store_id"], ids, file_id, states
        )
        used = {(one["taken_id"], one["taken_no"]) for one in matched}
        found += [
            Taken(TakenKey(plain_uuid(one[0]), plain_uuid(one[1]), one[2]), *one[3:])
            for one in rows
            if (one[1], one[2]) not in used
        ]
    return found


def _names(lines: list[PaymentLine], sought: Sought) -> list[str]:
    """What the file names, as it is written there and as references are compared."""
    said = {line.reference for line in lines if line.reference}
    compared = {name for text in said for name in references_said(text, words=sought.how.words)}
    return sorted(said | compared)
