"""Central's ingest with projections, against COPY of the same rows into the same tables.

Real ``central serve`` processes on one database, and as many boxes as there are stores, each with
its own connection, pushing signed batches one after the other. Three parts of one run:

1. *raw*: every store's turn is held from outside, so that stage 2 waits and only stage 1 works;
2. *projected*: everything on, from the first push until the last event stands in the projections;
3. *copy*: the rows of part 2, read back, go by COPY into the same tables of another database, a
   connection per store, one transaction per batch: what the driver and PostgreSQL cost at least.
"""

import asyncio
import contextlib
import gc
import os
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from central.archive.arriving import RAW_COLUMNS
from central.projections.rows import customer, sale
from tests.benchmarks.head_office import Pusher, dsn_of, enrol_stores, fresh_database, offices
from tests.benchmarks.running import Running

POLL_S = 0.02
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_BEHIND = "SELECT count(*) FROM stream WHERE applied_through < watermark"
_APPLIED = "SELECT sum(applied_through) FROM stream"
_HOLD_TURNS = "SELECT FROM apply_turn FOR NO KEY UPDATE"
_TABLES: dict[str, tuple[str, ...]] = {
    "raw_event": RAW_COLUMNS,
    "sale": sale.Sale._fields,
    "sale_line": sale.SaleLine._fields,
    "sale_tax": sale.SaleTax._fields,
    "sale_tender": sale.SaleTender._fields,
    "points_move": customer.PointsMove._fields,
}
Batches = list[list[tuple[str, list[tuple[Any, ...]]]]]
"""Of one store: per batch, each table's rows."""


class IngestFigures(NamedTuple):
    """Sales per second: ``raw_per_s`` acknowledged by stage 1 while stage 2 stands still;
    ``projected_per_s`` acknowledged and in the projections; ``copy_per_s`` by COPY alone.

    The microseconds are CPU time per sale of part 2, of the central processes and of PostgreSQL
    (None where its processes are not on this machine)."""

    stores: int
    sales: int
    batch: int
    processes: int
    raw_per_s: float
    projected_per_s: float
    copy_per_s: float
    central_us: float
    postgres_us: float | None

    @property
    def ratio(self) -> float:
        """Projected by copy."""
        return self.projected_per_s / self.copy_per_s


async def measure_ingest(
    database_url: str,
    *,
    stores: int = 8,
    sales_per_store: int = 6_000,
    batch: int = 200,
    processes: int = 2,
) -> IngestFigures:
    """Push ``sales_per_store`` five-line sales of each store at once (twice: raw, then projected).
    So many that the first and the last second, when not all stores are at work, weigh little.

    ``database_url``: of a PostgreSQL in which databases may be made; two are, and dropped.
    """
    sales = stores * sales_per_store
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hf-bench-")))
        url = await stack.enter_async_context(fresh_database(database_url))
        other = await stack.enter_async_context(fresh_database(database_url))
        admin = await stack.enter_async_context(connected(url))
        running = await stack.enter_async_context(offices(url, folder, processes))
        boxes = await enrol_stores(url, [office.address for office in running], stores)
        raw_s = await _raw(admin, boxes, sales_per_store, batch)
        after = {box.me.store_id: len(box.shop.events) for box in boxes}
        for box in boxes:
            box.trade(sales_per_store, batch)
        clocks = _Clocks(running, await _postmaster(admin))
        central_s, postgres_s = clocks.cpu_s()
        projected_s = await _projected(admin, boxes)
        central_s, postgres_s = (
            now - then for now, then in zip(clocks.cpu_s(), (central_s, postgres_s), strict=True)
        )
        held = [await _read_back(admin, store, seq, batch) for store, seq in after.items()]
        copy_s = await _copied(other, held)
    return IngestFigures(
        stores,
        sales,
        batch,
        processes,
        sales / raw_s,
        sales / projected_s,
        sales / copy_s,
        central_s / sales * 1e6,
        postgres_s / sales * 1e6 if clocks.postmaster else None,
    )


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(dsn_of(url))
    try:
        yield connection
    finally:
        await connection.close()


async def _raw(admin: Any, boxes: Sequence[Pusher], sales: int, batch: int) -> float:
    """Seconds until everything is acknowledged; the projections follow afterwards, unmeasured.
    Raises RuntimeError if stage 2 did not stand still."""
    for box in boxes:
        box.trade(sales, batch)
    async with admin.transaction():
        await admin.execute(_HOLD_TURNS)
        before = await admin.fetchval(_APPLIED)
        took_s = await _push(boxes)
        if await admin.fetchval(_APPLIED) != before:
            raise RuntimeError("stage 2 was at work while its stores were held")
    await applied(admin)
    return took_s


async def _projected(admin: Any, boxes: Sequence[Pusher]) -> float:
    started = time.perf_counter()
    await _push(boxes)
    await applied(admin)
    return time.perf_counter() - started


async def _push(boxes: Sequence[Pusher]) -> float:
    gc.collect()
    gc.disable()  # the pushers' own journals are large, and not what is measured
    started = time.perf_counter()
    try:
        await asyncio.gather(*(box.push() for box in boxes))
    finally:
        gc.enable()
    return time.perf_counter() - started


async def applied(admin: Any) -> None:
    while await admin.fetchval(_BEHIND):
        await admin.execute("SELECT pg_sleep($1)", POLL_S)


async def _read_back(admin: Any, store_id: UUID, after: int, batch: int) -> Batches:
    """What part 2 left of a store, cut as it was pushed."""
    last = await admin.fetchval("SELECT max(seq) FROM raw_event WHERE store_id = $1", store_id)
    found: Batches = []
    for start in range(after, last, batch):
        end = start + batch
        span = "SELECT {0} FROM {1} AS t WHERE t.store_id = $1 AND {2}"
        by_seq = "t.seq > $2 AND t.seq <= $3"
        of_sale = (
            "EXISTS (SELECT FROM sale AS s WHERE s.store_id = t.store_id AND s.sale_id = t.sale_id"
            " AND s.seq > $2 AND s.seq <= $3)"
        )
        cut = []
        for table, columns in _TABLES.items():
            where = by_seq if "seq" in columns else of_sale
            asked = span.format(", ".join(f"t.{column}" for column in columns), table, where)
            cut.append((table, [tuple(r) for r in await admin.fetch(asked, store_id, start, end)]))
        found.append(cut)
    return found


async def _copied(url: str, held: Sequence[Batches]) -> float:
    async with contextlib.AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(connected(url)) for _ in held]
        gc.collect()
        started = time.perf_counter()
        await asyncio.gather(*map(_copy_store, connections, held))
        return time.perf_counter() - started


async def _copy_store(connection: Any, batches: Batches) -> None:
    for cut in batches:
        async with connection.transaction():
            for table, records in cut:
                columns = _TABLES[table]
                await connection.copy_records_to_table(table, records=records, columns=columns)


class _Clocks(NamedTuple):
    """CPU time of head office's processes, and of PostgreSQL's."""

    offices: Sequence[Running]
    postmaster: int | None

    def cpu_s(self) -> tuple[float, float]:
        """So far; PostgreSQL's 0 where it cannot be seen."""
        central = sum(office.cpu_s() for office in self.offices)
        if self.postmaster is None:
            return central, 0.0
        stats = [
            line
            for entry in Path("/proc").glob("[0-9]*/stat")
            if (line := _stat(entry)) and self.postmaster in (int(line[1]), int(entry.parent.name))
        ]
        return central, sum(int(line[11]) + int(line[12]) for line in stats) * _TICK_S


async def _postmaster(admin: Any) -> int | None:
    """The server's process, if it is on this machine."""
    pid = await admin.fetchval("SELECT pg_backend_pid()")
    return _parent_if_postgres(pid)


def _parent_if_postgres(pid: int) -> int | None:
    words = _stat(Path(f"/proc/{pid}/stat"))
    command = Path(f"/proc/{pid}/comm")
    here = bool(words) and command.read_text(encoding="utf-8").startswith("postgres")
    return int(words[1]) if here else None


def _stat(path: Path) -> list[str]:
    """The words after the command's name; none if the process is gone."""
    try:
        return path.read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
