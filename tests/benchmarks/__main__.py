"""``uv run python -m tests.benchmarks``: Holdfast measured, in one run and as ratios.

Ends by itself and leaves nothing behind. Exit code 0: measured; 1: a target is missed; 2: it could
not run.
"""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.status import Status

import edge  # noqa: F401 - puts a sound SQLite in place, before anything loads another
from central.database.chosen import CannotRun
from central.database.embedded import PostgresCannotStart
from central.demo.errors import DemoCannotRun
from tests.benchmarks.figures import Figure, Part, median_of, table_of
from tests.benchmarks.herd import SALES
from tests.benchmarks.machine import look
from tests.benchmarks.parts import ALL, LONG, ORDINARY
from tests.benchmarks.parts_central import BIG_LINES, big_of, fleet_of

FOLDER = Path("/var/tmp")  # on a disk, where /tmp may be memory
FOLDER_MODE = 0o711
WIDTH = 160
RUNS = 5
RUNS_MAX = 99
FLEET_MAX = 16_000
"""Each has an address of its own in 127.1.0.0/16."""
MISSED = 1
COULD_NOT_RUN = 2


def main(
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON document.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="A part; may stand several times.")] = None,
    grow: Annotated[
        bool, typer.Option("--grow", help="A million sales, ten million lines.")
    ] = False,
    fleet: Annotated[
        int | None,
        typer.Option(min=1, max=FLEET_MAX, help="So many stores come back after a day; alone."),
    ] = None,
    sales: Annotated[int, typer.Option(min=1, help="Of each store of the fleet.")] = SALES,
    big: Annotated[bool, typer.Option("--big", help="A month's reports over many lines.")] = False,
    lines: Annotated[int, typer.Option(min=20_000, help="So many, with --big.")] = BIG_LINES,
    keep: Annotated[bool, typer.Option("--keep", help="With --big: leave its database.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Small sizes, for the shape alone.")
    ] = False,
    runs: Annotated[
        int | None,
        typer.Option(
            min=1, max=RUNS_MAX, help=f"Of each part: {RUNS}, or 1 with --quick and of a long one."
        ),
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where files go: a folder on a disk.")] = FOLDER,
) -> None:
    """Measure a sale, a drained queue, central's ingest, the wire, central's reports and a sale
    while all goes on (sale, drain, ingest, wire, report, rush); with --grow, the long ones (grow,
    chain, herd, proof, search, till, goods, catalogue, tls, promotions, rush_grown); with --fleet
    or --big that one alone."""
    console = Console(stderr=True)
    try:
        parts, machine = _chosen(only or [], grow=grow), _machine()
        if fleet is not None or big:
            by_name = {
                "fleet": fleet and fleet_of(fleet, sales),
                "big": big and big_of(lines, keep=keep),
            }
            parts = {name: part for name, part in by_name.items() if part}
        figures = asyncio.run(_measure(parts, folder, console, runs, quick=quick))
    except (DemoCannotRun, CannotRun, PostgresCannotStart, OSError, RuntimeError) as error:
        console.print(f"benchmarks: {error}", style="red", markup=False)
        raise typer.Exit(COULD_NOT_RUN) from error
    if as_json:
        sys.stdout.write(msgspec.json.encode(figures).decode() + "\n")
    else:
        out = Console()
        out.width = max(out.width, WIDTH)
        out.print(table_of(figures, machine))
    if any(each.reached is False for each in figures):
        raise typer.Exit(MISSED)


def _machine() -> str:
    """How much of it there was to have: what else runs makes every figure worse."""
    today = datetime.now(UTC).date().isoformat()
    return f"{today}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run"


def _chosen(only: list[str], *, grow: bool) -> dict[str, Part]:
    unknown = [name for name in only if name not in ALL]
    if unknown:
        raise typer.BadParameter(f"no part is called {unknown[0]}: {', '.join(ALL)}")
    if only:
        return {name: ALL[name] for name in only}
    return LONG if grow else ORDINARY


async def _measure(
    parts: dict[str, Part], folder: Path, console: Console, runs: int | None, *, quick: bool
) -> list[Figure]:
    figures: list[Figure] = []
    for name, part in parts.items():
        times = runs or (RUNS if name in ORDINARY and not quick else 1)
        before, found = look(), []
        for number in range(1, times + 1):
            which = name if times == 1 else f"{name}, run {number} of {times}"
            with _place_in(folder) as place, console.status(f"{which} …") as status:
                found.append(await part(place, partial(_say, status, which), quick))
        figures += median_of(found, before.until(look()))
    return figures


@contextmanager
def _place_in(folder: Path) -> Iterator[Path]:
    """A folder of this part's own; PostgreSQL does not run as root, and must pass through."""
    place = Path(tempfile.mkdtemp(prefix="holdfast-", dir=folder))
    place.chmod(FOLDER_MODE)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _say(status: Status, name: str, told: str) -> None:
    status.update(f"{name}: {told}")


if __name__ == "__main__":
    typer.run(main)
