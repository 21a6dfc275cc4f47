"""Fills head office's projections as full as a month of a chain's trade would leave them.

STORES stores that sell alike, DAYS days, the same number of receipts on each, five lines a receipt,
two workstations. The first store's rows are made in the database by set-based SQL; every other
store's are those, by COPY in binary with its own id in the place of the first's. Every day but the
last is closed: its manifest says what was made, added up here and not by the reports.

Each store is one transaction, and what is there already stays: a filling that was cut goes on.
"""

import asyncio
import io
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.postgres import plain_uuid
from central.db.engine import open_engine, unit_of_work
from central.db.tables import Company, Store, table
from central.usecases.company.add import add_company
from central.usecases.people.add_user import add_user
from central.usecases.store.add import add_store, default_settings
from sync.protocol.codec import decode, encode
from sync.protocol.figures import Figure, Tally, figures, owed_minor
from sync.protocol.identity import CompanyId, StoreId, WorkstationId
from sync.protocol.manifest import Manifest, WorkstationTotals
from tests.benchmarks.head_office import dsn_of

STORES = 100
DAYS = 31
LINES = 5
FINGERPRINT = bytes(4)
HASH = bytes(32)
SIGN_IN = {"company": "Bench", "email": "ann@example.com", "password": "four words will do"}
AT_ONCE = 2
"""Stores that are filled side by side."""

# A receipt's place in its store's month is its number, and its id: n.
_SALES = """
INSERT INTO sale SELECT $1, lpad(to_hex(n), 32, '0')::uuid, 1, '\\x00000000', n,
    'R' || n, 'W' || n % 2 + 1, lpad(to_hex(n % 2 + 1), 32, '0')::uuid, 'anna',
    $2::date + (n / $3::int)::int,
    1770000000000 + n, NULL, 'SGD',
    (SELECT sum(100 + (n * 7 + l * 13) % 1900) FROM generate_series(1, 5) AS l), 0, 0, 0, 0, 0,
    false, NULL, 0
FROM generate_series(0::bigint, $4::bigint - 1) AS n
"""
_LINES = """
INSERT INTO sale_line SELECT $1, lpad(to_hex(n), 32, '0')::uuid, l, $2::date + (n / $3::int)::int,
    'I' || (n * 31 + l * 17) % 3000, 'Item ' || (n * 31 + l * 17) % 3000, 'each',
    lpad(((n * 31 + l * 17) % 3000)::text, 13, '0'),
    CASE l % 2 WHEN 0 THEN 'standard' ELSE 'zero' END, CASE l % 2 WHEN 0 THEN 900 ELSE 0 END, true,
    1, 7, p, NULL, 1000, p, 0, p, CASE l % 2 WHEN 0 THEN p * 9 / 109 ELSE 0 END, 0, NULL, NULL
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
    kind, initcap(kind), kind, total_minor, NULL, 0, NULL, 0, NULL, NULL
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
_BEGUN = """
SELECT min(d.business_date) AS first, max(d.amount) AS receipts FROM day_total AS d
WHERE d.figure = 'transactions'
"""
_DONE = "SELECT store_id FROM stream"
_RECEIPTS = ("sale", "sale_line", "sale_tax", "sale_tender")
_OTHERS = ("day_total", "business_day", "day_standing", "stream", "raw_event", "store")
_FIGURES = ("store_id", "business_date", "figure", "amount", "entries")
_CLOSED = (
    *("store_id", "business_date", "epoch_number", "epoch_fingerprint"),
    *("opened_seq", "closed_seq", "manifest"),
)
_STANDING = ("store_id", "business_date", "settled_at_ms", "owed_minor", "over_short_minor")


class _Day(NamedTuple):
    """A store's day: its figures, and what closed it, None while it is open."""

    day: date
    figures: Sequence[Figure]
    manifest: bytes | None


class Chain(NamedTuple):
    """What is there: ``day_receipts`` of each store on each day; ``today`` is open."""

    company_id: CompanyId
    stores: Sequence[StoreId]
    first: date
    day_receipts: int

    @property
    def today(self) -> date:
        return self.first + timedelta(DAYS - 1)

    @property
    def closed(self) -> Sequence[date]:
        """The days before it."""
        return [self.first + timedelta(number) for number in range(DAYS - 1)]


async def fill(url: str, folder: Path, receipts: int, say: Callable[[str], None]) -> Chain:
    """``receipts`` a store and day, into a migrated database that is empty or was filled so in
    part; ``folder``: for the rows on their way. Raises RuntimeError if it holds another chain."""
    engine = open_engine(url)
    connection = await asyncpg.connect(dsn_of(url))
    try:
        chain = await _chain(engine, connection, receipts)
        await connection.execute("SET synchronous_commit = off")
        await connection.execute("SET enable_nestloop = off")  # nothing is known of the rows yet
        for name in _RECEIPTS:  # it would come between, again and again
            await connection.execute(f"ALTER TABLE {name} SET (autovacuum_enabled = false)")
        done = {plain_uuid(each["store_id"]) for each in await connection.fetch(_DONE)}
        async with connection.transaction():
            days = await _fill_first(connection, chain.stores[0], chain)
            if chain.stores[0] not in done:
                await _fill_days(connection, chain.stores[0], days)
        model = await _kept_apart(connection, chain.stores[0], folder)
        todo = [store_id for store_id in chain.stores[1:] if store_id not in done]
        await _fill_others(url, chain, model, days, todo, say)
        say("vacuuming")
        for name in _RECEIPTS:
            await connection.execute(f"ALTER TABLE {name} RESET (autovacuum_enabled)")
        for name in (*_RECEIPTS, *_OTHERS):
            await connection.execute(f"VACUUM ANALYZE {name}")
    finally:
        await connection.close()
        await engine.dispose()
    return chain


async def _chain(engine: AsyncEngine, connection: Any, receipts: int) -> Chain:
    """Company and stores, which are made together."""
    async with unit_of_work(engine) as db:
        company_id = await db.scalar(select(table(Company).c.company_id))
        if company_id is None:
            company_id = await add_company(db, SIGN_IN["company"], "SGD")
            await add_user(db, company_id, SIGN_IN["email"], "Ann", SIGN_IN["password"])
            for number in range(1, STORES + 1):
                await _add_store(db, company_id, number)
        stores = await db.scalars(select(table(Store).c.store_id).order_by(table(Store).c.code))
        found = [StoreId(plain_uuid(store_id)) for store_id in stores]
    first, held = await connection.fetchrow(_BEGUN)
    if held not in (None, receipts):
        raise RuntimeError(f"the database holds days of {held} receipts, not of {receipts}")
    if first is None:
        first = datetime.now(UTC).date() - timedelta(DAYS - 1)
    return Chain(CompanyId(plain_uuid(company_id)), found, first, receipts)


async def _add_store(db: AsyncConnection, company_id: CompanyId, number: int) -> None:
    settings = await default_settings(db, company_id, f"S{number:03d}")
    await add_store(db, company_id, settings)


async def _fill_others(
    url: str,
    chain: Chain,
    model: Mapping[str, Path],
    days: Sequence["_Day"],
    todo: Sequence[StoreId],
    say: Callable[[str], None],
) -> None:
    """AT_ONCE at a time."""
    waiting = iter(todo)

    async def some(left: Iterator[StoreId]) -> None:
        connection = await asyncpg.connect(dsn_of(url))
        try:
            await connection.execute("SET synchronous_commit = off")
            for store_id in left:
                async with connection.transaction():
                    await _fill_like_it(connection, model, chain.stores[0], store_id)
                    await _fill_days(connection, store_id, days)
                say(f"store {chain.stores.index(store_id) + 1} of {STORES} filled")
        finally:
            await connection.close()

    await asyncio.gather(*(some(waiting) for _ in range(AT_ONCE)))


async def _fill_first(connection: Any, store_id: UUID, chain: Chain) -> Sequence[_Day]:
    """The first store's receipts, the model of all others, if they are not there; its days."""
    if not await connection.fetchval("SELECT count(*) FROM sale WHERE store_id = $1", store_id):
        span = (store_id, chain.first, chain.day_receipts, chain.day_receipts * DAYS)
        await connection.execute(_SALES, *span)
        await connection.execute(_LINES, *span)
        await connection.execute(_TAXES, store_id)
        await connection.execute(_TENDERS, store_id)
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


async def _kept_apart(connection: Any, first: StoreId, folder: Path) -> Mapping[str, Path]:
    """The first store's rows of each table, as COPY gives and takes them."""
    found = {}
    for name in _RECEIPTS:
        found[name] = folder / f"{name}.rows"
        asked = f"SELECT * FROM {name} WHERE store_id = $1"
        await connection.copy_from_query(asked, first, output=str(found[name]), format="binary")
    return found


async def _fill_like_it(
    connection: Any, model: Mapping[str, Path], first: StoreId, store_id: StoreId
) -> None:
    for name, path in model.items():
        rows = await asyncio.to_thread(path.read_bytes)
        own = io.BytesIO(rows.replace(first.bytes, store_id.bytes))
        await connection.copy_to_table(name, source=own, format="binary")


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
    standing = [(store_id, one.day, *_settled(one, now_ms)) for one in days]
    copy = connection.copy_records_to_table
    await copy("day_total", records=figures_, columns=_FIGURES)
    await copy("business_day", records=closed, columns=_CLOSED)
    await copy("day_standing", records=standing, columns=_STANDING)


def _settled(one: _Day, now_ms: int) -> tuple[int | None, int | None, int | None]:
    """As ``settle_days`` leaves a day."""
    if one.manifest is None:
        return None, None, None
    totals = decode(Manifest, one.manifest).store
    return now_ms, owed_minor(totals), totals.over_short_minor


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
