"""What the shop's goods are worth and what is left of what was sold, on its own pages; and head
office says the same of the same facts, item by item, with a count among them, with goods that were
sold before they came in, and with what goes out unsold."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import open_engine, snapshot
from central.reports.sales import Page
from central.reports.stock_value import cost_of_sales, stock_value
from central.usecases.stock.keep_value import keep_value
from edge.db.costs import cost_of_sales_by_item, put_right_on, worth_of_items
from edge.db.stock import held_of
from edge.usecases.shelf_count.begin import BeginShelfCount, begin_shelf_count
from edge.usecases.shelf_count.book import BookShelfCount, book_shelf_count
from edge.usecases.shelf_count.say import SayCounted, say_counted
from edge.usecases.stock.receive_goods import GoodsLine, ReceiveGoods, receive_goods
from edge.usecases.stock.take_out import TakenFor, TakenLine, TakeOut, take_out
from sync.protocol.identity import ItemId, MovementId, OperatorId, WorkstationId
from tests.edge_store import MILK, sale
from tests.integration.office_fixtures import Browser, browser
from tests.integration.test_central_reports import postgres_template
from tests.integration.test_edge_office_day import traded
from tests.integration.test_edge_office_reports_equal import at_head_office

__all__ = ["browser", "postgres_template"]
ANNA, MILK_ITEM, COUNT = OperatorId("anna"), ItemId("item-1"), UUID(int=5)


@pytest_asyncio.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


async def received(browser: Browser, pieces: int, cost: int) -> None:
    lines = (GoodsLine(MILK_ITEM, pieces * 1_000, None, cost),)
    request = ReceiveGoods(MovementId(uuid4()), ANNA, "delivery", lines)
    at = browser.till.box.clock.moment()
    await browser.do(lambda db: receive_goods(db, request, at))


async def wasted(browser: Browser, pieces: int) -> None:
    lines = (TakenLine(MILK_ITEM, -pieces * 1_000),)
    request = TakeOut(MovementId(uuid4()), ANNA, TakenFor.WASTE, "sour", lines)
    at = browser.till.box.clock.moment()
    await browser.do(lambda db: take_out(db, request, at))


async def sold(browser: Browser, pieces: int) -> None:
    paid = pieces * 345
    milk = {"line_no": 1, "scan_code": MILK, "quantity_milli": pieces * 1_000}
    tenders = [{"tender_id": "card", "amount_minor": paid}]
    made = sale(lines=[milk], tenders=tenders, total_minor=paid)
    answer = await browser.till.call("POST", "/sales", made)
    assert answer.status_code == 201, answer.text


async def counted(browser: Browser, pieces: int) -> None:
    """One more is sold between the shelf and the books."""
    at, said = browser.till.box.clock.moment(), SayCounted(uuid4(), ANNA, MILK, pieces * 1_000)
    await browser.do(
        lambda db: begin_shelf_count(db, BeginShelfCount(COUNT, ANNA, "stocktake"), at)
    )
    await browser.do(lambda db: say_counted(db, COUNT, said, WorkstationId("W1"), at))
    await sold(browser, 1)
    request = BookShelfCount(uuid4(), ANNA)
    await browser.do(lambda db: book_shelf_count(db, COUNT, request, at))


async def a_day(browser: Browser) -> date:
    """Sold below zero, received at two costs, wasted, counted while it sells, sold on."""
    day = date.fromisoformat((await traded(browser)).rpartition("/")[2])
    await received(browser, 3, 500)
    await sold(browser, 5)
    await received(browser, 10, 2_333)
    await wasted(browser, 1)
    await counted(browser, 6)
    await sold(browser, 2)
    return day


async def test_head_office_values_what_is_there_and_what_was_sold_as_the_shop_does(
    browser: Browser, engine: AsyncEngine
) -> None:
    day = await a_day(browser)
    shop = await at_head_office(browser, engine)
    for _ in range(2):
        async with snapshot(engine) as db:
            there = await stock_value(db, shop.store_id, Page(100, 0))
            sales = await cost_of_sales(db, shop.store_id, day, day, Page(100, 0))
        items = [one.item_id for one in there]
        worth, costs, held = await browser.till.box.reports.read(partial(_here, items, day))
        assert {one.item_id: (one.on_hand_milli, one.worth_minor) for one in worth} == {
            one.item_id: (one.on_hand_milli, one.worth_minor)
            for one in there
            if one.on_hand_milli or one.worth_minor
        }
        assert held == {
            one.item_id: (one.on_hand_milli, one.worth_minor, one.unit_mills) for one in there
        }
        assert {one.key: (one.quantity_milli, *_money(one)) for one in costs} == {
            one.item_id: (one.quantity_milli, *_said(one)) for one in sales
        }
        (milk,) = [one for one in there if one.item_id == MILK_ITEM]
        gone = milk.went_minor + milk.cost_of_sales_minor + milk.counted_minor
        assert milk.came_minor == gone + milk.worth_minor == 2_833
        assert milk.on_hand_milli == 3_000
        await keep_value(engine, shop.store_id)


def _here(items: list[ItemId], day: date, db: sqlite3.Connection) -> tuple[Any, Any, Any]:
    return worth_of_items(db, 100, 0), cost_of_sales_by_item(db, day, day), held_of(db, items)


def _money(one: object) -> tuple[int, ...]:
    names = ("net_minor", "cost_minor", "difference_minor", "unknown_milli")
    return tuple(getattr(one, name) for name in names)


def _said(one: object) -> tuple[int, ...]:
    names = ("net_minor", "cost_minor", "put_right_minor", "unknown_milli")
    return tuple(getattr(one, name) for name in names)


async def test_the_page_of_stock_value_adds_up_and_leads_to_what_explains_each_unit(
    browser: Browser,
) -> None:
    await a_day(browser)
    await browser.enter()
    assert "/office/reports/stock-value" in await browser.text("/office/reports")
    page = await browser.text("/office/reports/stock-value")
    assert 'href="/office/stock/items/item-1"' in page
    as_file = await browser.get("/office/reports/stock-value?department=grocery&as=csv")
    assert as_file.status_code == 200, as_file.text
    worth = await browser.till.box.reports.read(lambda db: worth_of_items(db, 100, 0))
    assert await browser.till.box.reports.read(_none_of) == ()
    for one in worth:
        assert f'href="/office/stock/items/{one.item_id}"' in page


def _none_of(db: sqlite3.Connection) -> tuple[object, ...]:
    return worth_of_items(db, 100, 0, "no such department")


async def test_margin_says_what_was_put_right_on_a_row_of_its_own(browser: Browser) -> None:
    day = await a_day(browser)
    await browser.enter()
    rows = await browser.till.box.reports.read(lambda db: put_right_on(db, day, day))
    total = sum(one.difference_minor for one in rows)
    assert total
    page = await browser.text(f"/office/reports/margin?first={day}&last={day}")
    address = f"/office/reports/margin/put-right?first={day}&amp;last={day}"
    assert page.count(f'href="{address}"') == 2
    below = await browser.text(f"/office/reports/margin/put-right?first={day}&last={day}")
    assert f'id="row-sum">{total / 100:.2f}' in below
    assert 'href="/office/stock/items/item-1"' in below
