"""The parts of a run that measure head office, as figures."""

import asyncio
import shutil
from contextlib import AsyncExitStack
from pathlib import Path

from central.database.embedded import running_postgres
from central.db.migrate import migrate
from tests.benchmarks.chain import ChainFigures, measure_chain
from tests.benchmarks.figures import Figure, Part, Say, Target, Unit, figure
from tests.benchmarks.head_office import fresh_database
from tests.benchmarks.herd import (
    ANSWER_S_MAX,
    SALES,
    TIME_RATIO_MAX,
    HerdFigures,
    measure_herd,
)
from tests.benchmarks.ingest import measure_ingest
from tests.benchmarks.proof import COMMANDS, measure_proof

COPY = "COPY"
INGEST_RATIO_MIN = 0.28
"""8,000 a second on the same machine."""
HERD_BOXES = 2_000
FLEET_BOXES = 5_000
QUICK_BOXES = 20
BIG = "holdfast-big"
BIG_LINES = 50_000_000
BIG_MS = 200
BYTES_A_LINE = 800
"""On disk, with indices, and all else of its receipt."""
PASSABLE = 0o711
RECOVERY_S = 600
"""A PostgreSQL that was killed while it was filled has much to do again."""
NONE = Target(of_ratio=False, at_most=0)


async def ingest(folder: Path, _say: Say, quick: bool) -> list[Figure]:
    """Eight stores push at once."""
    with running_postgres(folder / "pg") as server:
        if quick:
            found = await measure_ingest(server.url, stores=2, sales_per_store=200, processes=1)
        else:
            found = await measure_ingest(server.url)
    return [
        figure(
            "ingest_sales_per_s",
            f"ingest with projections, {found.stores} stores",
            Unit.PER_S,
            found.projected_per_s,
            baseline=found.copy_per_s,
            baseline_is=COPY,
            target=Target(of_ratio=True, at_least=INGEST_RATIO_MIN),
        ),
        figure("ingest_raw_per_s", "the same, acknowledged only", Unit.PER_S, found.raw_per_s),
        figure("ingest_central_cpu_us", "CPU of head office, the same", Unit.US, found.central_us),
    ]


async def proof(folder: Path, _say: Say, quick: bool) -> list[Figure]:
    """Verify and rebuild, by one process and by two."""
    with running_postgres(folder / "pg") as server:
        if quick:
            found = await measure_proof(server.url, stores=2, sales_per_store=100)
        else:
            found = await measure_proof(server.url)
    return [
        figure(
            f"proof_{command}_s",
            f"central {command} of {found.events:,} events, {found.processes} processes",
            Unit.S,
            found.took_s[command, found.processes],
            baseline=found.took_s[command, 1],
            baseline_is="1 process",
        )
        for command in COMMANDS
    ]


async def report(folder: Path, say: Say, quick: bool) -> list[Figure]:
    """Head office's board and reports: a hundred stores, a month, a million lines."""
    return await _reports(folder, say, "report", MILLION, quick)


async def chain(folder: Path, say: Say, quick: bool) -> list[Figure]:
    """The same over ten million lines."""
    return await _reports(folder, say, "chain", 10 * MILLION, quick)


MILLION = 1_000_000
_REPORTS = {
    "board": ("the board of 31 dates", 100),
    "board_week": ("the same of 7", 100),
    "board_of_a_date": ("the same, of a date and the 6 before it", 100),
    "daily_sales": ("daily sales of all stores, a month", 200),
    "tax": ("tax of all stores, a month", 200),
    "store_days": ("a store's 14 days", 50),
    "verdict": ("the verdict on a store's day", 50),
    "day_page": ("a day's page", 50),
    "rows_page": ("a page of a figure's rows", 50),
    "receipt": ("a receipt", 50),
    "day_sales": ("sales of all stores on a day", 200),
    "day_tax": ("tax of all stores on a day", 200),
}
"""What is asked for, in words, and how many milliseconds it may take."""


async def _reports(folder: Path, say: Say, name: str, lines: int, quick: bool) -> list[Figure]:
    lines, repeats = (20_000, 3) if quick else (lines, 40)
    async with AsyncExitStack() as stack:
        server = stack.enter_context(running_postgres(folder / "pg"))
        url = await stack.enter_async_context(fresh_database(server.url))
        found = await measure_chain(url, folder, say, lines=lines, repeats=repeats)
    return _report_figures(name, found)


def _report_figures(name: str, found: ChainFigures, at_least_ms: int = 0) -> list[Figure]:
    """``at_least_ms``: no answer has to be quicker than this."""
    return [
        figure(
            f"{name}_{asked}_p95_ms",
            f"{says}, over HTTP, {found.lines:,} lines, p95",
            Unit.MS,
            found.asked[asked].p95_ms,
            baseline=found.bare.p95_ms,
            baseline_is="bare SQL over the month",
            target=Target(of_ratio=False, at_most=max(at_least_ms, at_most_ms)),
        )
        for asked, (says, at_most_ms) in _REPORTS.items()
    ]


def big_of(lines: int, *, keep: bool = False) -> Part:
    """The same over so many lines, in a folder of its own beside the run's. A run that was cut, or
    that keeps it, leaves it there: the next one of as many lines goes on with it."""

    async def big(folder: Path, say: Say, quick: bool) -> list[Figure]:
        place, many = folder.with_name(BIG), 20_000 if quick else lines
        _must_fit(place, many)
        await asyncio.to_thread(_make, place)
        with running_postgres(place / "pg", deadline_s=RECOVERY_S) as server:
            await migrate(server.url)
            repeats = 3 if quick else 40
            found = await measure_chain(server.url, place, say, lines=many, repeats=repeats)
        if not keep:
            await asyncio.to_thread(shutil.rmtree, place)
        return _report_figures("big", found, BIG_MS)

    return big


def _make(place: Path) -> None:
    place.mkdir(exist_ok=True)
    place.chmod(PASSABLE)


def _must_fit(place: Path, lines: int) -> None:
    free = shutil.disk_usage(place.parent).free
    if not place.exists() and free < lines * BYTES_A_LINE:
        needed, there = (round(each / 10**9) for each in (lines * BYTES_A_LINE, free))
        raise RuntimeError(f"{lines:,} lines need some {needed} GB; {place.parent} has {there}")


async def herd(folder: Path, _say: Say, quick: bool) -> list[Figure]:
    """Two thousand boxes come back in one moment."""
    with running_postgres(folder / "pg") as server:
        found = await measure_herd(server.url, boxes=QUICK_BOXES if quick else HERD_BOXES)
    return _herd_figures(found)


def _herd_figures(found: HerdFigures) -> list[Figure]:
    herd_is = f"{found.boxes:,} boxes with {found.sales // found.boxes} sales each"
    return [
        figure(
            "herd_s",
            f"{herd_is}, until the last one counts",
            Unit.S,
            found.took_s,
            baseline=found.sales / found.alone_per_s,
            baseline_is="8 at a time",
            target=Target(of_ratio=True, at_most=TIME_RATIO_MAX),
        ),
        figure(
            "herd_answer_p99_s",
            "an answer of head office to them, p99",
            Unit.S,
            found.answer_s(99),
            target=Target(of_ratio=False, at_most=ANSWER_S_MAX),
        ),
        figure("herd_answer_p50_s", "the same, p50", Unit.S, found.answer_s(50)),
        figure(
            "herd_late_p99_s", "the boxes' one process late to ask, p99", Unit.S, found.late_p99_s
        ),
        figure(
            "herd_lost", "their requests without an answer", Unit.TIMES, found.lost, target=NONE
        ),
        figure("herd_early", "their requests too early", Unit.TIMES, found.early, target=NONE),
        figure("herd_busy", "answers that asked to wait", Unit.TIMES, found.busy),
    ]


def fleet_of(boxes: int, sales: int = SALES) -> Part:
    """So many stores come back after a trading day without a line."""

    async def fleet(folder: Path, say: Say, quick: bool) -> list[Figure]:
        size = (QUICK_BOXES, QUICK_BOXES) if quick else (boxes, sales)
        with running_postgres(folder / "pg") as server:
            found = await measure_herd(server.url, boxes=size[0], sales=size[1], away=True)
        for what, times in sorted(found.seen.lost.items()):
            say(f"without an answer, {times:,} times: {what}")
        return _fleet_figures(found)

    return fleet


def _fleet_figures(found: HerdFigures) -> list[Figure]:
    each = found.sales // found.boxes
    fleet_is = f"{found.boxes:,} stores back after a day, {each} sales each, drained and up to date"
    once, less = found.answer_s(95), Target(of_ratio=False, at_most=ANSWER_S_MAX)
    alone_s, ratio = found.sales / found.alone_per_s, Target(of_ratio=True, at_most=TIME_RATIO_MAX)
    return [
        figure(
            *("fleet_s", fleet_is, Unit.S, found.took_s),
            baseline=alone_s,
            baseline_is="8 at a time",
            target=ratio,
        ),
        figure("fleet_answer_p95_s", "an answer to them, p95", Unit.S, once, target=less),
        figure("fleet_answer_p50_s", "the same, p50", Unit.S, found.answer_s(50)),
        figure("fleet_peak_mib", "head office's memory at most", Unit.MIB, found.peak_mib),
        figure("fleet_refused", "answers 429 or 503: come again", Unit.TIMES, found.refused),
        figure("fleet_in_a_row", "one store's, in a row, at most", Unit.TIMES, found.seen.in_a_row),
        figure("fleet_early", "requests before that time", Unit.TIMES, found.early, target=NONE),
        figure("fleet_failed", "answers of another 5xx", Unit.TIMES, found.failed, target=NONE),
        figure("fleet_lost", "requests without an answer", Unit.TIMES, found.lost, target=NONE),
        figure("fleet_late_p99_s", "their one process late, p99", Unit.S, found.late_p99_s),
    ]
