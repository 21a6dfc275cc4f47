"""A real box sells on while head office's database is put back to its past, once with the mirror
and once without: everything comes back, once, and nobody was asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from central.db.engine import unit_of_work
from central.reports.incarnation import may_grant_now, still_expected
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.sequence_publications import drain_publications
from edge.box.clock import wall_clock_ms
from edge.db.epochs import count_waiting
from edge.exchange.lineage import ask_lineage
from edge.exchange.rounds import Line, journal_of
from edge.server.background import Exchange
from sync.engine.outbox import BranchCause
from sync.engine.signing import NONCE_BYTES_MAX, Signer
from sync.engine.transport import Request, Response
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.identity import CompanyId, ItemId, OperatorId, TenderId
from sync.protocol.reference import DataSet, Item, Operator, Price, TaxRate, Tender
from tests.central_fixtures import Served, postgres_template, serving
from tests.doubles.transport import MemoryTransport
from tests.edge_store import MILK, Till, open_store, sale
from tests.fake_central import DAY_ONE
from tests.integration.command_fixtures import provision
from tests.put_back import Chain, chain, known_key, whole

__all__ = ["chain", "postgres_template"]
ROUNDS_MAX = 40
QUIET = 4
"""Rounds in a row after which nothing waits."""
DEARER = 400


@dataclass
class Shop:
    """A store that trades, at the other end of whichever head office is ``served``."""

    till: Till
    served: Served
    sold: int = 0

    def __post_init__(self) -> None:
        box, told = self.till.box, self.till.box.enrolment
        signer = Signer(
            told.store_id,
            told.device_id,
            box.device_key,
            told.central_key,
            lambda: bytes(NONCE_BYTES_MAX),
        )
        self.line = Line(MemoryTransport(self._answer), signer, journal_of(box), {})
        self.exchange = Exchange(box, self.line)
        box.asker.for_lineage = partial(ask_lineage, box, self.line)

    async def _answer(self, request: Request) -> Response:
        sent = (request.method, request.path)
        got = await self.served.client.request(*sent, headers=request.headers, content=request.body)
        return Response(got.status_code, dict(got.headers), got.content)

    async def sell(self, times: int = 1, price: int = 345) -> None:
        for _ in range(times):
            answer = await self.till.call("POST", "/sales", sale(total_minor=price))
            assert answer.status_code == 201, answer.text
            self.sold += price

    async def exchanged(self) -> None:
        """Until a round has nothing left to do, a heartbeat in each."""
        quiet = 0
        for _ in range(ROUNDS_MAX):
            self.exchange.beat_due = True
            await self.exchange.round()
            await drain_publications(self.served.engine)
            quiet = 0 if await self._waits() else quiet + 1
            if quiet == QUIET:
                return
        raise AssertionError("the box is not done")

    async def _waits(self) -> bool:
        return await self.till.box.reader.read(count_waiting) > 0


async def published(served: Served, company: CompanyId, price: int) -> None:
    """Enough to sell milk at this price."""
    item = Item(ItemId("milk"), "Milk 1 l", "grocery", TaxClass.STANDARD, (MILK,))
    async with unit_of_work(served.engine) as db:
        for data_set, row in (
            (DataSet.TAXES, TaxRate(TaxClass.STANDARD, DAY_ONE, 900, "GST 9 %")),
            (DataSet.TENDERS, Tender(TenderId("cash"), "Cash", TenderKind.CASH)),
            (DataSet.OPERATORS, Operator(OperatorId("anna"), "Anna", "manager")),
            (DataSet.ITEMS, item),
        ):
            await publish_rows(db, company, data_set, [row])
        prices = [Price(item.item_id, 0, price)]
        await publish_rows(db, company, DataSet.PRICES, prices, "main")
    await drain_publications(served.engine)


@asynccontextmanager
async def at_work(chain: Chain, mirror: Path | None) -> AsyncIterator[Served]:
    async with serving(chain.url, mirror=mirror, now_ms=wall_clock_ms()) as served:
        yield served


async def figures(served: Served) -> tuple[Any, ...]:
    """Receipts, what they come to, and where each stream stands."""
    sales = await served.rows("SELECT count(*), count(DISTINCT sale_id) FROM sale")
    taken = await served.rows("SELECT sum(amount_minor)::bigint FROM sale_line")
    streams = await served.rows(
        "SELECT epoch_number, epoch_fingerprint, watermark, state FROM stream ORDER BY 1, 2"
    )
    return sales, taken, streams


@pytest.mark.parametrize("mirrored", [True, False], ids=["with the mirror", "without it"])
async def test_everything_comes_back_once_and_nobody_was_asked(
    chain: Chain, tmp_path: Path, mirrored: bool
) -> None:
    mirror = chain.mirror if mirrored else None
    folder = tmp_path / "S01"
    async with at_work(chain, mirror) as served:
        company = await served.company()
        await known_key(served)
        store_id = await served.store(company, "S01")
        await published(served, company, 345)
        code, url = await served.code(store_id), str(served.client.base_url)
        made = await asyncio.to_thread(lambda: provision(url, folder, code=code))
        assert made.exit_code == 0, made.output
    async with open_store(folder) as till:
        async with at_work(chain, mirror) as served:
            shop = Shop(till, served)
            await shop.exchanged()
            await till.open_shop()
            await shop.sell(3)
            await shop.exchanged()
        copy = await chain.copy()
        async with at_work(chain, mirror) as served:
            shop.served = served
            await shop.sell(2)
            await shop.exchanged()
            here = await till.epoch()
            await shop.line.journal.branch_off(here, BranchCause.FORK, "for a test")
            await published(served, company, DEARER)
            await shop.exchanged()
            await shop.sell(2, DEARER)
            await shop.exchanged()
            await whole(served)
            before = await figures(served)
        chain.put_back(copy)
        await shop.sell(1, DEARER)
        async with at_work(chain, mirror) as served:
            shop.served = served
            await shop.exchanged()
            await whole(served)
            sales, taken, streams = await figures(served)
            assert sales == [(8, 8)]
            assert before[0] == [(7, 7)]
            assert taken == [(shop.sold,)]
            assert [row[:2] for row in streams] == [row[:2] for row in before[2]]
            left = (here.number, here.fingerprint)
            assert [row for row in streams if row[:2] == left] == [
                row for row in before[2] if row[:2] == left
            ]
            async with unit_of_work(served.engine) as db:
                assert await still_expected(db) == ()
                assert await may_grant_now(db, company)
            ((begun, lost),) = await served.rows(
                "SELECT begun_at_ms > 0, lost_since_ms IS NOT NULL FROM central_state"
            )
            assert (begun, lost) == (True, not mirrored)
            if not mirrored:
                await published(served, company, DEARER)
                await shop.exchanged()
            await shop.sell(1, DEARER)
            await shop.exchanged()
            await whole(served)
            assert (await figures(served))[0] == [(9, 9)]
