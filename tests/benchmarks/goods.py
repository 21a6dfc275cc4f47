"""A price list of 300,000 items imported at head office, and the same file again: the command as a
process of its own, with the embedded PostgreSQL on a disk."""

import asyncio
import csv
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

from stdnum.ean import calc_check_digit

from tests.benchmarks.figures import Figure, Target, Unit, figure

ITEMS = 300_000
IMPORT_S_MAX = 60
SEED = 1


class Imported(NamedTuple):
    """Seconds, from the command's start to its end."""

    new_s: float
    again_s: float


async def goods(folder: Path, say: Callable[[str], None], quick: bool) -> list[Figure]:
    """A price list that head office takes."""
    items = 500 if quick else ITEMS
    found = await measure_goods(folder, say, items)
    target = Target(of_ratio=False, at_most=IMPORT_S_MAX)
    return [
        figure("import_s", f"{items:,} items imported", Unit.S, found.new_s, target=target),
        figure("import_again_s", "the same file again", Unit.S, found.again_s, target=target),
    ]


async def measure_goods(folder: Path, say: Callable[[str], None], items: int) -> Imported:
    """Raises RuntimeError for a command that fails or says another count."""
    data, path = folder / "goods", folder / "goods.csv"
    _write(path, items)
    await _central(data, "company", "add", "Acme")
    await _central(data, "load-sample", "--seed", "2")
    say(f"{items:,} items are imported")
    new_s = await _timed(data, path, f"{items:,} new")
    say("and the same file again")
    return Imported(new_s, await _timed(data, path, f"{items:,} the same"))


async def _timed(data: Path, path: Path, wanted: str) -> float:
    began = time.perf_counter()
    said = await _central(data, "import", "items", str(path))
    took = time.perf_counter() - began
    if wanted not in said:
        raise RuntimeError(f"the import said {said!r}")
    return took


async def _central(data: Path, *words: str) -> str:
    """What the command said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "central", *words, "--data", str(data)),
        env={name: text for name, text in os.environ.items() if not name.startswith("CENTRAL_")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaint = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"central {' '.join(words)}: {said.decode()} {complaint.decode()}")
    return said.decode()


def _write(path: Path, items: int) -> None:
    random = Random(SEED)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["item", "name", "department", "barcode", "price", "tax", "unit", "cost"])
        for number in range(items):
            name = f"Product {number} of the long list, {random.choice(('red', 'blue', 'green'))}"
            price, cost = random.randrange(50, 9_999), random.randrange(20, 5_000)
            digits = f"20{number:010d}"
            code = digits + str(calc_check_digit(digits))
            writer.writerow(
                (
                    *(f"SKU-{number:06d}", name, f"Department {number % 40}", code),
                    *(f"{price / 100:.2f}", "9%", "each", f"{cost / 100:.2f}"),
                )
            )
