"""A box's first load of a whole price list over a narrow line, by real processes: head office, its
import, the line, ``edge provision``.

``uv run python -m tests.benchmarks.first_load`` is the full shape, some ten minutes: exit code 1
where the load took longer than it may.
"""

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

from stdnum import ean

from tests.benchmarks.search import GOODS, SYLLABLES
from tests.narrow_line import NarrowLine, narrow_line
from tests.patience import PATIENCE_S
from tests.servers import running

COMMAND_S_MAX = 3_600
ITEMS_WHOLE = 300_000
BITS_PER_S = 1_000_000
SECONDS_MAX = 600
"""For ITEMS_WHOLE over a line of BITS_PER_S."""
BYTES_OF_AN_ITEM_MAX = BITS_PER_S // 8 * SECONDS_MAX // ITEMS_WHOLE
"""250: more of them, and the line alone takes longer."""
SCATTER = 654_188_429
"""No factor of 10: each item gets another barcode, and they look like none of a series."""
CSV_HEADERS = ("sku", "name", "department", "barcode", "price")


class Loaded(NamedTuple):
    """``down`` and ``up``: bytes over the line, its HTTP included. ``said``: the last line."""

    seconds: float
    down: int
    up: int
    said: str


def write_price_list(path: Path, items: int) -> None:
    """Made-up goods with a barcode each, the same every time."""
    draw = Random(11)
    makers, words = SYLLABLES.split(","), GOODS.split(",")
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(CSV_HEADERS)
        for number in range(items):
            maker = "".join(draw.choices(makers, k=2)).title()
            goods = " ".join(draw.sample(words, draw.randint(2, 4)))
            name = f"{maker} {goods} {draw.choice((6, 12, 250, 330, 500))} g"
            digits = f"{number * SCATTER % 10**9:09d}"
            code = f"888{digits}{ean.calc_check_digit(f'888{digits}')}"
            price = f"{draw.randrange(100, 9_999) / 100:.2f}"
            rows.writerow((f"SKU{number:06d}", name, f"Department {number % 40}", code, price))


def measure_first_load(
    folder: Path, items: int, bits_per_s: int, say: Callable[[str], None] = lambda _: None
) -> Loaded:
    """Everything from nothing; ``folder`` must let PostgreSQL's user pass."""
    write_price_list(folder / "list.csv", items)
    serve = ["central", "serve", "--data", str(folder / "hq"), "--port", "0"]
    with running(serve, folder / "central.log", {}) as office:
        say("head office takes the list in")
        _typed(folder, "central", "setup", "Chain", "--store", "S01", "--user", "a@b.example")
        _typed(folder, "central", "import", "items", "list.csv")
        code = _typed(folder, "central", "enrol-code", "S01", "--quiet").strip()
        with narrow_line(office.port, bits_per_s) as line:
            say("the box loads")
            return _provision(folder, code, line)


def _provision(folder: Path, code: str, line: NarrowLine) -> Loaded:
    begun = time.monotonic()
    at = ("--central", f"http://127.0.0.1:{line.port}", "--code", code)
    said = _typed(folder, "edge", "provision", *at, "--data", "S01", "--port", "0")
    return Loaded(time.monotonic() - begun, line.down, line.up, said.strip().splitlines()[-1])


def _typed(folder: Path, *words: str) -> str:
    """What the command prints."""
    environment = {**os.environ, "CENTRAL_DATA": str(folder / "hq"), "EDGE_LAN": "false"}
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=max(COMMAND_S_MAX, PATIENCE_S),
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{words} failed: {done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    """The full shape, on a disk."""
    with tempfile.TemporaryDirectory(prefix="holdfast-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o711)
        found = measure_first_load(Path(folder), ITEMS_WHOLE, BITS_PER_S, _say)
    _say(found.said)
    _say(f"{found.seconds:.0f} s of at most {SECONDS_MAX} over a line of {BITS_PER_S:,} bits/s")
    _say(f"{found.down:,} bytes down, {found.up:,} up")
    _say(f"{found.down / ITEMS_WHOLE:.0f} bytes an item of at most {BYTES_OF_AN_ITEM_MAX}")
    return int(found.seconds > SECONDS_MAX)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
