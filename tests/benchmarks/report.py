"""A day's report at head office over millions of sale lines.

The projections are filled by set-based SQL, as full as years of trade would leave them: STORES
stores, each with the same number of receipts on every day, five lines a receipt, two workstations.
Every day is closed: its manifest says what head office counts, so each verdict must be green, or
the measure measured something else and fails.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import own
from central.db.engine import open_engine, snapshot, unit_of_work
from central.reports.board import board
from central.reports.reconciliation import Colour, reconcile_day
from central.reports.totals import store_account
from central.usecases.company.add import add_company
from central.usecases.store.add import add_store, default_settings
from sync.protocol.codec import encode
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.manifest import Manifest
from tests.benchmarks.head_office import dsn_of, fresh_database

STORES = 10
LINES = 5
RECEIPTS_A_DAY = 1_000
FIRST_DAY = date(2026, 1, 1)
FINGERPRINT = bytes(4)
HASH = bytes(32)
DAYS_ASKED_MAX = 25
"""So many different days are asked for, spread over the whole time."""

_SALES = """
INSERT INTO sale SELECT $1, lpad(to_hex(n), 32, '0')::uuid, 1, '\\x00000000', n,
    'R' || n, 'W' || n % 2, lpad(to_hex(n % 2 + 1), 32, '0')::uuid, 'anna',
    $2::date + (n / $3::int)::int,
    1770000000000 + n, NULL, 'SGD',
    (SELECT sum(100 + (n * 7 + l * 13) % 1900) FROM generate_series(1, 5) AS l), 0, 0, 0, 0, 0,
    false
FROM generate_series(0::bigint, $4::bigint - 1) AS n
"""
_LINES = """
INSERT INTO sale_line SELECT $1, lpad(to_hex(n), 32, '0')::uuid, l, $2::date + (n / $3::int)::int,
    'I' || (n * 31 + l * 17) % 3000, 'Item ' || (n * 31 + l * 17) % 3000, 'each',
    lpad(((n * 31 + l * 17) % 3000)::text, 13, '0'),
    CASE l % 2 WHEN 0 THEN 'standard' ELSE 'zero' END, CASE l % 2 WHEN 0 THEN 900 ELSE 0 END, true,
    1, 7, p, NULL, 1000, p, p, CASE l % 2 WHEN 0 THEN p * 9 / 109 ELSE 0 END, 0, NULL, NULL
FROM generate_series(0::bigint, $4::bigint - 1) AS n, generate_series(1, 5) AS l,
    LATERAL (SELECT 100 + (n * 7 + l * 13) % 1900) AS price (p)
"""
_TAXES = """
INSERT INTO sale_tax SELECT store_id, sale_id, false, tax_class, tax_rate_bp, true, business_date,
    sum(amount_minor - tax_minor), sum(tax_minor)
FROM sale_line WHERE store_id = $1 GROUP BY store_id, sale_id, tax_class, tax_rate_bp, business_date
"""
_TENDERS = """
INSERT INTO sale_tender SELECT store_id, sale_id, 1, business_date,
    kind, initcap(kind), kind, total_minor, NULL, 0
FROM sale, LATERAL (SELECT CASE seq % 3 WHEN 0 THEN 'cash' ELSE 'card' END) AS paid (kind)
WHERE store_id = $1
"""
_DAY_TOTALS = """
INSERT INTO day_total SELECT $1, $2::date + d, 'transactions', $3::int
FROM generate_series(0, $4::int - 1) AS d
"""
_STREAM = """
INSERT INTO stream (store_id, epoch_number, epoch_fingerprint, device_id, genesis,
    genesis_signature, head_hash, watermark, sealed, current, sender_seq, applied_through,
    company_id)
VALUES ($1, 1, $2, $1, '', '', $3, 1, false, true, 1, 1,
    (SELECT company_id FROM store WHERE store_id = $1))
"""
_RAW = """
INSERT INTO raw_event VALUES ($1, 1, $2, 1, $1, 'device_recorded', 1, 0, 0, $1, 0, 'checked', $3,
    '', 0)
"""
_CLOSED = "INSERT INTO business_day VALUES ($1, $2, 1, $3, 1, 1, $4, NULL)"
_FILLED = ("sale", "sale_line", "sale_tax", "sale_tender", "day_total")


class ReportFigures(NamedTuple):
    """``lines``: of all stores and days together; ``day_lines`` of one store's day. Milliseconds:
    of the verdict on one store's day (``reconcile_day``), and of the board: the verdicts on every
    store's day."""

    lines: int
    stores: int
    days: int
    day_lines: int
    repeats: int
    verdict_p50_ms: float
    verdict_p95_ms: float
    board_p50_ms: float
    board_p95_ms: float


class _Filled(NamedTuple):
    company_id: CompanyId
    stores: Sequence[StoreId]
    days: Sequence[date]
    day_receipts: int


async def measure_day_report(
    database_url: str, *, lines: int = 5_000_000, repeats: int = 40
) -> ReportFigures:
    """Fill a database with ``lines`` sale lines and time the reports on its days, ``repeats`` times
    each. ``database_url``: of a PostgreSQL in which databases may be made; one is, and dropped."""
    async with fresh_database(database_url) as url:
        engine = open_engine(url)
        try:
            filled = await _fill(engine, url, lines)
            rng = Random(1)
            await _verdict(engine, filled, rng)
            verdicts = await _timed(lambda: _verdict(engine, filled, rng), repeats)
            boards = await _timed(lambda: _board(engine, filled, rng), repeats)
        finally:
            await engine.dispose()
    receipts = filled.day_receipts * len(filled.days) * len(filled.stores)
    return ReportFigures(
        receipts * LINES,
        len(filled.stores),
        len(filled.days),
        filled.day_receipts * LINES,
        repeats,
        _quantile(verdicts, 50),
        _quantile(verdicts, 95),
        _quantile(boards, 50),
        _quantile(boards, 95),
    )


async def _timed(work: Callable[[], Awaitable[None]], repeats: int) -> list[float]:
    """Milliseconds of each time."""
    found = []
    for _ in range(repeats):
        started = time.perf_counter()
        await work()
        found.append((time.perf_counter() - started) * 1_000)
    return found


def _quantile(times: Sequence[float], percent: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]


async def _verdict(engine: AsyncEngine, filled: _Filled, rng: Random) -> None:
    store_id, day = rng.choice(filled.stores), rng.choice(filled.days[:: _step(filled)])
    async with snapshot(engine) as db:
        verdict = await reconcile_day(db, store_id, day)
    _must_be_green(verdict.colour, verdict.sentences)


async def _board(engine: AsyncEngine, filled: _Filled, rng: Random) -> None:
    day = rng.choice(filled.days[:: _step(filled)])
    async with snapshot(engine) as db:
        shown = await board(db, filled.company_id, day, now_ms=0)
    if len(shown.lines) != len(filled.stores):
        raise RuntimeError(f"the board shows {len(shown.lines)} stores")
    for line in shown.lines:
        if line.day is not None:
            _must_be_green(line.day.colour, line.day.sentences)


def _must_be_green(colour: Colour, reasons: Sequence[str]) -> None:
    if colour is not Colour.GREEN:
        raise RuntimeError(f"the measured day is {colour.value}: {reasons}")


def _step(filled: _Filled) -> int:
    """From one day that is asked for to the next."""
    return max(1, len(filled.days) // DAYS_ASKED_MAX)


async def _fill(engine: AsyncEngine, url: str, lines: int) -> _Filled:
    days = max(1, lines // (STORES * RECEIPTS_A_DAY * LINES))
    receipts = max(1, lines // (STORES * days * LINES))
    async with unit_of_work(engine) as db:
        company_id = await add_company(db, "Bench", "SGD")
        stores = []
        for number in range(1, STORES + 1):
            settings = await default_settings(db, company_id, f"S{number:02d}")
            stores.append(await add_store(db, company_id, settings))
    connection = await asyncpg.connect(dsn_of(url))
    try:
        for store_id in stores:
            await _fill_store(connection, store_id, receipts, days)
        for table in _FILLED:
            await connection.execute(f"VACUUM ANALYZE {table}")
    finally:
        await connection.close()
    dates = [FIRST_DAY + timedelta(number) for number in range(days)]
    filled = _Filled(company_id, [StoreId(own(store)) for store in stores], dates, receipts)
    await _close_days(engine, filled)
    return filled


async def _fill_store(connection: Any, store_id: UUID, receipts: int, days: int) -> None:
    span = (store_id, FIRST_DAY, receipts, receipts * days)
    await connection.execute(_SALES, *span)
    await connection.execute(_LINES, *span)
    await connection.execute(_TAXES, store_id)
    await connection.execute(_TENDERS, store_id)
    await connection.execute(_DAY_TOTALS, store_id, FIRST_DAY, receipts, days)
    await connection.execute(_STREAM, store_id, FINGERPRINT, HASH)
    await connection.execute(_RAW, store_id, FINGERPRINT, HASH)


async def _close_days(engine: AsyncEngine, filled: _Filled) -> None:
    """The days that are asked for, with manifests of what head office counts."""
    for store_id in filled.stores:
        for day in filled.days[:: _step(filled)]:
            async with unit_of_work(engine) as db:
                whole, parts = await store_account(db, store_id, day)
                manifest = encode(Manifest(day, 1, FINGERPRINT, 1, 1, HASH, whole, parts))
                raw = (await db.get_raw_connection()).driver_connection
                if raw is None or whole.lines != filled.day_receipts * LINES:
                    raise RuntimeError(f"head office counts {whole.lines} lines on {day}")
                await raw.execute(_CLOSED, store_id, day, FINGERPRINT, manifest)
