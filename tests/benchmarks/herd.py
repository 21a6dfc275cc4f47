"""A thousand boxes that were cut off come back in one moment, each with its queued sales.

One real ``central serve`` process and PostgreSQL, and boxes that behave as real ones do
(``herd_client``). Two parts of one run: *alone*: a part of the boxes, eight at a time, which is
what the ingest itself needs; *herd*: all at once. The clock runs until the last sale stands in the
projections, and they are counted.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.db.engine import open_engine, unit_of_work
from central.server.serving import now_ms
from central.usecases.box.create_enrol_code import create_enrol_code
from central.usecases.box.enrol import enrol
from central.usecases.company.add import add_company
from central.usecases.company.own_key import own_key
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.store.add import add_store, default_settings
from tests.benchmarks.head_office import fresh_database, offices
from tests.benchmarks.herd_client import Issued, Plan, Seen
from tests.benchmarks.ingest import applied, connected

TIME_RATIO_MAX = 3
ANSWER_S_MAX = 2
ALONE_AT_ONCE = 8
ALONE_PART = 4
"""Of the boxes, one in so many measures what the ingest alone needs."""
ALONE_BOXES_MIN = 8
SALES = 200
PRIVATE = 0o700
BUSY = 503
OPENING_EVENTS = 3
LINE_BYTES_MAX = 64 << 20
_HELD = "SELECT count(*), count(DISTINCT store_id) FROM raw_event"
_COUNTED = "SELECT count(*) FROM sale"


class HerdFigures(NamedTuple):
    """``took_s``: of all ``sales`` of the herd, until the last is applied; ``alone_per_s``: sales a
    second, applied, eight boxes at a time. ``answer_…``: of head office; ``late_p99_s``: the boxes'
    own process. ``seen``: by the herd."""

    boxes: int
    sales: int
    took_s: float
    alone_per_s: float
    answer_p50_s: float
    answer_p99_s: float
    late_p99_s: float
    seen: Seen

    @property
    def lost(self) -> int:
        """Requests without an answer: time-outs, and connections that broke."""
        return sum(self.seen.lost.values())

    @property
    def early(self) -> int:
        """Requests before the time that head office had asked for."""
        return self.seen.early

    @property
    def busy(self) -> int:
        """Answers 503."""
        return self.seen.statuses.get(BUSY, 0)


async def measure_herd(database_url: str, *, boxes: int, sales: int = SALES) -> HerdFigures:
    """Drain ``boxes`` boxes with ``sales`` sales each. Raises RuntimeError if one is not there."""
    alone_boxes = max(ALONE_BOXES_MIN, boxes // ALONE_PART)
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hf-bench-")))
        url = await stack.enter_async_context(fresh_database(database_url))
        admin = await stack.enter_async_context(connected(url))
        issued = await _issued(url, folder / "central", alone_boxes + boxes)
        central = (await stack.enter_async_context(offices(url, folder, 1)))[0]

        async def drained(which: list[Issued], at_once: int) -> tuple[float, Seen]:
            plan = Plan(central.address, which, sales, at_once)
            async with _client(plan) as begin:
                started = time.perf_counter()
                seen = await begin()
                await applied(admin)
                return time.perf_counter() - started, seen

        alone_s, _ = await drained(issued[:alone_boxes], ALONE_AT_ONCE)
        herd_s, seen = await drained(issued[alone_boxes:], boxes)
        await _must_be_there(admin, alone_boxes + boxes, sales)
    p50_s, p99_s = _quantile(seen.answers_s, 50), _quantile(seen.answers_s, 99)
    late_s, alone_per_s = _quantile(seen.late_s, 99), alone_boxes * sales / alone_s
    return HerdFigures(boxes, boxes * sales, herd_s, alone_per_s, p50_s, p99_s, late_s, seen)


async def _issued(url: str, folder: Path, boxes: int) -> list[Issued]:
    """So many stores and their boxes, enrolled before head office serves."""
    await asyncio.to_thread(folder.mkdir, PRIVATE)
    engine, found = open_engine(url), []
    office_key = await own_key(engine, folder, now_ms())
    async with unit_of_work(engine) as db:
        company_id = await add_company(db, "Bench", "SGD")
    for number in range(1, boxes + 1):
        key = Ed25519PrivateKey.generate()
        async with unit_of_work(engine) as db:
            settings = await default_settings(db, company_id, f"S{number:02d}")
            store_id = await add_store(db, company_id, settings)
            made = await create_enrol_code(db, store_id, now_ms())
        public = key.public_key().public_bytes_raw()
        me = await enrol(engine, office_key, made.code, public, now_ms())
        found.append(Issued(number, key.private_bytes_raw(), me))
    await drain_publications(engine)
    await engine.dispose()
    return found


@asynccontextmanager
async def _client(plan: Plan) -> AsyncIterator[Any]:
    """The boxes' process, ready; what it gives begins, and ends with what was seen."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.herd_client"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LINE_BYTES_MAX,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    told, asked = process.stdout, process.stdin

    async def begin() -> Seen:
        asked.write(b"go\n")
        return msgspec.convert(json.loads(await told.readline()), Seen, strict=False)

    try:
        asked.write(msgspec.json.encode(plan) + b"\n")
        await asked.drain()
        if await told.readline() != b"ready\n":
            raise RuntimeError("the boxes could not be enrolled")
        yield begin
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _must_be_there(admin: Any, boxes: int, sales: int) -> None:
    events, stores = await admin.fetchrow(_HELD)
    counted = await admin.fetchval(_COUNTED)
    found = (stores, events, counted)
    if found != (boxes, boxes * (sales + OPENING_EVENTS), boxes * sales):
        raise RuntimeError(f"of {boxes} boxes with {sales} sales arrived (stores, events): {found}")


def _quantile(times: Sequence[float], percent: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]
