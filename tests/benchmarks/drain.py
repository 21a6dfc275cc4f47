"""A store that was cut off for a day: how fast its queued sales reach head office's projections.

A real head office on a PostgreSQL of its own, a real box that is enrolled there by its command. The
sales are finished in the box's file while no server runs; then ``edge serve`` starts, and the clock
runs from the first batch that head office holds until the last sale stands in the projections.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from central.db.engine import unit_of_work
from central.demo.children import run_child
from central.demo.stage import Stage, standing
from central.usecases.box.create_enrol_code import create_enrol_code
from central.usecases.company.add import add_company
from central.usecases.company.load_sample import Sample, load_sample
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.store.add import add_store, default_settings
from tests.benchmarks.bare import fill
from tests.benchmarks.head_office import dsn_of
from tests.benchmarks.running import Running, edge_serving
from tests.benchmarks.shop import Article, Shop, baskets, new_tokens, open_shop

SALES = 20_000
CODE = "S01"
CURRENCY = "SGD"
ENROL_CODE_LIFETIME_S = 900
POLL_S = 0.01
DEADLINE_S = 300
_STREAM = (
    "SELECT watermark, applied_through FROM stream WHERE store_id = $1 AND state = 'current'"
    " AND pg_sleep($2) IS NOT NULL"
)


class DrainFigures(NamedTuple):
    """``sales`` are all that was queued; ``finished_per_s``: how fast the same box finished them
    before, many a transaction. The microseconds are CPU time a sale, of the edge's process and of
    head office's. ``sent_per_s``: acknowledged, projected or not."""

    sales: int
    finished_per_s: float
    sales_per_s: float
    sent_per_s: float
    edge_us: float
    central_us: float


async def measure_drain(*, sales: int = SALES) -> DrainFigures:
    """Queue ``sales`` five-line sales, then let them go."""
    async with standing(None) as stage:
        shop, store_id = await enrolled(stage, new_tokens(1))
        queued, started = list(baskets(shop, sales, seed=5)), time.perf_counter()
        fill(shop, queued)
        finished_per_s = sales / (time.perf_counter() - started)
        central = Running(stage.central, stage.url, 0)
        async with _connected(stage) as admin:
            before_s = central.cpu_s()
            async with edge_serving(shop.folder, code=CODE) as edge:
                started_s = edge.cpu_s()
                rates = await _drained(admin, store_id, sales)
                edge_s, central_s = edge.cpu_s() - started_s, central.cpu_s() - before_s
    us = edge_s / sales * 1e6, central_s / sales * 1e6
    return DrainFigures(sales, finished_per_s, *rates, *us)


class Founded(NamedTuple):
    """The sample chain at head office, with a store that no box serves yet."""

    store_id: UUID
    enrol_code: str
    sample: Sample


async def enrolled(stage: Stage, tokens: dict[str, str]) -> tuple[Shop, UUID]:
    """A store of the sample chain, loaded and open at the workstations of these tokens."""
    chain = await founded(stage)
    return await provisioned(stage, chain, tokens), chain.store_id


async def founded(stage: Stage) -> Founded:
    """The sample chain, published."""
    now_ms = int(datetime.now(UTC).timestamp() * 1_000)
    async with unit_of_work(stage.engine) as db:
        stage.company_id = company_id = await add_company(db, "Holdfast Benchmark", CURRENCY)
        store_id = await add_store(db, company_id, await default_settings(db, company_id, CODE))
        made = await create_enrol_code(db, store_id, now_ms, ENROL_CODE_LIFETIME_S)
        sample = await load_sample(db, company_id, now_ms)
    await drain_publications(stage.engine)
    return Founded(store_id, made.code, sample)


async def provisioned(stage: Stage, chain: Founded, tokens: dict[str, str]) -> Shop:
    """A box of the store, loaded, and open at the workstations of these tokens."""
    sample, folder = chain.sample, stage.folder / CODE
    command = ["edge", "provision", "--central", stage.url, "--code", chain.enrol_code]
    await run_child(
        "edge provision", [*command, "--data", str(folder), "--port", "0"], _log(folder)
    )
    articles = tuple(
        Article(item.scan_codes[0], price.unit_price_minor)
        for item, price in zip(sample.items, sample.prices, strict=True)
        if item.unit != "kg" and not item.open_price
    )
    operator = sample.operators[0].operator_id
    shop = Shop(folder, articles, sample.customer_ids, tokens, operator)
    open_shop(shop)
    return shop


def _log(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-provision.log")


async def _drained(admin: Any, store_id: UUID, sales: int) -> tuple[float, float]:
    """Sales per second: projected, and acknowledged. Raises TimeoutError."""
    held, _ = await admin.fetchrow(_STREAM, store_id, 0)
    while (first := await admin.fetchrow(_STREAM, store_id, POLL_S))[0] == held:
        pass
    begun, sent_at = time.perf_counter(), 0.0
    while True:
        watermark, applied = await admin.fetchrow(_STREAM, store_id, POLL_S)
        now = time.perf_counter()
        if watermark >= sales and not sent_at:
            sent_at = now
        if applied >= watermark and watermark >= sales:
            break
        if now - begun > DEADLINE_S:
            raise TimeoutError(f"{applied:,} of {sales:,} sales after {DEADLINE_S} s")
    waited = watermark - first[0]
    return waited / (now - begun), waited / (sent_at - begun)


@asynccontextmanager
async def _connected(stage: Stage) -> AsyncIterator[Any]:
    url = stage.engine.url.render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn_of(url))
    try:
        yield connection
    finally:
        await connection.close()
