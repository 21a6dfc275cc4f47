"""The board counts only what it must: what it keeps of a day is what counting it anew would say.
It asks as many statements for many stores as for few."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.engine import driver_of, open_engine, snapshot, unit_of_work
from central.domain.day_verdict import Colour
from central.reports import reconciliation
from central.reports.board import Board, board
from central.reports.day_figures import day_figures, totals_of_figures
from central.reports.reconciled_day import ReconciledDay
from central.reports.reconciliation import reconcile_days, stand_of_days
from central.reports.store_day import StoreDay
from central.reports.totals import store_accounts
from central.usecases.box.record_stated_head import note_head
from central.usecases.journal import settle_days as settling
from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from central.usecases.journal.settle_days import settle_days
from sync.protocol.change import Head
from sync.protocol.facts import BusinessDayReopened
from sync.protocol.figures import TaxTotal, TenderCount, TenderTotal, Totals, figures
from sync.protocol.identity import OperatorId, TenderId
from tests.head_office import apply_all, deliver, head_office_template, open_stream
from tests.shop_journal import COMPANY, DAY, Shop

NOW_MS = 1_772_600_000_000
NEXT_DAY = DAY + timedelta(days=1)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return head_office_template(postgres_server)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


@contextmanager
def nothing_counted_anyway() -> Iterator[None]:
    """As on a large chain's board."""
    with patch.object(reconciliation, "COUNTED_ANYWAY_LINES", 0):
        yield


async def arrive(engine: AsyncEngine, shop: Shop) -> None:
    archive = PostgresArchive(engine)
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)
    await apply_all(archive)


async def execute(engine: AsyncEngine, statement: str) -> None:
    async with unit_of_work(engine) as db:
        await db.execute(text(statement))


def closed(number: int, receipts: int = 8) -> Shop:
    """A closed day, and the next one's first receipt."""
    shop = Shop(number)
    shop.open()
    shop.trade(receipts)
    shop.append(shop.sale())
    shop.close()
    shop.new_tills()
    shop.open(NEXT_DAY)
    shop.append(shop.sale(day=NEXT_DAY))
    return shop


async def shown(engine: AsyncEngine, day: date | None = DAY) -> Board:
    async with snapshot(engine) as db:
        return await board(db, COMPANY, day, now_ms=NOW_MS)


def colours(found: Board) -> list[Colour]:
    return [line.day.colour for line in found.lines if line.day]


def said(day: ReconciledDay) -> tuple[object, ...]:
    return day.colour, day.reasons, day.central, day.declared, day.differences, day.set_aside


class Walk:
    """A store whose days, arrivals and settlements are drawn at random."""

    def __init__(self, engine: AsyncEngine, seed: int) -> None:
        self.engine, self.random = engine, Random(seed)
        self.archive, self.shop = PostgresArchive(engine), Shop(1)
        self.day, self.days = DAY, [DAY]
        self.is_open, self.arrived, self.now_ms = True, 0, NOW_MS

    async def begin(self) -> None:
        """The first day opens."""
        self.shop.open()
        await open_stream(self.archive, self.engine, self.shop)

    async def run(self, steps: int, *, calm: bool = False) -> set[Colour]:
        """The colours that were met; each step holds what is kept against what is counted."""
        met = set()
        acts = [self.trade, self.trade, self.turn, *[self.push, self.apply, self.settle] * 2]
        for _ in range(steps):
            self.now_ms += 1
            await self.random.choice(acts if calm else [*acts, self.upset])()
            met |= await self.check()
        return met

    async def trade(self) -> None:
        """A receipt."""
        if self.is_open:
            self.shop.append(self.shop.sale(day=self.day))

    async def turn(self) -> None:
        """The day is closed, opened again, or the next one begins."""
        if self.is_open:
            self.shop.close(self.day)
        elif self.random.random() < 1 / 4:
            self.shop.append(BusinessDayReopened(self.day, OperatorId("anna"), "forgot one"))
        else:
            self.day += timedelta(days=1)
            self.days.append(self.day)
            self.shop.new_tills()
            self.shop.open(self.day)
        self.is_open = not self.is_open

    async def push(self) -> None:
        """Some of what is there arrives."""
        until = self.random.randint(self.arrived, len(self.shop.events))
        if until > self.arrived:
            box, batch = self.shop, self.shop.chain.batch(self.arrived, until)
            answer = await ingest_batch(
                self.archive, box.store_id, box.device_id, batch, self.now_ms
            )
            self.arrived = until if isinstance(answer, Acknowledged) else self.arrived

    async def apply(self) -> None:
        """Some of what arrived counts."""
        store = self.shop
        await apply_events(
            self.archive, store.store_id, store.epoch, self.random.choice((1, 5, 99))
        )

    async def settle(self) -> None:
        """As head office does in turn."""
        await settle_days(self.engine, self.now_ms)

    async def upset(self) -> None:
        """A receipt of a day that may be closed; an event that nobody knows; a head that is stated
        and not held; an alarm, and its end."""
        match self.random.randrange(5):
            case 4:
                self.shop.append(self.shop.sale(day=self.day))
            case 0:
                self.shop.append_body("from_the_future", 1, b"")
            case 1:
                at = Head(self.shop.epoch, len(self.shop.events) + 3, bytes(32))
                box = self.shop
                await note_head(self.archive, box.store_id, box.device_id, at, self.now_ms)
            case chosen:
                alarm = "'fork'" if chosen == 2 else "NULL"
                await execute(self.engine, f"UPDATE stream SET alarm = {alarm}")

    async def check(self) -> set[Colour]:
        asked = [StoreDay(self.shop.store_id, day) for day in self.days]
        async with snapshot(self.engine) as db:
            with nothing_counted_anyway():
                kept = await stand_of_days(db, asked)
            counted = await reconcile_days(db, asked)
        for ours, anew in zip(kept, counted, strict=True):
            assert said(ours) == said(anew), ours.business_date
        return {day.colour for day in kept}


@pytest.mark.parametrize("seed", range(6))
async def test_what_is_kept_of_a_day_is_what_counting_it_anew_says(
    engine: AsyncEngine, seed: int
) -> None:
    """Whatever arrives, is set aside, stated, alarmed, reopened or settled, in whatever order."""
    walk = Walk(engine, seed)
    await walk.begin()
    assert Colour.GREEN in await walk.run(50, calm=True)
    await walk.run(30)


async def statements_of(engine: AsyncEngine, day: date | None) -> int:
    """How many a board asks."""
    asked: list[str] = []
    async with snapshot(engine) as db:
        connection: Any = await driver_of(db)
        note = lambda query: asked.append(query.query)  # noqa: E731  taken away again by its name
        connection.add_query_logger(note)
        found = await board(db, COMPANY, day, now_ms=NOW_MS)
        connection.remove_query_logger(note)
    assert len(found.lines) > 1
    return len(asked)


async def test_a_board_asks_as_many_statements_for_many_stores_as_for_few(
    engine: AsyncEngine,
) -> None:
    """With open days, proven and unproven ones, and one that differs."""
    for number in (1, 2):
        await arrive(engine, closed(number))
    await execute(
        engine,
        "UPDATE sale_line SET amount_minor = amount_minor + 1 WHERE line_no = 1 AND store_id ="
        " (SELECT min(store_id::text)::uuid FROM store)",
    )
    few = [await statements_of(engine, day) for day in (None, DAY)]
    for number in range(3, 13):
        await arrive(engine, closed(number))
    await settle_days(engine, NOW_MS)
    for number in range(13, 16):
        await arrive(engine, closed(number))
    assert [await statements_of(engine, day) for day in (None, DAY)] == few
    assert max(few) < 40
    assert colours(await shown(engine)).count(Colour.GREEN) == 14


async def test_a_settled_day_that_is_changed_behind_head_office_s_back_turns_red(
    engine: AsyncEngine,
) -> None:
    """On a small board at once; on a large one when its turn to be counted again has come."""
    for number in (1, 2):
        await arrive(engine, closed(number))
    assert (await settle_days(engine, NOW_MS)).proven == 2
    await execute(engine, "DELETE FROM sale WHERE sale_id = (SELECT sale_id FROM sale LIMIT 1)")
    assert sorted(colours(await shown(engine))) == [Colour.GREEN, Colour.RED]
    with nothing_counted_anyway():
        assert colours(await shown(engine)) == [Colour.GREEN, Colour.GREEN]
        await settle_days(engine, NOW_MS + 1)
        assert sorted(colours(await shown(engine))) == [Colour.GREEN, Colour.RED]


async def test_every_newest_day_has_its_turn_however_many_there_are(engine: AsyncEngine) -> None:
    """Those that boards show do not wait behind a chain's whole past."""
    await arrive(engine, closed(1))
    now_ms = int(DAY.strftime("%s")) * 1_000
    await settle_days(engine, now_ms)
    with patch.object(settling, "RECOUNTED_AT_ONCE", 0):
        assert (await settle_days(engine, now_ms + 1)).proven == 0
        assert (await settle_days(engine, now_ms + settling.NEWEST_AGAIN_MS + 1)).proven == 1


async def test_a_running_figure_proves_nothing_and_takes_no_proof_away(engine: AsyncEngine) -> None:
    """A day whose running figures are not what its store declared is counted."""
    await arrive(engine, closed(1))
    await settle_days(engine, NOW_MS)
    day = StoreDay(closed(1).store_id, DAY)
    async with snapshot(engine) as db:
        running = (await day_figures(db, [day]))[day]
        assert running == (await store_accounts(db, [day]))[day].store
    with nothing_counted_anyway():
        for tampered in ("amount + 1", "-amount"):
            await execute(
                engine, f"UPDATE day_total SET amount = {tampered} WHERE figure = 'gross'"
            )
            (line,) = (await shown(engine)).lines
            assert line.day is not None
            assert (line.day.colour, line.day.central) == (Colour.GREEN, running)


def test_figures_are_put_together_again_as_they_were_taken_apart() -> None:
    parts = {"taxes", "tenders", "counts"}
    fields = [name for name in Totals.__struct_fields__ if name not in parts]
    numbered: dict[str, Any] = {name: number for number, name in enumerate(fields, start=1)}
    totals = Totals(
        **numbered,
        counts=(TenderCount(TenderId("card"), 7, 8), TenderCount(TenderId("gift card"), 0, -9)),
        taxes=(TaxTotal("reduced", 5, 1, 2), TaxTotal("standard", 1_750, -3, 4)),
        tenders=(TenderTotal(TenderId("cash"), 5), TenderTotal(TenderId("gift card"), -6)),
    )
    taken_apart = [(figure.name, figure.amount) for figure in figures(totals)]
    assert totals_of_figures(reversed(taken_apart)) == totals
    assert totals_of_figures([*taken_apart, ("of a later version", 7)]) == totals
