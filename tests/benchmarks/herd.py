"""A thousand boxes that were cut off come back in one moment, each with its queued sales.

One real ``central serve`` process and PostgreSQL, and boxes that behave as real ones do
(``herd_client``). Two parts of one run: *alone*: a part of the boxes, eight at a time, which is
what the ingest itself needs; *herd*: all at once. The clock runs until the last sale stands in the
projections, and what each store's days add up to there is held against what was sold.

As a *fleet* (``away``) they were cut off for a trading day: head office published prices meanwhile,
and each box hears of them after its sales and takes them.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import open_engine, unit_of_work
from central.db.tables import Company, table
from central.domain.feeds import MAIN_ZONE
from central.server.serving import now_ms
from central.usecases.box.create_enrol_code import create_enrol_code
from central.usecases.box.enrol import enrol
from central.usecases.company.add import add_company
from central.usecases.company.own_key import own_key
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.store.add import add_store, default_settings
from sync.protocol.identity import CompanyId, ItemId
from sync.protocol.reference import DataSet, Price
from tests.benchmarks.head_office import fresh_database, offices
from tests.benchmarks.herd_client import REFUSED, Issued, Plan, Seen
from tests.benchmarks.herd_journal import sold
from tests.benchmarks.ingest import applied, connected

TIME_RATIO_MAX = 3
ANSWER_S_MAX = 2
ALONE_AT_ONCE = 8
ALONE_PART = 4
"""Of the boxes, one in so many measures what the ingest alone needs."""
ALONE_BOXES_MIN = 8
ALONE_BOXES_MAX = 500
SALES = 200
PRIVATE = 0o700
TOGETHER = 100
"""Stores that are opened in one unit of work."""
BUSY = 503
SERVER_ERROR = 500
OPENING_EVENTS = 3
LINE_BYTES_MAX = 256 << 20
PUBLISHED = 200
"""Goods whose prices change while a fleet is away."""
_HELD = "SELECT store_id, count(*) AS held FROM raw_event GROUP BY store_id"
_COUNTED = "SELECT store_id, count(*) AS held FROM sale GROUP BY store_id"
_FIGURES = "SELECT store_id, figure, amount FROM day_total WHERE amount <> 0"


class HerdFigures(NamedTuple):
    """``took_s``: of all ``sales`` of the herd, until the last is applied; ``alone_per_s``: sales a
    second, applied, eight boxes at a time. ``late_p99_s``: the boxes' own process. ``peak_mib``:
    the most memory that head office's process ever had. ``seen``: by the herd."""

    boxes: int
    sales: int
    took_s: float
    alone_per_s: float
    peak_mib: float
    seen: Seen

    def answer_s(self, percent: int) -> float:
        """So many answers of head office were there within it."""
        return _quantile(self.seen.answers_s, percent)

    @property
    def late_p99_s(self) -> float:
        return _quantile(self.seen.late_s, 99)

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

    @property
    def refused(self) -> int:
        """Answers 429 and 503, which said when to come again."""
        return sum(self.seen.statuses.get(status, 0) for status in REFUSED)

    @property
    def failed(self) -> int:
        """Answers of another 5xx."""
        found = self.seen.statuses.items()
        return sum(count for status, count in found if status >= SERVER_ERROR and status != BUSY)


async def measure_herd(
    database_url: str,
    *,
    boxes: int,
    sales: int = SALES,
    away: bool = False,
    alone_boxes: int | None = None,
) -> HerdFigures:
    """Drain ``boxes`` boxes with ``sales`` sales each. Raises RuntimeError if one is not there, or
    a store's figures are not those of what it sold."""
    if alone_boxes is None:
        alone_boxes = min(max(ALONE_BOXES_MIN, boxes // ALONE_PART), ALONE_BOXES_MAX)
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hf-bench-")))
        url = await stack.enter_async_context(fresh_database(database_url))
        admin = await stack.enter_async_context(connected(url))
        issued = await _issued(url, folder / "central", alone_boxes + boxes)
        central = (await stack.enter_async_context(offices(url, folder, 1)))[0]

        async def drained(which: list[Issued], at_once: int) -> tuple[float, Seen]:
            plan = Plan(central.address, which, sales, at_once, away)
            async with _client(plan) as begin:
                if away:
                    await _publish(url)
                started = time.perf_counter()
                seen = await begin()
                await applied(admin)
                return time.perf_counter() - started, seen

        alone_s, _ = await drained(issued[:alone_boxes], ALONE_AT_ONCE)
        herd_s, seen = await drained(issued[alone_boxes:], boxes)
        await _must_be_there(admin, issued, sales)
        peak_mib = central.peak_mib()
    if away and not seen.rows >= boxes * PUBLISHED:
        raise RuntimeError(f"{boxes} boxes pulled {seen.rows} rows of {PUBLISHED} each")
    return HerdFigures(boxes, boxes * sales, herd_s, alone_boxes * sales / alone_s, peak_mib, seen)


async def _issued(url: str, folder: Path, boxes: int) -> list[Issued]:
    """So many stores and their boxes, enrolled before head office serves."""
    await asyncio.to_thread(folder.mkdir, PRIVATE)
    engine, found = open_engine(url), []
    office_key = await own_key(engine, folder, now_ms())
    async with unit_of_work(engine) as db:
        company_id = await add_company(db, "Bench", "SGD")
    for first in range(1, boxes + 1, TOGETHER):
        numbers = range(first, min(first + TOGETHER, boxes + 1))
        async with unit_of_work(engine) as db:
            made = [await _opened(db, company_id, number) for number in numbers]
        for number, code in zip(numbers, made, strict=True):
            key = Ed25519PrivateKey.generate()
            public = key.public_key().public_bytes_raw()
            me = await enrol(engine, office_key, code, public, now_ms())
            found.append(Issued(number, key.private_bytes_raw(), me))
    await drain_publications(engine)
    await engine.dispose()
    return found


async def _opened(db: AsyncConnection, company_id: CompanyId, number: int) -> str:
    """A store of this number; the code for its box."""
    settings = await default_settings(db, company_id, f"S{number:02d}")
    store_id = await add_store(db, company_id, settings)
    return (await create_enrol_code(db, store_id, now_ms())).code


async def _publish(url: str) -> None:
    """New prices while the boxes are away."""
    engine, from_ms = open_engine(url), now_ms()
    rows = [Price(ItemId(f"I{number}"), from_ms, 100 + number) for number in range(PUBLISHED)]
    async with unit_of_work(engine) as db:
        company_id = (await db.execute(select(table(Company).c.company_id))).scalar_one()
        await publish_rows(db, CompanyId(plain_uuid(company_id)), DataSet.PRICES, rows, MAIN_ZONE)
    await drain_publications(engine)
    await engine.dispose()


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


async def _must_be_there(admin: Any, issued: Sequence[Issued], sales: int) -> None:
    """Every event, every sale, and each figure of each store to the cent."""
    for asked, each in ((_HELD, sales + OPENING_EVENTS), (_COUNTED, sales)):
        held = {row["store_id"]: row["held"] for row in await admin.fetch(asked)}
        if held != {box.me.store_id: each for box in issued}:
            raise RuntimeError(
                f"of {len(issued)} boxes with {each} {len(held)} hold {sum(held.values())}"
            )
    added: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    for store_id, figure, amount in await admin.fetch(_FIGURES):
        added[store_id][figure] = amount
    for box in issued:
        made, found = sold(box.number, sales).figures, added[box.me.store_id]
        if found != made:
            raise RuntimeError(f"store {box.number} sold {made}, head office has {found}")


def _quantile(times: Sequence[float], percent: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]
