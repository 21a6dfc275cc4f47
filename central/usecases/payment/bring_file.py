"""Brings in an acquirer's or a bank's file: its lines are kept and matched in one unit of work.
The same file again brings nothing in, and matches what has arrived since."""

from hashlib import sha256
from typing import NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.importing.columns import Header
from central.domain.importing.payment_rows import PaymentsSaid, payments_header, read_payments
from central.domain.importing.said import NOTHING_SAID, Said, fingerprint
from central.domain.importing.sheet import FileRefused, Sheet, text_of
from central.domain.payment import LineState, day_of
from central.usecases.goods.file_layouts import find_said, remember_said
from central.usecases.goods.read_goods import read_stores
from central.usecases.payment.match_file import Matched, match_file
from central.usecases.payment.sought import PAYMENTS, SOUGHT
from sync.protocol.identity import CompanyId

LINES_MAX = 200_000
_COMPANY = "SELECT decimals FROM company WHERE company_id = $1"
_KNOWN = "SELECT file_id FROM payment_file WHERE company_id = $1 AND digest = $2"
_KEEP = """
INSERT INTO payment_file (company_id, file_id, digest, about, source, name, first_day, last_day,
    brought_by, brought_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
LINE_COLUMNS = (
    *("company_id", "file_id", "line_no", "reference", "amount_minor", "from_ms", "until_ms"),
    "state",
)


class PaymentsWanted(NamedTuple):
    """``name``: the file's. ``source``: whose it is. ``store``: what of it alone it is about, and
    whose zone its times are of; None: all stores', the first one's. ``whole``: nothing goes in if
    one line is faulty. ``about``: a kind of file, of ``SOUGHT``."""

    name: str
    source: str
    store: str | None = None
    said: Said = NOTHING_SAID
    whole: bool = False
    about: str = PAYMENTS


class PaymentsPlanned(NamedTuple):
    """``known``: the file was brought in before."""

    header: Header
    header_row: bytes
    remembered: bool
    read: PaymentsSaid
    file_id: UUID
    digest: bytes
    known: bool


async def plan_payments(
    db: AsyncConnection, company_id: CompanyId, sheet: Sheet, wanted: PaymentsWanted
) -> PaymentsPlanned:
    """What the file says. Raises FileRefused."""
    found = None
    if wanted.said == NOTHING_SAID:
        found = await find_said(db, company_id, wanted.about, sheet)
    said = found or wanted.said
    header = payments_header(sheet, said, SOUGHT[wanted.about].layouts)
    stores = await read_stores(db, company_id)
    zones = [store.zone for store in stores if wanted.store in (None, store.code)]
    if not zones:
        raise FileRefused(
            f"There is no store {wanted.store}." if wanted.store else "There is no store yet.",
            "See the stores with `central store list`.",
        )
    connection = await driver_of(db)
    decimals = await connection.fetchval(_COMPANY, company_id)
    read = read_payments(sheet, header, said, decimals, ZoneInfo(zones[0]))
    if len(read.lines) > LINES_MAX:
        raise FileRefused(
            f"The file has {len(read.lines):,} payments, and {LINES_MAX:,} is the most.",
            "Split it into several files.",
        )
    cells = "\x1e".join("\x1f".join(map(text_of, row.cells)) for row in sheet.rows)
    whose = "\x1d".join((wanted.about, wanted.source, wanted.store or "", cells))
    digest = sha256(whose.encode()).digest()
    known = await connection.fetchval(_KNOWN, company_id, digest)
    file_id = UUID(bytes=known.bytes) if known else uuid5(company_id, digest.hex())
    row = fingerprint(sheet.rows[header.at].cells)
    return PaymentsPlanned(header, row, found is not None, read, file_id, digest, bool(known))


async def bring_payments(
    db: AsyncConnection,
    company_id: CompanyId,
    sheet: Sheet,
    wanted: PaymentsWanted,
    who: str,
    now_ms: int,
) -> tuple[PaymentsPlanned, Matched | None]:
    """Keep the file's payments, and match every one that is open; None: nothing went in. Raises
    FileRefused."""
    planned = await plan_payments(db, company_id, sheet, wanted)
    if wanted.whole and planned.read.faults:
        return planned, None
    if not planned.known:
        await _keep(db, company_id, planned, wanted, who, now_ms)
    if wanted.said != NOTHING_SAID:
        await remember_said(db, company_id, wanted.about, planned.header_row, wanted.said)
    return planned, await match_file(db, company_id, planned.file_id, wanted.store)


async def _keep(
    db: AsyncConnection,
    company_id: CompanyId,
    planned: PaymentsPlanned,
    wanted: PaymentsWanted,
    who: str,
    now_ms: int,
) -> None:
    connection = await driver_of(db)
    moments = [line.from_ms for line in planned.read.lines if line.from_ms is not None]
    days = (day_of(min(moments)), day_of(max(moments))) if moments else (None, None)
    about = (planned.digest, wanted.about, wanted.source, wanted.name)
    await connection.execute(_KEEP, company_id, planned.file_id, *about, *days, who, now_ms)
    state = LineState.UNKNOWN.value
    rows = [(company_id, planned.file_id, *line, state) for line in planned.read.lines]
    await connection.copy_records_to_table("payment_line", records=rows, columns=LINE_COLUMNS)
