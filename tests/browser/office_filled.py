"""A shop's back office with so many rows of everything, and a browser in it; and every page of it,
found by following its links."""

import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
from litestar import Litestar
from playwright.async_api import Page

from edge.db.published import Read, put_in_force
from edge.pages.coming_in import office_guard
from edge.server.app import build_app
from sync.protocol.buying import ReorderPoint, Supplier, SupplierItem
from sync.protocol.facts import TaxClass
from sync.protocol.feeds import ROWS
from sync.protocol.identity import ItemId
from sync.protocol.reference import DataSet, Item, ItemRule, Price
from sync.protocol.shop import Shop
from sync.protocol.told import ToldLine, TransferNews, TransferTold
from sync.protocol.transfers import intent_of
from tests.browser.watched import Tabs
from tests.edge_store import COMPANY, act, open_store, sale
from tests.integration.office_fixtures import Browser
from tests.integration.people_fixtures import publish

LONG = "Barista's own double-roasted Sumatra beans, resealable"
NAMES = (LONG, "龙井茶 明前 特级 礼盒装", "Oat milk 1 l")
DEPARTMENTS = ("grocery", "饮料 Drinks", "household")
OTHER = UUID(int=0x5002)
SEARCH = "/office/find?text=G00"
"""The one page that a form leads to."""
OF_A_ROUTE_MAX = 8
"""Are looked at for their links: a draft leads elsewhere than an order that was sent."""
_PLACE = re.compile(r"\{[^}]*\}")


@asynccontextmanager
async def filled(folder: Path, many: int) -> AsyncIterator[Browser]:
    """Anna is in the back office of a shop of so many goods, receipts, orders, transfers, counts
    and people."""
    async with open_store(folder) as till:
        await till.box.writer.run(publish)
        await till.box.writer.run(lambda db: _publish(db, many))
        till.box.sessions.forget()
        async with httpx.AsyncClient(base_url=till.client.base_url, trust_env=False) as client:
            browser = Browser(till, client)
            if many:
                await _fill(browser, many)
            await browser.enter()
            yield browser


async def page_in(tabs: Tabs, browser: Browser, scheme: Literal["light", "dark"]) -> Page:
    """A tab in which the same person is signed in."""
    url = str(browser.client.base_url)
    page = await tabs.open(f"{url}/office/pair")
    cookies: list[Any] = [
        {"name": one.name, "value": one.value or "", "domain": one.domain, "path": one.path}
        for one in browser.client.cookies.jar
    ]
    await page.context.add_cookies(cookies)
    await page.emulate_media(color_scheme=scheme)
    return page


def routes_of(app: Litestar) -> list[str]:
    """Every page for whoever is signed in, as its route says it; files are none."""
    found = set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            is_page = "GET" in handler.http_methods and office_guard in handler.resolve_guards()
            if is_page and not route.path.endswith(".pdf"):
                found.add(route.path)
    return sorted(found)


async def every_page(page: Page, browser: Browser) -> dict[str, str]:
    """An address of each of them by its route, from the first page on: nobody gets to a page but by
    a link."""
    url = str(browser.client.base_url)
    routes = routes_of(build_app(browser.till.box))
    found: dict[str, str] = {}
    looked = Counter[str]()
    waiting = ["/office", SEARCH]
    met = set(waiting)
    while waiting and len(found) < len(routes):
        address = waiting.pop(0)
        route = route_named(urlsplit(address).path, routes)
        if route is None or looked[route] == OF_A_ROUTE_MAX:
            continue
        looked[route] += 1
        answer = await page.goto(urljoin(url, address))
        assert answer is not None
        assert answer.status == 200, (address, answer.status)
        found.setdefault(route, address)
        links = await page.eval_on_selector_all(
            "a[href^='/office']", "(all) => all.map((one) => one.getAttribute('href'))"
        )
        for link in (one.partition("#")[0] for one in links):
            if link not in met and "as=" not in link and not link.endswith(".pdf"):
                met.add(link)
                waiting.append(link)
    return found


def route_named(path: str, routes: list[str]) -> str | None:
    """Which of these a path is of; what names itself goes before what takes any name."""
    for route in sorted(routes, key=lambda one: (one.count("{"), -len(one))):
        pattern = _PLACE.sub("[^/]+", route.rstrip("/"))
        if re.fullmatch(pattern, path.rstrip("/")):
            return route
    return None


def item_id(number: int) -> ItemId:
    return ItemId(f"G{number:03d}")


def _put(db: sqlite3.Connection, data_set: DataSet, *rows: Any) -> None:
    keys = [ROWS[data_set].key_of(row) for row in rows]
    put_in_force(db, data_set, keys, [Read(1, row) for row in rows], [], 0)


def _publish(db: sqlite3.Connection, many: int) -> None:
    items = [
        Item(
            item_id(number),
            f"{NAMES[number % 3]} {number}",
            DEPARTMENTS[number % 3],
            TaxClass.STANDARD,
            (f"G{number:03d}",),
            unit_cost_minor=150,
        )
        for number in range(many)
    ]
    _put(db, DataSet.ITEMS, *items)
    _put(db, DataSet.PRICES, *(Price(one.item_id, 0, 399 + n) for n, one in enumerate(items)))
    _put(db, DataSet.REORDER_POINTS, *(ReorderPoint(one.item_id, 90_000, 99_000) for one in items))
    if many:
        _put(db, DataSet.ITEM_RULES, ItemRule(item_id(0), asks_lot=True))
    some = range(min(many, 12))
    _put(db, DataSet.SUPPLIERS, *(Supplier(f"ACME{n}", f"Acme 食品 Foods {n}") for n in some))
    _put(
        db,
        DataSet.SUPPLIER_ITEMS,
        *(SupplierItem("ACME0", one.item_id, f"A-{n}", 1_000, 90) for n, one in enumerate(items)),
    )
    shops = (Shop(f"S{n + 2:02d}", UUID(int=0x5002 + n), f"西店 West {n}") for n in some)
    _put(db, DataSet.SHOPS, *shops)
    _put(db, DataSet.TRANSFERS, *(_told(number) for number in range(many)))


def _told(number: int) -> TransferTold:
    """One on its way here, every other one asked of this shop."""
    name = f"S02-S01-1AABBCCDD-{number}"
    line = ToldLine(1, item_id(number), 6_000, -900)
    wish, asked = uuid4(), number % 2
    here, there = (None, "S01"), (OTHER, "S02")
    giver, taker = (here, there) if asked else (there, here)
    return TransferTold(
        subject_id=wish if asked else intent_of(COMPANY, name),
        event_id=wish if asked else uuid4(),
        part=0,
        news=TransferNews.WISHED if asked else TransferNews.SENT,
        wish_id=None,
        from_store_id=giver[0],
        from_code=giver[1],
        to_store_id=taker[0],
        to_code=taker[1],
        store_id=OTHER,
        number="" if asked else name,
        said_by="bo",
        reason="they ran out, and the weekend is long",
        at_ms=1_790_000_000_000,
        lines=(line,),
    )


async def _fill(browser: Browser, many: int) -> None:
    await browser.till.open_shop()
    await _stock(browser, many)
    await _sell(browser, many)
    await _order(browser, many)
    for number in range(min(many, 30)):
        count = {"count_id": str(uuid4()), "operator_id": "anna", "name": f"Shelf 货架 {number}"}
        await _post(browser, "/stock-counts", count)
        where = f"/stock-counts/{count['count_id']}/lines"
        line = {"line_id": str(uuid4()), "operator_id": "anna", "text": f"G{number:03d}"}
        await _post(browser, where, line)


async def _post(browser: Browser, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await browser.till.call("POST", path, body)
    assert answer.status_code in (200, 201), (path, answer.text)
    found: dict[str, Any] = answer.json()
    return found


async def _stock(browser: Browser, many: int) -> None:
    soon = datetime.now(ZoneInfo("Asia/Singapore")).date() + timedelta(days=5)
    lines: list[dict[str, object]] = [
        {"item_id": item_id(n), "quantity_milli": 40_000, "cost_minor": 6_000 + n, **_mark(n, soon)}
        for n in range(many)
    ]
    receipt = {"operator_id": "anna", "reason": "delivery", "movement_id": str(uuid4())}
    await _post(browser, "/stock/receipts", {**receipt, "lines": lines})
    for number in range(many):
        body = {"movement_id": str(uuid4()), "operator_id": "anna", "supplier_id": "ACME0"}
        line = {"item_id": item_id(number), "quantity_milli": 1_000, "lot": "L-7"}
        await _post(browser, "/supplier-returns", {**body, "reason": "spoilt", "lines": [line]})


def _mark(number: int, soon: date) -> dict[str, object]:
    return {"lot": "L-7", "expires_on": soon.isoformat()} if number % 2 == 0 else {}


async def _sell(browser: Browser, many: int) -> None:
    for number in range(many):
        worth = 399 + number
        line: dict[str, Any] = {"line_no": 1, "scan_code": f"G{number:03d}"}
        line |= {"quantity_milli": 1_000, **({"lot": "L-7"} if number == 0 else {})}
        tenders = [{"tender_id": "card", "amount_minor": worth}]
        await _post(browser, "/sales", sale(lines=[line], tenders=tenders, total_minor=worth))
    first = await _post(browser, "/sales", sale())
    gone = {"post_void_of": first["sale_id"], "note": "rung up twice", "lines": []}
    back = [{"tender_id": "cash", "amount_minor": -345}]
    await _post(browser, "/sales", sale(**gone, tenders=back, total_minor=-345))


async def _order(browser: Browser, many: int) -> None:
    for number in range(many):
        order = {"event_id": str(uuid4()), "order_id": str(uuid4()), "operator_id": "anna"}
        lines = [{"item_id": item_id(number), "quantity_milli": 5_000, "unit_cost_minor": 90}]
        await _post(browser, "/purchase-orders", {**order, "supplier_id": "ACME0", "lines": lines})
        if number % 2 == 0:
            await _post(browser, f"/purchase-orders/{order['order_id']}/send", act())
