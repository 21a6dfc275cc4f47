"""What goes on in a shop beside its sales: somebody types and quotes, a report is asked for, and
head office publishes new prices; or nothing at all, where head office stands still."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from typing import Any

import httpx

from central.db.engine import unit_of_work
from central.demo.children import Child
from central.demo.stage import Stage
from central.domain.feeds import MAIN_ZONE
from central.sample.chain import PRICED_FROM_MS
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.sequence_publications import drain_publications
from sync.protocol.reference import DataSet, Item, Price
from tests.benchmarks.shop import Basket

WORDS = 200
PRICES = 1_000
"""Of so many items a publication changes the price."""
PRICES_EVERY_S = 0.25


def questions(
    names: Sequence[str], goods: Sequence[Item], sales: Sequence[Basket]
) -> dict[str, list[tuple[str, str, str | None]]]:
    """By what is asked, each as method, path and body: words of goods and of people as somebody
    types them, baskets that are not paid yet, the day's figures."""

    def get(path: str, texts: Sequence[str]) -> list[tuple[str, str, str | None]]:
        return [("GET", str(httpx.URL(path, params={"q": text})), None) for text in texts]

    fields = "operator_id", "lines", "customer_id"
    bodies = [json.loads(each.raw) for each in sales]
    quotes = [json.dumps({name: b[name] for name in fields if name in b}) for b in bodies]
    return {
        "items": get("/items", [each.name[:length] for each in goods[:WORDS] for length in (2, 6)]),
        "customers": get("/customers", [name[:length] for name in names for length in (2, 6)]),
        "quotes": [("POST", "/quotes", body) for body in quotes],
        "report": [("GET", "/totals", None)],
    }


@contextmanager
def still(child: Child) -> Iterator[None]:
    """A process that does nothing inside the block; it dies with the benchmark all the same."""
    child.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        child.process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def asking(plan: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """Somebody asks inside the block; afterwards what is yielded says what they found."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.asker"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    found: dict[str, Any] = {}
    try:
        process.stdin.write(json.dumps(plan).encode() + b"\n")
        if await process.stdout.readline() != b"begun\n":
            raise RuntimeError("nobody asks anything")
        yield found
        said, _ = await process.communicate(b"")
        if process.returncode != 0:
            raise RuntimeError("whoever asked was cut off")
        found.update(json.loads(said))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@asynccontextmanager
async def new_prices(stage: Stage, goods: Sequence[Item]) -> AsyncIterator[None]:
    """Head office changes prices again and again inside the block, of goods that nobody buys."""
    ended = asyncio.Event()

    async def publish() -> None:
        assert stage.company_id is not None
        for number in count(1):
            rows = [Price(each.item_id, PRICED_FROM_MS, 100 + number) for each in goods[:PRICES]]
            async with unit_of_work(stage.engine) as db:
                await publish_rows(db, stage.company_id, DataSet.PRICES, rows, MAIN_ZONE)
            await drain_publications(stage.engine)
            await asyncio.wait([ending], timeout=PRICES_EVERY_S)
            if ended.is_set():
                return

    ending = asyncio.ensure_future(ended.wait())
    publishing = asyncio.create_task(publish())
    try:
        yield
    finally:
        ended.set()
        await publishing
