"""One journal, both sides: whatever a shop does in whatever order, its own rows and head office's
projections come to the same: every figure of a day, stock, lots, serial numbers, costs and worth.
What was bought is what was sold, what went otherwise, what counts missed and what is there."""

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import driver_of, open_engine, snapshot
from central.reports.lots import lots_of_store
from central.reports.sales import Page
from central.reports.stock_value import cost_of_sales, stock_value
from central.reports.totals import store_totals
from edge.db.connection.writer import InlineWriter
from edge.db.costs import cost_of_sales_by_item
from edge.db.totals import read_totals
from edge.domain.sale.basket import DiscountRequest, SaleRequest
from edge.domain.sale.refusals.prices import TotalDiffers
from edge.usecases.safe.count import CountSafe, count_safe
from edge.usecases.safe.deposit import DepositCash, deposit_cash
from edge.usecases.shelf_count.begin import BeginShelfCount, begin_shelf_count
from edge.usecases.shelf_count.book import BookShelfCount, Uncounted, book_shelf_count
from edge.usecases.shelf_count.say import SayCounted, say_counted
from edge.usecases.stock.lots import lots_of_item
from edge.usecases.stock.receive_goods import GoodsLine, ReceiveGoods, receive_goods
from edge.usecases.stock.take_out import TakenFor, TakenLine, TakeOut, take_out
from edge.usecases.till.move_cash import MoveCash, move_cash
from edge.usecases.till.settle import SettleTill, settle_till
from edge.usecases.transfer.book import SendGoods, SentLine, TakeIn, send_goods, take_in
from sync.protocol.codec import decode_fact
from sync.protocol.errors import Refusal
from sync.protocol.facts import TillMovementKind
from sync.protocol.figures import Tally, figures
from sync.protocol.identity import EventId, ItemId, MovementId, TillSessionId
from tests import builders, sale_builders
from tests.books import faults_of
from tests.builders import ANNA, BUSINESS_DATE, CARD, CASH, MEMBER, POINTS, W1, W2
from tests.head_office import empty
from tests.integration.edge_fixtures import hurry
from tests.integration.test_central_reports import arrived, postgres_template
from tests.shop_journal import Shop

__all__ = ["postgres_template"]
ITEMS = ("I01", "I02", "I03")
LOTS = {"L1": date(2026, 4, 1), "L2": date(2026, 5, 1)}
EVERY = Page(1_000, 0)


class Trading:
    """A store without goods, and what is drawn that it does. What its rules refuse stays undone."""

    def __init__(self, path: Path, seed: int) -> None:
        self.random = Random(seed)
        self.writer = InlineWriter.open(builders.new_store(path), tune=hurry)
        self.do(lambda db: db.execute("DELETE FROM stock_level"))
        self.do(lambda db: builders.settle_settings(db, replace(builders.SETTINGS, tips=True)))
        self.sold: list[str] = []
        self.seen: Counter[str] = Counter()

    def do(self, verb: Callable[[sqlite3.Connection], Any]) -> Any:
        return self.writer.run_now(verb)

    def id(self) -> MovementId:
        return MovementId(UUID(int=self.random.getrandbits(128), version=4))

    def act(self) -> None:
        """One thing of any kind."""
        acts = (self.sell, self.sell, self.sell, self.give_back, self.void, self.receive)
        other = (self.take_out, self.count, self.send, self.take_in, self.move_cash, self.safe)
        act = self.random.choice((*acts, *other))
        with suppress(Refusal):
            act()
            self.seen[act.__name__] += 1

    def mark(self, item: str) -> dict[str, Any]:
        lot = self.random.choice((None, None, *LOTS))
        if item == "I03":
            return {"serial": f"SN{self.random.randrange(4)}"}
        return {} if lot is None else {"lot": lot, "expires_on": LOTS[lot]}

    def goods(self) -> list[tuple[ItemId, int, dict[str, Any]]]:
        random = self.random
        some = random.sample(ITEMS, random.randint(1, 3))
        return [
            (ItemId(one), 1_000 * (1 if one == "I03" else random.randint(1, 4)), self.mark(one))
            for one in some
        ]

    # --- sales

    def _sell(self, request: SaleRequest) -> None:
        workstation = self.random.choice((W1, W2))
        try:
            self.do(lambda db: sale_builders.sell(db, request, workstation))
        except TotalDiffers as differs:
            total = differs.computed_minor
            paid = request.tenders
            if len(paid) == 1 and paid[0].tender_id == CARD and not paid[0].tip_minor:
                paid = (replace(paid[0], amount_minor=total),)
            again = replace(request, total_minor=total, tenders=paid)
            self.do(lambda db: sale_builders.sell(db, again, workstation))

    def sell(self) -> None:
        random, name = self.random, f"sale {len(self.sold)} {self.random.random()}"
        lines = []
        for item, milli, mark in self.goods():
            off = DiscountRequest("dented", amount_minor=10) if random.randrange(4) == 0 else None
            lines.append(sale_builders.line(item, milli // 1_000, discount=off, **mark))
        total = sale_builders.total_of(lines) - 10 * sum(one.discount is not None for one in lines)
        tender, tip = sale_builders.tender, random.choice((0, 0, 150))
        ways = (
            [tender(CARD, total + tip, tip_minor=tip)],
            [tender(CASH, total // 5 * 5 + 1_000)],
            [tender(CARD, total // 3), tender(CASH, total)],
            [tender(POINTS, 20), tender(CARD, total - 20)],
        )
        who = random.choice((None, MEMBER))
        paid = random.choice(ways if who else ways[:3])
        self._sell(
            sale_builders.sale_request(name, lines, paid, total_minor=total, customer_id=who)
        )
        self.sold.append(name)

    def give_back(self) -> None:
        if self.sold:
            of = self.random.choice(self.sold)
            line = sale_builders.return_line(of, 1, 1)
            paid = [sale_builders.tender(CARD, -1)]
            name = f"back {of} {self.random.random()}"
            self._sell(sale_builders.sale_request(name, [line], paid, total_minor=-1))

    def void(self) -> None:
        if self.sold:
            of = self.random.choice(self.sold[-3:])
            why = {"post_void_of": sale_builders.sale_id(of), "note": "rung up twice"}
            name = f"void {of} {self.random.random()}"
            self._sell(sale_builders.sale_request(name, [], [], total_minor=-1, **why))

    # --- goods

    def receive(self) -> None:
        cost = self.random.choice((None, 70, 333))
        lines = tuple(GoodsLine(one, milli, cost, **mark) for one, milli, mark in self.goods())
        request = ReceiveGoods(self.id(), ANNA, "delivery", lines)
        self.do(lambda db: receive_goods(db, request, builders.moment()))

    def take_out(self) -> None:
        lines = tuple(TakenLine(one, -milli, **mark) for one, milli, mark in self.goods())
        kind = self.random.choice(list(TakenFor))
        request = TakeOut(self.id(), ANNA, kind, "found broken", lines)
        self.do(lambda db: take_out(db, request, builders.moment()))

    def send(self) -> None:
        lines = tuple(SentLine(one, milli, **mark) for one, milli, mark in self.goods())
        request = SendGoods(self.id(), ANNA, "S02", "they ran out", lines)
        self.do(lambda db: send_goods(db, request, builders.moment()))

    def take_in(self) -> None:
        lines = tuple(SentLine(one, milli, **mark) for one, milli, mark in self.goods())
        number = f"S02-S01-00000000-{self.random.randrange(100)}"
        request = TakeIn(self.id(), ANNA, number, "came", lines, other_store="S02")
        self.do(lambda db: take_in(db, request, builders.moment()))

    def count(self) -> None:
        """Some is sold while somebody walks."""
        count_id, at = self.id(), builders.moment()
        begin = BeginShelfCount(count_id, ANNA, "stocktake")
        self.do(lambda db: begin_shelf_count(db, begin, at))
        for item in self.random.sample(ITEMS, 2):
            code = builders.ITEMS[ItemId(item)].scan_code
            mark = {} if item == "I03" else self.mark(item)
            milli = 1_000 * self.random.randrange(9)
            said = SayCounted(self.id(), ANNA, code, milli, mark.get("lot"), mark.get("expires_on"))
            self.do(
                partial(say_counted, count_id=count_id, request=said, workstation_id=W1, moment=at)
            )
            with suppress(Refusal):
                self.sell()
        book = BookShelfCount(self.id(), ANNA, None, self.random.choice(list(Uncounted)))
        self.do(lambda db: book_shelf_count(db, count_id, book, at))

    # --- cash

    def _sessions(self) -> list[tuple[Any, ...]]:
        tills = "SELECT till_session_id, workstation_id FROM till_session WHERE state = 'open'"
        found: list[tuple[Any, ...]] = self.do(lambda db: db.execute(tills).fetchall())
        return sorted(found)

    def move_cash(self) -> None:
        session = TillSessionId(UUID(bytes=self.random.choice(self._sessions())[0]))
        kind = self.random.choice(list(TillMovementKind))
        request = MoveCash(self.id(), ANNA, kind, 100 * self.random.randint(1, 30), "as needed")
        self.do(lambda db: move_cash(db, request, session, builders.moment()))

    def safe(self) -> None:
        if self.random.getrandbits(1):
            counted = CountSafe(self.id(), ANNA, self.random.randrange(50_000))
            self.do(lambda db: count_safe(db, counted, builders.moment()))
        else:
            bag = f"BAG{self.random.randrange(10**6)}"
            bagged = DepositCash(self.id(), ANNA, self.random.randrange(1, 9_000), bag)
            self.do(lambda db: deposit_cash(db, bagged, builders.moment()))

    def settle(self) -> None:
        for number, (session, workstation) in enumerate(self._sessions()):
            request, event = SettleTill(ANNA, 9_000 + 500 * number), EventId(self.id())
            key = TillSessionId(UUID(bytes=session))
            verb = partial(
                settle_till,
                request=request,
                till_session_id=key,
                workstation_id=workstation,
                event_id=event,
                moment=builders.moment(),
            )
            self.do(verb)


@pytest_asyncio.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


def journal_of(trading: Trading) -> Shop:
    """The same facts at the same places."""
    kept = "SELECT kind, kind_version, body FROM journal ORDER BY seq"
    shop = Shop()
    for row in trading.do(lambda db: db.execute(kept).fetchall()):
        shop.append(decode_fact(*row))
    return shop


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), acts=st.integers(5, 40), settled=st.booleans())
async def test_head_office_comes_to_what_the_shop_comes_to(
    engine: AsyncEngine, seed: int, acts: int, settled: bool
) -> None:
    with TemporaryDirectory() as folder:
        trading = Trading(Path(folder) / "store.sqlite3", seed)
        for _ in range(acts):
            trading.act()
        if settled:
            trading.settle()
        shop = journal_of(trading)
        await empty(engine)
        await arrived(engine, shop)
        try:
            await say_the_same(engine, shop, trading)
        finally:
            trading.writer.close_now()


async def say_the_same(engine: AsyncEngine, shop: Shop, trading: Trading) -> None:
    """Figure by figure, item by item."""
    do, day = trading.do, BUSINESS_DATE
    span = (day - timedelta(days=9), day + timedelta(days=9))
    async with snapshot(engine) as db:
        there = [await store_totals(db, shop.store_id, one) for one in (day, None)]
        worth = await stock_value(db, shop.store_id, EVERY)
        costs = await cost_of_sales(db, shop.store_id, *span, EVERY)
        lots = await lots_of_store(db, shop.store_id, EVERY)
        met = "SELECT item_id, serial, quantity_milli FROM lot_movement WHERE serial IS NOT NULL"
        serials = Counter(tuple(row) for row in await (await driver_of(db)).fetch(met))
    tally = Tally()
    for fact in shop.facts:
        tally.add(fact)
    here = [do(partial(read_totals, business_date=one)) for one in (day, None)]
    for ours, theirs in zip(here, there, strict=True):
        assert figures(ours) == figures(theirs)
    assert figures(here[1]) == figures(tally.totals())
    assert do(lambda db: faults_of(db, 0)) == []

    held = "SELECT item_id, on_hand_milli, worth_minor, unit_mills FROM stock_level"
    assert {row[0]: row[1:] for row in do(lambda db: db.execute(held).fetchall())} == {
        one.item_id: (one.on_hand_milli, one.worth_minor, one.unit_mills) for one in worth
    }
    for one in worth:
        gone = one.went_minor + one.cost_of_sales_minor + one.counted_minor
        assert one.came_minor == gone + one.worth_minor
    assert {
        one.key: (one.quantity_milli, one.net_minor, one.cost_minor, one.difference_minor)
        for one in do(lambda db: cost_of_sales_by_item(db, *span))
    } == {
        one.item_id: (one.quantity_milli, one.net_minor, one.cost_minor, one.put_right_minor)
        for one in costs
    }
    for item in {one.item_id for one in lots}:
        of_item = {
            (one.lot, one.quantity_milli, one.expires_on) for one in lots if one.item_id == item
        }
        shown = do(partial(lots_of_item, item_id=item, moment=builders.moment())).lots
        assert {(one.lot, one.quantity_milli, one.expires_on) for one in shown} == of_item
    moved = "SELECT item_id, serial, quantity_milli FROM stock_movement WHERE serial IS NOT NULL"
    assert Counter(do(lambda db: db.execute(moved).fetchall())) == serials


def test_everything_that_is_drawn_is_done(tmp_path: Path) -> None:
    """So that the test above tries what it says."""
    trading = Trading(tmp_path / "store.sqlite3", 1)
    for _ in range(150):
        trading.act()
    trading.writer.close_now()
    names = {"sell", "give_back", "void", "receive", "take_out", "count", "send", "take_in"}
    assert {*names, "move_cash", "safe"} <= {name for name, times in trading.seen.items() if times}
