"""Files of acquirers and banks, what became of their lines, and which tenders no file names."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.domain.payment import OPEN, LineState
from sync.protocol.errors import NotFound
from sync.protocol.identity import CompanyId

FILES_SHOWN_MAX = 200
LINES_SHOWN_MAX = 500
UNSURE_SHOWN_MAX = 500
_FILES = """
SELECT f.file_id, f.about, f.source, f.name, f.first_day, f.last_day, f.brought_by, f.brought_at_ms,
    count(l.line_no), coalesce(sum(l.amount_minor), 0)::bigint,
    count(*) FILTER (WHERE l.state = 'matched'), count(*) FILTER (WHERE l.state = ANY($2)),
    coalesce(sum(l.amount_minor) FILTER (WHERE l.state = ANY($2)), 0)::bigint,
    count(*) FILTER (WHERE l.state = 'disputed')
FROM payment_file AS f LEFT JOIN payment_line AS l USING (company_id, file_id)
WHERE f.company_id = $1 AND ($3::uuid IS NULL OR f.file_id = $3)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY f.brought_at_ms DESC, f.file_id LIMIT $4
"""
_LINES = """
SELECT line_no, reference, amount_minor, from_ms, until_ms, state, store_id, taken_id, taken_no,
    reason, decided_by, decided_at_ms
FROM payment_line WHERE company_id = $1 AND file_id = $2 AND state <> 'matched'
ORDER BY state = ANY($3) DESC, abs(amount_minor) DESC, line_no LIMIT $4
"""
_STORES = "SELECT store_id, code, zone FROM store WHERE company_id = $1"
_TENDERS = """
SELECT t.sale_id, t.tender_no, s.receipt_number, t.amount_minor, t.outcome
FROM sale AS s JOIN sale_tender AS t USING (store_id, business_date, sale_id)
WHERE s.store_id = $1 AND s.sale_id = ANY($2)
"""
_DEPOSITS = """
SELECT event_id, bag_number, business_date, -safe_minor FROM cash_moved
WHERE store_id = $1 AND event_id = ANY($2)
"""
_UNSURE = """
SELECT t.store_id, t.sale_id, t.tender_no, s.receipt_number, t.amount_minor, t.outcome, t.name,
    t.reference, s.tendered_at_ms
FROM sale_tender AS t JOIN sale AS s USING (store_id, business_date, sale_id)
WHERE t.store_id = ANY($1) AND t.outcome IN ('offline', 'on_sight') AND NOT s.training
ORDER BY s.tendered_at_ms DESC, t.sale_id, t.tender_no LIMIT $2
"""
_NAMED = "SELECT taken_id, taken_no FROM payment_line WHERE company_id = $1 AND taken_id = ANY($2)"


class PaymentFileSaid(NamedTuple):
    """A file, and how many of its payments are what; ``open``: exceptions that nobody has decided
    on, of ``open_minor`` together. ``about``: a kind of file (``usecases/payment/sought.py``)."""

    file_id: UUID
    about: str
    source: str
    name: str
    first_day: date | None
    last_day: date | None
    brought_by: str
    brought_at_ms: int
    lines: int
    amount_minor: int
    matched: int
    open: int
    open_minor: int
    disputed: int


class TakenSaid(NamedTuple):
    """What a shop took that somebody else pays or credits, such as an exception's reference names:
    a receipt's tender by the receipt's number, a bag by its own. ``address``: the page that shows
    it. ``outcome``: how sure a tender is, a word of ``Outcome``."""

    store_code: str
    zone: str
    number: str
    address: str
    amount_minor: int
    outcome: str | None = None


class UnsureTender(NamedTuple):
    """One that was taken without asking who pays, or on sight."""

    tender: TakenSaid
    name: str
    reference: str
    tendered_at_ms: int


class PaymentException(NamedTuple):
    """A line that is not simply what a shop took, of that amount. Instants in UTC ms."""

    line_no: int
    reference: str
    amount_minor: int
    from_ms: int | None
    until_ms: int | None
    state: LineState
    taken: TakenSaid | None
    reason: str | None
    decided_by: str | None
    decided_at_ms: int | None

    @property
    def open(self) -> bool:
        """Nobody has decided on it."""
        return self.state in OPEN


async def payment_files(
    db: AsyncConnection, company_id: CompanyId, file_id: UUID | None = None
) -> tuple[PaymentFileSaid, ...]:
    """The newest first, at most FILES_SHOWN_MAX; or the one."""
    states = sorted(state.value for state in OPEN)
    asked = (company_id, states, file_id, FILES_SHOWN_MAX)
    rows = await (await driver_of(db)).fetch(_FILES, *asked)
    return tuple(PaymentFileSaid(plain_uuid(row[0]), *row[1:]) for row in rows)


async def payment_file(
    db: AsyncConnection, company_id: CompanyId, file_id: UUID
) -> tuple[PaymentFileSaid, tuple[PaymentException, ...]]:
    """A file with its exceptions, those that are open first, at most LINES_SHOWN_MAX. Raises
    NotFound."""
    files = await payment_files(db, company_id, file_id)
    if not files:
        raise NotFound("There is no such file.", remedy="Choose one of the list.")
    connection = await driver_of(db)
    states = sorted(state.value for state in OPEN)
    rows = await connection.fetch(_LINES, company_id, file_id, states, LINES_SHOWN_MAX)
    stores = {row[0]: row[1:] for row in await connection.fetch(_STORES, company_id)}
    read = _READ[files[0].about]
    taken: dict[tuple[UUID, int], TakenSaid] = {}
    for store_id in {row["store_id"] for row in rows if row["store_id"] is not None}:
        ids = [row["taken_id"] for row in rows if row["store_id"] == store_id]
        taken |= await read(connection, store_id, ids, *stores[store_id])
    return files[0], tuple(_exception(row, taken) for row in rows)


async def _tenders(
    connection: Any, store_id: UUID, ids: Sequence[UUID], code: str, zone: str
) -> dict[tuple[UUID, int], TakenSaid]:
    rows = await connection.fetch(_TENDERS, store_id, ids)
    return {
        (sale_id, tender_no): TakenSaid(code, zone, number, _receipt(code, sale_id), *said)
        for sale_id, tender_no, number, *said in rows
    }


async def _deposits(
    connection: Any, store_id: UUID, ids: Sequence[UUID], code: str, zone: str
) -> dict[tuple[UUID, int], TakenSaid]:
    rows = await connection.fetch(_DEPOSITS, store_id, ids)
    return {
        (event_id, 0): TakenSaid(code, zone, bag or "", _cash(code, day), minor)
        for event_id, bag, day, minor in rows
    }


_READ = MappingProxyType({"payments": _tenders, "deposits": _deposits})
"""How what lines are matched with is read, by what a file is about."""


def _receipt(code: str, sale_id: UUID) -> str:
    return f"/stores/{quote(code, safe='')}/receipts/{sale_id}"


def _cash(code: str, day: date | None) -> str:
    """The cash of its day; of a bag that left on no open day, the store's deposits."""
    if day is None:
        return f"/deposits?{urlencode({'store': code})}"
    return f"/stores/{quote(code, safe='')}/{day}/cash"


async def unsure_tenders(db: AsyncConnection, company_id: CompanyId) -> tuple[UnsureTender, ...]:
    """Tenders that a terminal approved without asking the bank, which may refuse it yet, or that
    were taken on sight; but for those that a line of a file is about. The newest first, of the
    newest UNSURE_SHOWN_MAX."""
    connection = await driver_of(db)
    stores = {row[0]: row[1:] for row in await connection.fetch(_STORES, company_id)}
    rows = await connection.fetch(_UNSURE, list(stores), UNSURE_SHOWN_MAX)
    sales = [row["sale_id"] for row in rows]
    named = {tuple(row) for row in await connection.fetch(_NAMED, company_id, sales)}
    return tuple(
        _unsure(row, *stores[row[0]])
        for row in rows
        if (row["sale_id"], row["tender_no"]) not in named
    )


def _unsure(row: Any, code: str, zone: str) -> UnsureTender:
    where = (row["receipt_number"], _receipt(code, plain_uuid(row["sale_id"])))
    tender = TakenSaid(code, zone, *where, row["amount_minor"], row["outcome"])
    return UnsureTender(tender, row["name"], row["reference"] or "", row["tendered_at_ms"])


def _exception(row: Any, found: Mapping[tuple[UUID, int], TakenSaid]) -> PaymentException:
    taken = found.get((row["taken_id"], row["taken_no"]))
    decided = (row["reason"], row["decided_by"], row["decided_at_ms"])
    said = (row["line_no"], row["reference"], row["amount_minor"], row["from_ms"], row["until_ms"])
    return PaymentException(*said, LineState(row["state"]), taken, *decided)
