"""How long a till waits for a quote or a sale while rows of three data sets that were published at
once are pulled, laid ready, switched and settled; and, in the same run before it, while nothing of
it happens.

``uv run python -m tests.benchmarks.large_switch [ROWS]``; 60,000 are the full shape. Head office
is one of the tests, in the same process: what it does to make its pages is waited for as well.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests import fake_central
from tests.crash.large_switch import (
    PAGE_ROWS,
    LargeCentral,
    at_the_till,
    publish,
    read_told,
    trade,
)
from tests.edge_store import open_store
from tests.integration.exchange_fixtures import shop_of

ROWS_WHOLE = 60_000
ALONE_S = 30


class Waits(NamedTuple):
    """Of a till, in milliseconds, in their order; ``seconds``: how long it was looked at."""

    ms: tuple[float, ...]
    seconds: float

    def within(self, share: float) -> float:
        """So long at most waits that share of them."""
        return self.ms[min(len(self.ms) - 1, int(share * len(self.ms)))]


async def measure(folder: Path, rows: int, alone_s: float = ALONE_S) -> tuple[Waits, Waits]:
    """Alone, and during the switch."""
    await trade(folder / "S01", folder / "first.log", rows, (1,))
    fake_central.PAGE_ROWS = PAGE_ROWS
    central = LargeCentral()
    central.publish_shop()
    for number in (1, 2):
        publish(central, number, rows)
    async with open_store(folder / "S01") as till:
        shop = shop_of(till, central)

        async def looked_at(name: str, done: asyncio.Event) -> Waits:
            began, log = time.perf_counter(), folder / f"{name}.log"
            await at_the_till(shop, log, rows, done)
            told = [one.waited_us / 1_000 for one in read_told(log)]
            return Waits(tuple(sorted(told)), time.perf_counter() - began)

        over, loop = asyncio.Event(), asyncio.get_running_loop()
        for name, seconds in (("warm", alone_s / 10), ("alone", alone_s)):
            over.clear()
            loop.call_later(seconds, over.set)
            alone = await looked_at(name, over)
        done = asyncio.Event()
        selling = asyncio.create_task(looked_at("switch", done))
        shop.exchange.beat_due = True
        await shop.exchange.round()
        done.set()
        return alone, await selling


def reported(rows: int, alone: Waits, during: Waits) -> Sequence[str]:
    """For people."""
    lines = [f"{rows:,} rows: {during.seconds:.1f} s of pulling, laying ready, switching, settling"]
    for name, share in (("half", 0.5), ("95 %", 0.95), ("99 %", 0.99), ("the longest", 1.0)):
        one, other = alone.within(share), during.within(share)
        ratio = f"{other / one:.1f} × the same alone ({one:.1f} ms)"
        lines.append(f"a quote or a sale meanwhile, {name}: {other:.1f} ms, {ratio}")
    lines.append(f"{len(during.ms):,} answers meanwhile, {len(alone.ms):,} alone")
    return lines


def main(rows: int = ROWS_WHOLE) -> None:
    """On a disk."""
    with tempfile.TemporaryDirectory(prefix="holdfast-", dir="/var/tmp") as folder:
        alone, during = asyncio.run(measure(Path(folder), rows))
    for line in reported(rows, alone, during):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
