"""One box from its first sale to its millionth: does a sale grow slower with them?

In-process, through the writer's own code: a sale is one unit in a group of its own, committed and
synced, for the watched ones; those between are committed in full groups.
"""

import shutil
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from edge.box.folder import database_of
from edge.db.connection.engine import open_connection
from edge.db.connection.group import Failed
from edge.db.connection.pen import Pen
from tests.benchmarks.bare import fill
from tests.benchmarks.shop import CUSTOMERS, Shop, baskets, make_shop, now, sell

GROWN_SALES = 1_000_000
WATCHED = 1_000
STEP = 20_000
SALES_A_CUSTOMER = 50

Say = Callable[[str], None]


class GrowthFigures(NamedTuple):
    """Of the first and the last watched sales. ``disk_bytes``: of the file, a sale."""

    first_p50_ms: float
    first_p99_ms: float
    last_p50_ms: float
    last_p99_ms: float
    disk_bytes: float


def measure_growth(
    folder: Path, say: Say, *, sales: int = GROWN_SALES, watched: int = WATCHED
) -> GrowthFigures:
    """Finish ``sales`` sales; ``say`` hears how far it is. ``folder`` is left as it was."""
    shop = make_shop(folder / "grown", customers=max(CUSTOMERS, sales // SALES_A_CUSTOMER))
    first = _watch(shop, watched, seed=1)
    done = watched
    while done < sales - watched:
        count = min(STEP, sales - watched - done)
        fill(shop, baskets(shop, count, seed=done))
        done += count
        say(f"{done:,} of {sales:,} sales")
    last = _watch(shop, watched, seed=sales)
    size = database_of(shop.folder).stat().st_size
    shutil.rmtree(shop.folder)
    return GrowthFigures(*_percentiles(first), *_percentiles(last), size / sales)


def _watch(shop: Shop, count: int, seed: int) -> list[float]:
    """Milliseconds of each of these sales, alone in its transaction; a few before them fill the
    writer's cache, as they would have in a box that runs."""
    path, moment = database_of(shop.folder), now()
    fill_cache, took = max(1, count // 5), []
    pen = Pen(path, open_connection(path, writer=True))
    for basket in list(baskets(shop, fill_cache + count, seed)):
        started = time.perf_counter()
        outcome = pen.write([partial(sell, basket=basket, moment=moment)])[0]
        took.append((time.perf_counter() - started) * 1_000)
        if isinstance(outcome, Failed):
            raise outcome.error
    pen.close()
    return took[fill_cache:]


def _percentiles(took: list[float]) -> tuple[float, float]:
    return statistics.median(took), sorted(took)[len(took) * 99 // 100]
