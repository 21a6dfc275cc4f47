"""Each figure of the shop's day and of each of its reports is head office's for the same rows: one
rich journal is written by a shop's own use cases into real SQLite, its events go into real
PostgreSQL, and both are asked.

Head office has reports of its own for some of it (``test_edge_office_reports_equal.py``); here each
report of the shop is asked of head office's *rows*, which are put into a file like the shop's."""

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import driver_of, open_engine, unit_of_work
from central.reports.figure_rows import FigureScope, figure_keys, figure_rows
from central.reports.stock_history import item_history
from central.reports.totals import store_totals
from edge.db.day_rows import Whose
from edge.db.published import Read, put_in_force
from edge.db.reports import (
    NO_DISCOUNT,
    REPORTS,
    Group,
    Report,
    Taken,
    read_groups,
    read_taken,
    read_whole,
    receipts_under,
)
from edge.db.totals import read_totals
from edge.domain.cash import CountedTender
from edge.domain.sale.basket import DiscountRequest, ForeignRequest
from edge.domain.span import Span
from edge.usecases.day.look_into import rows_of
from edge.usecases.safe.count import CountSafe, count_safe
from edge.usecases.safe.deposit import DepositCash, deposit_cash
from edge.usecases.stock.receive_goods import GoodsLine, ReceiveGoods, receive_goods
from edge.usecases.stock.take_out import TakenFor, TakenLine, TakeOut, take_out
from edge.usecases.till.count import CountTill, count_till
from edge.usecases.till.move_cash import MoveCash, move_cash
from edge.usecases.till.settle import SettleTill, settle_till
from edge.usecases.transfer.book import SendGoods, SentLine, send_goods
from sync.protocol.facts import TillMovementKind
from sync.protocol.figures import FIGURES, Per, Reading, Totals, readings
from sync.protocol.identity import EventId, ItemId, MovementId, TillSessionId
from sync.protocol.price_books import BookPrice, PriceBook
from sync.protocol.reference import DataSet
from tests.builders import (
    ANNA,
    BUSINESS_DATE,
    CARD,
    CASH,
    ITEMS,
    MEMBER,
    POINTS,
    QR,
    SETTINGS,
    W1,
    W2,
    moment,
    settle_settings,
)
from tests.integration.test_central_reports import arrived, postgres_template
from tests.integration.test_edge_foreign_cash import publish_rates
from tests.integration.test_edge_totals import Traded, trade
from tests.sale_builders import line, return_line, sale_id, tender
from tests.shop_journal import Shop

__all__ = ["postgres_template"]
SPAN = Span(BUSINESS_DATE, BUSINESS_DATE)
ZONE = SETTINGS.zone
BOOK = "members"
HELD = ("sale", "sale_line", "sale_tax", "sale_tender", "stock_movement", "value_move")
"""Tables of the shop that its reports read; what of them head office has is put there."""
BESIDE = frozenset({"late-value"})
"""Needs weeks between loading and spending: each side alone holds it (``test_edge_value_expiry``,
``test_central_late_value``)."""


class Both(NamedTuple):
    """A shop with its journal at head office, and a file like the shop's with head office's rows;
    ``taken``: what came off prices, as head office has it."""

    here: sqlite3.Connection
    engine: AsyncEngine
    shop: Shop
    there: sqlite3.Connection
    taken: Taken


def trade_richly(store: Traded) -> None:
    """A day with every kind of movement: what adds to each figure of a day, and to each report."""
    run = store.writer.run_now
    run(lambda db: settle_settings(db, msgspec.structs.replace(SETTINGS, tips=True)))
    run(_price_book)
    run(_receive)
    run(publish_rates)
    trade(store, Random(13), 12)
    off = DiscountRequest("dented", amount_minor=50)
    store.sell("discounted", W2, lines=[line("I05", 2, discount=off)], customer_id=MEMBER)
    store.sell("whole", lines=[line("I07"), line("I08")], discount=DiscountRequest("late", 1_000))
    store.sell("book", lines=[line("I09", 3)], customer_id=MEMBER)
    store.sell("tipped", W2, lines=[line("I10")], tenders=[tender(CARD, 1_390, tip_minor=500)])
    by_points = [tender(POINTS, 200), tender(QR, 1_800)]
    store.sell("by points", lines=[line("GIFT")], tenders=by_points, customer_id=MEMBER)
    back = [tender(POINTS, -50), tender(QR, -1_950)]
    store.sell("points back", lines=[return_line("by points")], tenders=back, total_minor=-2_000)
    store.sell("member back", W2, lines=[return_line("discounted")], total_minor=-1)
    store.sell("many", lines=[line(f"I{one:02d}") for one in range(1, 9)])
    store.sell("rounded", lines=[line("I02")], tenders=[tender(CASH, 500)])
    dollars = [tender(CASH, 1_346, foreign=ForeignRequest("USD", 1_000))]
    store.sell("dollars", lines=[line("I02")], tenders=dollars)
    store.sell("beyond", lines=[line("I11", 40)], customer_id=MEMBER)
    store.sell("rung up twice", lines=[line("I03")])
    again = sale_id("rung up twice")
    store.sell("void", lines=[], total_minor=-250, post_void_of=again, note="rung up twice")
    store.sell("training", lines=[line("I02")], training=True)
    run(lambda db: settle_settings(db, _ADDED))
    store.sell("tax on top", lines=[line("I12")])
    run(lambda db: _move(db))


_ADDED = msgspec.structs.replace(SETTINGS, tips=True, tax_included=False)


def _receive(db: sqlite3.Connection) -> None:
    """What was there before has no event: here all that is there came."""
    db.execute("UPDATE stock_level SET on_hand_milli = 0")
    lines = tuple(GoodsLine(item, 10_000, 60) for item in ITEMS)
    receive_goods(db, ReceiveGoods(new_id(), ANNA, "delivery", lines), moment())


def _price_book(db: sqlite3.Connection) -> None:
    price = BookPrice(ItemId("I09"), BOOK, "", 0, 0, 600)
    for data_set, key, row in (
        (DataSet.PRICE_BOOKS, BOOK, PriceBook(BOOK, "Members")),
        (DataSet.BOOK_PRICES, "", price),
    ):
        put_in_force(db, data_set, [key] if key else [], [Read(1, row)], [], 0)


def _move(db: sqlite3.Connection) -> None:
    """Cash and goods without a sale, and both tills counted and settled."""
    at = moment()
    sessions = db.execute("SELECT till_session_id, workstation_id FROM till_session ORDER BY 2")
    tills = {name: TillSessionId(UUID(bytes=key)) for key, name in sessions}
    loan, pickup = TillMovementKind.LOAN, TillMovementKind.PICKUP
    for kind, amount in ((loan, 5_000), (pickup, 2_500)):
        move_cash(db, MoveCash(new_id(), ANNA, kind, amount, "notes"), tills[W1], at)
    count_safe(db, CountSafe(new_id(), ANNA, 90_000), at)
    deposit_cash(db, DepositCash(new_id(), ANNA, 40_000, "BAG-1"), at)
    sent = (SentLine(ItemId("I01"), 2_000),)
    send_goods(db, SendGoods(new_id(), ANNA, "S02", "they ran out", sent), at)
    spoilt = (TakenLine(ItemId("I02"), -1_000),)
    take_out(db, TakeOut(new_id(), ANNA, TakenFor.WASTE, "spoilt", spoilt), at)
    for name, till in tills.items():
        slips = (CountedTender(CARD, 100),)
        count_till(db, CountTill(new_id(), ANNA, 9_990, (), slips), till, name, at)
        settle_till(db, SettleTill(ANNA), till, name, EventId(uuid4()), at)


def new_id() -> MovementId:
    return MovementId(uuid4())


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traded]:
    made = Traded(tmp_path_factory.mktemp("rich") / "store.sqlite3")
    trade_richly(made)
    yield made
    made.writer.close_now()


@pytest_asyncio.fixture
async def both(store: Traded, postgres_url: str, tmp_path: Path) -> AsyncIterator[Both]:
    engine = open_engine(postgres_url)
    shop = Shop()
    for fact in store.facts():
        shop.append(fact)
    await arrived(engine, shop)
    path = tmp_path / "there.sqlite3"
    here = store.writer.run_now(lambda db: db)
    with closing(sqlite3.connect(path)) as there:
        here.backup(there)
        await _put_rows(engine, shop, there)
        yield Both(here, engine, shop, there, await _taken(engine, shop))
    await engine.dispose()


async def _put_rows(engine: AsyncEngine, shop: Shop, there: sqlite3.Connection) -> None:
    """Head office's rows, in place of the shop's own. Where a sale moved stock, and whether more
    left than was there, follows from head office's history of each item."""
    async with unit_of_work(engine) as db:
        connection = await driver_of(db)
        for table in HELD:
            there.execute(f"DELETE FROM {table}")
        for table in HELD[:4]:
            asked = f"SELECT * FROM {table} WHERE store_id = $1"
            for row in await connection.fetch(asked, shop.store_id):
                _insert(there, table, {name: _plain(value) for name, value in row.items()})
        items = "SELECT item_id FROM stock_level WHERE store_id = $1"
        for (item,) in await connection.fetch(items, shop.store_id):
            for one in await item_history(db, shop.store_id, item):
                if one.sale_id is not None:
                    number = there.total_changes
                    moved = {"event_id": one.sale_id.bytes, "line_no": number, "item_id": item}
                    left = {"quantity_milli": one.milli, "oversold": one.on_hand_milli < 0}
                    _insert(there, "stock_movement", {**moved, **left, "kind": one.what})


def _insert(there: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    """The columns that the shop's table has; what head office does not keep is empty."""
    told = there.execute(f"SELECT name, \"notnull\" FROM pragma_table_info('{table}')").fetchall()
    values = {name: row.get(name, 0 if needed else None) for name, needed in told}
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    there.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return value.bytes
        case date():
            return value.isoformat()
        case _:
            return value


async def _taken(engine: AsyncEngine, shop: Shop) -> Taken:
    async with unit_of_work(engine) as db:
        rows = await (await driver_of(db)).fetch(
            "SELECT m.sale_id, coalesce(nullif(m.promotion_id, ''), m.kind || ' ' || m.reason),"
            " m.reason, m.amount_minor FROM sale_modifier AS m WHERE m.store_id = $1"
            " AND m.kind <> ALL($2::text[])",
            shop.store_id,
            list(NO_DISCOUNT),
        )
    found = [(row[0].hex, *list(row)[1:]) for row in rows]
    return Taken(msgspec.json.encode(found).decode())


async def test_every_report_says_the_same_over_head_offices_rows_as_over_the_shops(
    both: Both,
) -> None:
    for report in REPORTS:
        if report.name in BESIDE:
            continue
        taken = read_taken(both.here, report, SPAN)
        here = read_groups(both.here, report, SPAN, ZONE, taken)
        there = read_groups(both.there, report, SPAN, ZONE, both.taken)
        assert here, f"{report.name}: there is nothing to compare"
        assert figures_of(report, here) == figures_of(report, there), report.name
        whole = read_whole(both.here, report, SPAN, ZONE, taken)
        assert whole == read_whole(both.there, report, SPAN, ZONE, both.taken), report.name
        for place, column in enumerate(report.columns):
            under = receipts_under(both.here, report, column, None, SPAN, ZONE, taken)
            known = receipts_under(both.there, report, column, None, SPAN, ZONE, both.taken)
            assert under == known, (report.name, column.name)
            assert sum(one.amount for one in under) == whole[place], (report.name, column.name)


def figures_of(report: Report, groups: tuple[Group, ...]) -> dict[str, dict[str, int]]:
    """By key, its columns by name."""
    names = [column.name for column in report.columns]
    return {one.key: dict(zip(names, one.amounts, strict=True)) for one in groups}


async def test_every_figure_of_a_day_is_head_offices_and_none_of_them_is_nothing(
    both: Both,
) -> None:
    here = read_totals(both.here, BUSINESS_DATE)
    async with unit_of_work(both.engine) as db:
        there = await store_totals(db, both.shop.store_id, BUSINESS_DATE)
    assert here == there
    nothing = {one.name for one in FIGURES} - {one.figure.name for one in told(here)}
    assert nothing == set()


async def test_the_rows_under_every_figure_of_a_day_are_head_offices(both: Both) -> None:
    totals = read_totals(both.here, BUSINESS_DATE)
    async with unit_of_work(both.engine) as db:
        for key, one in zip(figure_keys(totals), readings(totals), strict=True):
            scope = FigureScope(both.shop.store_id, BUSINESS_DATE)
            page = await figure_rows(db, scope, key)
            after, rows = page.after, [*page.rows]
            while after is not None:
                following = await figure_rows(db, scope, key, after)
                after, rows = following.after, [*rows, *following.rows]
            here = rows_of(both.here, BUSINESS_DATE, Whose(), one, blind=False)
            summed = Counter[str]()
            for row in here:
                summed[row.number] += row.amount
            assert sum(summed.values()) == one.amount, one.name
            if not key.counts:
                theirs = Counter[str]()
                for found in rows:
                    theirs[found.number or ""] += found.amount
                assert +summed == +theirs, one.name
                assert -summed == -theirs, one.name


def told(totals: Totals) -> list[Reading]:
    """Figures that are something; of those that are of parts one part is enough."""
    return [one for one in readings(totals) if one.amount or one.figure.per is Per.COUNT]
