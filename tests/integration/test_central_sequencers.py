"""Two head-office processes that number publications at once on one PostgreSQL: the feeds stay
dense, and no head that anybody reads cuts a publication in two.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from itertools import count
from uuid import UUID

from central.db.engine import unit_of_work
from central.usecases.feed.publish_reference import publish_items, publish_rows
from central.usecases.feed.read_feed import feed_heads
from sync.protocol.facts import TaxClass
from sync.protocol.identity import CompanyId, ItemId
from sync.protocol.reference import DataSet, FeedHead, Item, Price, TaxRate
from tests.central_fixtures import Served, postgres_template, serving
from tests.patience import PATIENCE_S

__all__ = ["postgres_template"]

PUBLISHERS = 4
ROWS_EACH = 9
SEQUENCER = """
import asyncio, sys
from central.db.engine import open_engine
from central.usecases.feed import sequence_publications as sequencing

sequencing.PIECE_ROWS_MAX = 5

async def run():
    engine = open_engine(sys.argv[1])
    asked = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    while True:
        ending = asked.done()
        rows = await sequencing.sequence_publications(engine)
        if rows:
            print(rows, flush=True)
        elif ending:
            break
    await engine.dispose()

asyncio.run(run())
"""
"""A process that numbers whatever waits until its input ends, and says how much it was."""


@asynccontextmanager
async def sequencer(url: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SEQUENCER, url, stdin=PIPE, stdout=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def publish_together(served: Served, company_id: CompanyId, name: str) -> None:
    """One publication of nine rows over three data sets, one of them private to a price zone."""
    keys = [ItemId(f"{name}-{number}") for number in range(4)]
    async with unit_of_work(served.engine) as db:
        items = [Item(key, name, "d", TaxClass.ZERO, ()) for key in keys]
        together = await publish_items(db, company_id, items)
        rate = TaxRate(TaxClass.STANDARD, date(2024, 1, 1), 900, name)
        await publish_rows(db, company_id, DataSet.TAXES, [rate], together=together)
        prices = [Price(key, 0, 100) for key in keys]
        await publish_rows(db, company_id, DataSet.PRICES, prices, "main", together)


async def ended(process: Process) -> int:
    """How many rows it numbered."""
    said, _ = await asyncio.wait_for(process.communicate(b""), PATIENCE_S)
    assert process.returncode == 0
    return sum(int(line) for line in said.splitlines())


def cut(log: list[tuple[str, str, int, UUID]], heads: tuple[FeedHead, ...]) -> set[UUID]:
    """Publications of which some rows lie at or below these heads and some beyond."""
    reached = {(feed.data_set, feed.scope): feed.head for feed in heads}
    below = {one for data_set, scope, seq, one in log if seq <= reached[data_set, scope]}
    beyond = {one for data_set, scope, seq, one in log if seq > reached[data_set, scope]}
    return below & beyond


async def test_two_processes_number_at_once_and_no_head_cuts_a_publication(
    postgres_url: str,
) -> None:
    async with (
        serving(postgres_url) as served,
        sequencer(postgres_url) as one,
        sequencer(postgres_url) as other,
    ):
        company_id = await served.company()
        store_id = await served.store(company_id, "S01", price_zone="main")
        seen: set[tuple[FeedHead, ...]] = set()
        stop = asyncio.Event()
        published = count()

        async def publisher(number: int) -> None:
            while not stop.is_set():
                await publish_together(served, company_id, f"{number}.{next(published)}")

        async def reader() -> None:
            while not stop.is_set():
                async with unit_of_work(served.engine) as db:
                    seen.add(await feed_heads(db, company_id, store_id, "main"))

        work = [asyncio.create_task(publisher(number)) for number in range(PUBLISHERS)]
        work.append(asyncio.create_task(reader()))
        assert one.stdout is not None
        assert other.stdout is not None
        first = await asyncio.wait_for(
            asyncio.gather(one.stdout.readline(), other.stdout.readline()), PATIENCE_S
        )
        stop.set()
        await asyncio.gather(*work)
        numbered = sum(map(int, first)) + await ended(one) + await ended(other)
        log = await served.rows(
            "SELECT data_set, scope, pub_seq, publication FROM feed_log"
            " WHERE data_set IN ('items', 'taxes', 'prices')"
        )
        assert len(log) == ROWS_EACH * next(published)
        assert numbered == len(log) + 2  # and the store's settings and name
        assert await served.rows("SELECT count(*) FROM publication") == [(0,)]
        dense = await served.rows(
            "SELECT data_set FROM feed_log GROUP BY data_set, scope"
            " HAVING max(pub_seq) <> count(*) OR min(pub_seq) <> 1"
        )
        assert dense == []
        assert len(seen) > 1
        for heads in seen:
            assert cut(log, heads) == set()
