"""The shop's reports and head office's say the same of the same rows: a day with a discount by
hand, goods that came back and a receipt that was voided is traded at the shop, and its own facts
are counted at head office."""

import sqlite3
from collections.abc import AsyncIterator, Mapping
from datetime import date
from functools import partial
from typing import Any

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import open_engine, unit_of_work
from central.reports.promotions import promotion_costs
from central.reports.sales import DAILY_SALES, SOLD_BY_BOOK, TAX_BY_RATE, read_sales
from edge.domain.span import Span
from edge.usecases.report.read import ReportLook, read_report
from sync.protocol.codec import decode_fact
from tests.edge_store import WINE, sale
from tests.integration.office_fixtures import Browser, browser
from tests.integration.test_central_reports import arrived, postgres_template
from tests.integration.test_edge_office_day import traded
from tests.shop_journal import COMPANY, Shop

__all__ = ["browser", "postgres_template"]
OFF = {"reason": "dented", "amount_minor": 149}


@pytest_asyncio.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


async def traded_day(browser: Browser) -> date:
    day = await traded(browser)
    wine = {"line_no": 1, "scan_code": WINE, "quantity_milli": 1_000, "discount": OFF}
    paid = [{"tender_id": "card", "amount_minor": 2_841}]
    for _ in range(2):
        sold = await browser.till.call(
            "POST", "/sales", sale(lines=[wine], tenders=paid, total_minor=2_841)
        )
        assert sold.status_code == 201, sold.text
    named = {"post_void_of": sold.json()["sale_id"], "note": "rung up twice"}
    back = [{"tender_id": "card", "amount_minor": -2_841}]
    void = sale(lines=[], tenders=back, total_minor=-2_841, **named)
    voided = await browser.till.call("POST", "/sales", void)
    assert voided.status_code == 201, voided.text
    return date.fromisoformat(day.rpartition("/")[2])


async def at_head_office(browser: Browser, engine: AsyncEngine) -> Shop:
    """The same facts, as a store's journal there."""
    rows = await browser.till.box.reader.read(
        lambda db: db.execute(
            "SELECT kind, kind_version, body FROM journal ORDER BY seq"
        ).fetchall()
    )
    shop = Shop()
    for row in rows:
        shop.append(decode_fact(*row))
    return await arrived(engine, shop)


async def looks(browser: Browser, on: date) -> Mapping[str, Mapping[str, dict[str, int]]]:
    """Report by name, its rows by key, their figures by column."""

    def read(name: str, db: sqlite3.Connection) -> ReportLook:
        return read_report(db, name, Span(on, on), None, blind=False)

    found = {}
    for name in ("day", "tax", "promotion", "price-book"):
        look: ReportLook = await browser.till.box.reports.read(partial(read, name))
        columns = [one.name for one in look.columns]
        found[name] = {
            str(row.key): dict(zip(columns, row.amounts, strict=True)) for row in look.rows
        }
    return found


async def test_the_shops_reports_and_head_offices_say_the_same(
    browser: Browser, engine: AsyncEngine
) -> None:
    on = await traded_day(browser)
    shop = await at_head_office(browser, engine)
    here = await looks(browser, on)
    async with unit_of_work(engine) as db:
        asked: Any = (COMPANY, on, on, shop.store_id)
        (day,) = await read_sales(db, DAILY_SALES, *asked)
        taxes = await read_sales(db, TAX_BY_RATE, *asked)
        books = await read_sales(db, SOLD_BY_BOOK, *asked)
        costs = await promotion_costs(db, COMPANY, on, on)
    assert here["day"] == {
        str(day.business_date): {
            "receipts": day.transactions,
            "gross": day.gross_minor,
            "refunds": day.refunds_minor,
            "discounts": day.discounts_minor,
            "tax": day.tax_minor,
            "total": day.total_minor,
        }
    }
    assert (day.transactions, day.discounts_minor) == (6, 298)
    assert {key: (row["net"], row["tax"]) for key, row in here["tax"].items()} == {
        f"{one.tax_class} {one.tax_rate_bp}": (one.net_minor, one.tax_minor) for one in taxes
    }
    assert {key: (row["receipts"], row["off"]) for key, row in here["promotion"].items()} == {
        one.promotion_id or f"{one.kind} {one.reason}": (one.receipts, one.off_minor)
        for one in costs.rows
    }
    assert {key: row["total"] for key, row in here["price-book"].items()} == {
        one.price_book: one.amount_minor for one in books
    }
