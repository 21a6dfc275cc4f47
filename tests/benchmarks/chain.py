"""Head office's board and reports over a chain's month, asked for over HTTP.

The projections are filled by set-based SQL, as full as a month of trade would leave them: STORES
stores that sell alike, DAYS days, the same number of receipts on each, five lines a receipt, two
workstations. Every day but today's is closed: its manifest says what was made, added up here and
not by the reports, so each verdict must be green, or the measure measured something else and fails.
"""

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import httpx

from central.archive.postgres import plain_uuid
from central.db.engine import open_engine, unit_of_work
from central.db.projected import PROJECTED
from central.usecases.company.add import add_company
from central.usecases.people.add_user import add_user
from central.usecases.store.add import add_store, default_settings
from sync.protocol.codec import encode
from sync.protocol.figures import Figure, Tally, figures
from sync.protocol.identity import CompanyId, StoreId, WorkstationId
from sync.protocol.manifest import Manifest, WorkstationTotals
from tests.benchmarks.head_office import dsn_of, fresh_database, offices

STORES = 100
DAYS = 31
LINES = 5
FINGERPRINT = bytes(4)
HASH = bytes(32)
SIGN_IN = {"company": "Bench", "email": "ann@example.com", "password": "four words will do"}
PATIENCE_S = 300

# A receipt's place in its store's month is its number, and its id: n.
_SALES = """
INSERT INTO sale SELECT $1, lpad(to_hex(n), 32, '0')::uuid, 1, '\\x00000000', n,
    'R' || n, 'W' || n % 2 + 1, lpad(to_hex(n % 2 + 1), 32, '0')::uuid, 'anna',
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
_STREAM = """
INSERT INTO stream (store_id, epoch_number, epoch_fingerprint, device_id, genesis,
    genesis_signature, head_hash, watermark, state, provisional, sender_seq, applied_through,
    company_id, last_contact_ms)
VALUES ($1, 1, $2, $1, '', '', $3, 1, 'current', false, 1, 1,
    (SELECT company_id FROM store WHERE store_id = $1), $4)
"""
_RAW = """
INSERT INTO raw_event VALUES ($1, 1, $2, 1, $1, 'device_recorded', 1, 0, 0, $1, 0, 'checked', $3,
    '', 0)
"""
_ADDED_UP = (
    """
SELECT s.business_date, s.workstation_id, count(DISTINCT s.sale_id), count(*),
    sum(l.amount_minor)::bigint, sum(l.quantity_milli)::bigint
FROM sale AS s JOIN sale_line AS l USING (store_id, business_date, sale_id) WHERE s.store_id = $1
GROUP BY 1, 2 ORDER BY 1, 2
""",
    """
SELECT s.business_date, s.workstation_id, x.tax_class, x.tax_rate_bp, sum(x.net_minor)::bigint,
    sum(x.tax_minor)::bigint
FROM sale AS s JOIN sale_tax AS x USING (store_id, business_date, sale_id) WHERE s.store_id = $1
GROUP BY 1, 2, 3, 4
""",
    """
SELECT s.business_date, s.workstation_id, t.tender_id, sum(t.amount_minor)::bigint
FROM sale AS s JOIN sale_tender AS t USING (store_id, business_date, sale_id) WHERE s.store_id = $1
GROUP BY 1, 2, 3
""",
)
_BARE = """
SELECT store_id, business_date, sum(amount) FROM day_total
WHERE store_id = ANY($1) AND business_date BETWEEN $2 AND $3 GROUP BY 1, 2
"""
_RECEIPTS = ("sale", "sale_line", "sale_tax", "sale_tender")
_OTHERS = ("day_total", "business_day", "day_standing", "stream", "raw_event", "store")
_FIGURES = ("store_id", "business_date", "figure", "amount", "entries")
_CLOSED = (
    *("store_id", "business_date", "epoch_number", "epoch_fingerprint"),
    *("opened_seq", "closed_seq", "manifest"),
)
_STANDING = ("store_id", "business_date", "settled_at_ms")


class _Day(NamedTuple):
    """A store's day: its figures, and what closed it, None while it is open."""

    day: date
    figures: Sequence[Figure]
    manifest: bytes | None


class Times(NamedTuple):
    """Milliseconds."""

    p50_ms: float
    p95_ms: float


class ChainFigures(NamedTuple):
    """``lines``: of all stores and days together. ``bare``: every rollup of the month, added up
    by a statement of its own without head office; ``asked``: by what was asked for."""

    lines: int
    bare: Times
    asked: Mapping[str, Times]


class _Chain(NamedTuple):
    company_id: CompanyId
    stores: Sequence[StoreId]
    first: date
    today: date
    day_receipts: int

    @property
    def closed(self) -> Sequence[date]:
        return [self.first + timedelta(number) for number in range(DAYS - 1)]


async def measure_chain(
    database_url: str, folder: Path, say: Callable[[str], None], *, lines: int, repeats: int = 40
) -> ChainFigures:
    """Fill a database with ``lines`` sale lines and ask head office for its pages and reports,
    ``repeats`` times each. ``database_url``: of a PostgreSQL in which databases may be made; one
    is, and dropped."""
    async with fresh_database(database_url) as url:
        chain = await _fill(url, max(1, lines // (STORES * DAYS * LINES)), say)
        say("asking")
        async with (
            offices(url, folder, 1) as (office,),
            httpx.AsyncClient(
                base_url=office.address, trust_env=False, timeout=PATIENCE_S
            ) as client,
        ):
            await _sign_in(client)
            await _prove(client, chain)
            asked = {
                name: await _timed(_get(client, addresses(Random(1), chain)), repeats)
                for name, addresses in _ASKED.items()
            }
        bare = await _timed_bare(url, chain, repeats)
    return ChainFigures(chain.day_receipts * STORES * DAYS * LINES, bare, asked)


def _day_page(rng: Random, chain: _Chain) -> str:
    return f"/stores/S{rng.randrange(STORES) + 1:03d}/{rng.choice(chain.closed)}"


def _period(chain: _Chain) -> str:
    return f"first={chain.first}&last={chain.today}&limit=100000"


_FIGURES_ASKED = ("total", "gross", "tender&name=card")
_ASKED: Mapping[str, Callable[[Random, _Chain], Callable[[], str]]] = {
    "board": lambda _rng, _chain: lambda: f"/?days={DAYS}",
    "board_week": lambda _rng, _chain: lambda: "/",
    "board_of_a_date": lambda rng, chain: lambda: f"/?date={rng.choice(chain.closed)}",
    "daily_sales": lambda _rng, chain: lambda: f"/v1/reports/daily-sales?{_period(chain)}",
    "tax": lambda _rng, chain: lambda: f"/v1/reports/tax?{_period(chain)}",
    "store_days": lambda rng, _chain: lambda: f"/stores/S{rng.randrange(STORES) + 1:03d}",
    "verdict": lambda rng, chain: (
        lambda: _day_page(rng, chain).replace("/stores/", "/v1/reports/reconciliation/")
    ),
    "day_page": lambda rng, chain: lambda: _day_page(rng, chain),
    "rows_page": lambda rng, chain: (
        lambda: f"{_day_page(rng, chain)}/rows?figure={rng.choice(_FIGURES_ASKED)}"
    ),
    "receipt": lambda rng, chain: (
        lambda: (
            f"/stores/S{rng.randrange(STORES) + 1:03d}/receipts/"
            f"{UUID(int=rng.randrange(chain.day_receipts * DAYS))}"
        )
    ),
}
"""What is asked for: an address, another one each time where there are several."""


def _get(client: httpx.AsyncClient, address: Callable[[], str]) -> Callable[[], Awaitable[None]]:
    async def get() -> None:
        answer = await client.get(address())
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.url} answered {answer.status_code}: {answer.text[:300]}")

    return get


async def _timed(work: Callable[[], Awaitable[None]], repeats: int) -> Times:
    """The first time of all fills caches."""
    await work()
    found = []
    for _ in range(repeats):
        started = time.perf_counter()
        await work()
        found.append((time.perf_counter() - started) * 1_000)
    found.sort()
    return Times(found[len(found) // 2], found[min(len(found) - 1, len(found) * 95 // 100)])


async def _timed_bare(url: str, chain: _Chain, repeats: int) -> Times:
    connection = await asyncpg.connect(dsn_of(url))

    async def read() -> None:
        await connection.fetch(_BARE, list(chain.stores), chain.first, chain.today)

    try:
        return await _timed(read, repeats)
    finally:
        await connection.close()


async def _sign_in(client: httpx.AsyncClient) -> None:
    answer = await client.post("/session", json=SIGN_IN)
    if answer.status_code != 201:
        raise RuntimeError(f"nobody can sign in: {answer.status_code} {answer.text[:300]}")


async def _prove(client: httpx.AsyncClient, chain: _Chain) -> None:
    """What is measured says what it must."""
    page = await client.get(f"/?date={chain.closed[-1]}")
    if f"{STORES} stores: {STORES} proven" not in " ".join(page.text.split()):
        raise RuntimeError("the board of a closed day does not show it proven")
    path = f"/v1/reports/reconciliation/S001/{chain.closed[0]}"
    verdict = (await client.get(path)).json()
    counted = {one["name"]: one["central"] for one in verdict["figures"]}
    if verdict["colour"] != "green" or counted["lines"] != chain.day_receipts * LINES:
        raise RuntimeError(f"the measured day is {verdict}")
    days = (await client.get(f"/v1/reports/daily-sales?{_period(chain)}")).json()
    if {one["transactions"] for one in days} != {chain.day_receipts} or len(days) != STORES * DAYS:
        raise RuntimeError(f"the month's sales are {len(days)} rows")


async def _fill(url: str, receipts: int, say: Callable[[str], None]) -> _Chain:
    today = datetime.now(UTC).date()
    engine = open_engine(url)
    try:
        async with unit_of_work(engine) as db:
            company_id = await add_company(db, SIGN_IN["company"], "SGD")
            await add_user(db, company_id, SIGN_IN["email"], "Ann", SIGN_IN["password"])
            stores = [await _store(db, company_id, number) for number in range(1, STORES + 1)]
    finally:
        await engine.dispose()
    chain = _Chain(company_id, stores, today - timedelta(DAYS - 1), today, receipts)
    connection = await asyncpg.connect(dsn_of(url))
    try:
        await connection.execute("SET synchronous_commit = off")
        await connection.execute("SET enable_nestloop = off")  # nothing is known of the rows yet
        days = await _fill_first(connection, stores[0], chain)
        for number, store_id in enumerate(stores, start=1):
            if number > 1:
                await _fill_like_it(connection, store_id)
            await _fill_days(connection, store_id, days)
            say(f"store {number} of {STORES} filled")
        for table in (*_RECEIPTS, *_OTHERS):
            await connection.execute(f"VACUUM ANALYZE {table}")
    finally:
        await connection.close()
    return chain


async def _store(db: Any, company_id: CompanyId, number: int) -> StoreId:
    settings = await default_settings(db, company_id, f"S{number:03d}")
    return StoreId(plain_uuid(await add_store(db, company_id, settings)))


async def _fill_first(connection: Any, store_id: UUID, chain: _Chain) -> Sequence[_Day]:
    """The first store's receipts, kept apart as the model of all others; and its days."""
    span = (store_id, chain.first, chain.day_receipts, chain.day_receipts * DAYS)
    await connection.execute(_SALES, *span)
    await connection.execute(_LINES, *span)
    await connection.execute(_TAXES, store_id)
    await connection.execute(_TENDERS, store_id)
    for table in _RECEIPTS:
        await connection.execute(f"CREATE TEMP TABLE model_{table} AS TABLE {table}")
    found = groupby(await _tallies(connection, store_id), key=lambda one: one[0])
    days = []
    for day, tallies in found:
        parts = tuple(WorkstationTotals(name, tally.totals()) for _, name, tally in tallies)
        whole = Tally()
        for part in parts:
            whole.add_totals(part.totals)
        totals = whole.totals()
        manifest = encode(Manifest(day, 1, FINGERPRINT, 1, 1, HASH, totals, parts))
        days.append(_Day(day, figures(totals), manifest if day < chain.today else None))
    return days


async def _fill_like_it(connection: Any, store_id: UUID) -> None:
    for table in _RECEIPTS:
        columns = ", ".join(name for name in PROJECTED[table].columns.keys()[1:])
        await connection.execute(
            f"INSERT INTO {table} (store_id, {columns}) SELECT $1, {columns} FROM model_{table}",
            store_id,
        )


async def _fill_days(connection: Any, store_id: UUID, days: Sequence[_Day]) -> None:
    now_ms = time.time_ns() // 1_000_000
    await connection.execute(_STREAM, store_id, FINGERPRINT, HASH, now_ms)
    await connection.execute(_RAW, store_id, FINGERPRINT, HASH)
    figures_ = [
        (store_id, one.day, each.name, each.amount, 1) for one in days for each in one.figures
    ]
    closed = [
        (store_id, one.day, 1, FINGERPRINT, 1, one.manifest and 1, one.manifest) for one in days
    ]
    standing = [(store_id, one.day, one.manifest and now_ms) for one in days]
    copy = connection.copy_records_to_table
    await copy("day_total", records=figures_, columns=_FIGURES)
    await copy("business_day", records=closed, columns=_CLOSED)
    await copy("day_standing", records=standing, columns=_STANDING)


async def _tallies(connection: Any, store_id: UUID) -> Sequence[tuple[date, WorkstationId, Tally]]:
    """Of each day and workstation what was made."""
    tallies: defaultdict[tuple[date, WorkstationId], Tally] = defaultdict(Tally)
    heads, taxes, tenders = [await connection.fetch(each, store_id) for each in _ADDED_UP]
    for day, name, count, lines, gross, moved in heads:
        found = {"transactions": count, "lines": lines, "gross_minor": gross}
        tallies[day, name].sums.update(found, stock_milli=-moved)
    for day, name, tax_class, rate_bp, net, tax in taxes:
        tallies[day, name].add_tax(tax_class, rate_bp, net, tax)
    for day, name, tender, amount in tenders:
        tallies[day, name].add_tender(tender, amount)
    return [(day, name, tallies[day, name]) for day, name in sorted(tallies)]
