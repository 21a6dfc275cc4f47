"""``central verify`` and ``central rebuild`` of a chain's journals, by one process and by several.

Real commands on a database that real boxes filled over HTTP, one after the other in the same run,
so that the ratio says what the second process brings; head office does not serve meanwhile.
"""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.head_office import dsn_of, enrol_stores, fresh_database, offices
from tests.benchmarks.ingest import applied, connected
from tests.benchmarks.running import run_to_end

COMMANDS = ("verify", "rebuild")


class ProofFigures(NamedTuple):
    """``took_s``: by command and number of processes."""

    events: int
    processes: int
    took_s: Mapping[tuple[str, int], float]


async def measure_proof(
    database_url: str,
    *,
    stores: int = 8,
    sales_per_store: int = 4_000,
    batch: int = 200,
    processes: int = 2,
) -> ProofFigures:
    """``database_url``: of a PostgreSQL in which databases may be made; one is, and dropped. Raises
    RuntimeError if a command fails, as ``verify`` does where it finds anything."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hf-bench-")))
        url = await stack.enter_async_context(fresh_database(database_url))
        async with offices(url, folder, 1) as (office,), connected(url) as admin:
            boxes = await enrol_stores(url, [office.address], stores)
            for box in boxes:
                box.trade(sales_per_store, batch)
            await asyncio.gather(*(box.push() for box in boxes))
            await applied(admin)
        where = ("--database-url", dsn_of(url), "--data", str(folder / "central"))
        took_s = {
            (command, many): await _timed("central", command, "--processes", str(many), *where)
            for command in COMMANDS
            for many in (1, processes)
        }
    return ProofFigures(sum(len(box.shop.events) for box in boxes), processes, took_s)


async def _timed(*command: str) -> float:
    started = time.perf_counter()
    await run_to_end(*command)
    return time.perf_counter() - started
