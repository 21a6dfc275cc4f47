"""Shelf labels over the API and the office's page: the price that everybody pays, of now or of a
day to come, on sheets whose bars a reader reads back, and on a label printer."""

import asyncio
import io
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from PIL import Image

from edge.db.published import Read, put_in_force
from edge.db.store import take_settings
from edge.devices.shelf_label.sheets import SHEETS, sheet_values
from edge.domain.shelf_label import ShelfLabel, symbology_of
from sync.program.pages import Template, document
from sync.protocol.codec import encode
from sync.protocol.content import Content
from sync.protocol.facts import TaxClass
from sync.protocol.feeds import ROWS
from sync.protocol.identity import ItemId, PromotionId
from sync.protocol.price_books import BookPrice, PriceBook
from sync.protocol.promotions.conditions import Condition
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.several_for import SeveralFor
from sync.protocol.promotions.shape import Pick
from sync.protocol.reference import DataSet, Item, Price, PublishedPromotion
from sync.protocol.units import Unit
from tests.bar_reader import read_bars
from tests.edge_store import MILK, RICE, Till, open_store, settings
from tests.integration.office_fixtures import Browser, browser

__all__ = ["browser"]
PAGE = "/office/stock/labels"
TODAY = datetime.now(ZoneInfo("Asia/Singapore")).date()
TOMORROW = TODAY + timedelta(days=1)
MILK_1L = Item(
    ItemId("item-1"),
    "Milk 1 l",
    "grocery",
    TaxClass.STANDARD,
    (MILK,),
    content=Content(1_500_000, Unit.MILLILITRE),
)


async def publish(till: Till, data_set: DataSet, *rows: Any) -> None:
    def put(db: sqlite3.Connection) -> None:
        for row in rows:
            put_in_force(db, data_set, [ROWS[data_set].key_of(row)], [Read(1, row)], [], 0)

    await till.box.writer.run(put)


def at(day: date) -> int:
    """Six in the morning in Singapore."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1_000) - 7_200_000


async def labels(till: Till, *items: str, **more: Any) -> list[dict[str, Any]]:
    body = {"items": [{"item_id": item} for item in items], **more}
    answer = await till.call("POST", "/labels", body)
    assert answer.status_code == 200, answer.text
    return [one["label"] for one in answer.json()["labels"]]


@pytest.fixture
async def till(tmp_path: Path) -> Any:
    async with open_store(tmp_path / "S01") as opened:
        yield opened


async def test_a_label_has_price_code_and_what_a_litre_costs(till: Till) -> None:
    await publish(till, DataSet.ITEMS, MILK_1L)
    (milk,) = await labels(till, "item-1")
    assert (milk["price_minor"], milk["code"], milk["symbology"]) == (345, MILK, "ean13")
    assert milk["content"] == "1500 ml"
    assert milk["unit_price"] == {"amount_minor": 230, "per": "l"}
    (part,) = await labels(till, "item-1", per_part=True)
    assert part["unit_price"] == {"amount_minor": 23, "per": "100 ml"}


async def test_tax_that_prices_do_not_include_is_in_a_label_s(till: Till) -> None:
    without = msgspec.structs.replace(settings(), tax_included=False)
    await till.box.writer.run(lambda db: take_settings(db, without))
    (milk,) = await labels(till, "item-1")
    assert milk["price_minor"] == 376


async def test_a_price_that_begins_tomorrow_is_on_tomorrow_s_label(till: Till) -> None:
    await publish(till, DataSet.PRICES, Price(ItemId("item-1"), at(TOMORROW), 360))
    assert [one["price_minor"] for one in await labels(till, "item-1")] == [345]
    tomorrow = await labels(till, "item-1", on=TOMORROW.isoformat())
    assert [one["price_minor"] for one in tomorrow] == [360]


async def test_the_price_of_a_book_for_all_is_a_label_s_and_one_for_members_is_not(
    till: Till,
) -> None:
    books = PriceBook("sale", "Sale"), PriceBook("gold", "Gold", customer_group="gold")
    await publish(till, DataSet.PRICE_BOOKS, *books)
    prices = [
        BookPrice(ItemId("item-1"), book, "", 0, 0, cost)
        for book, cost in (("sale", 300), ("gold", 200))
    ]
    await publish(till, DataSet.BOOK_PRICES, *prices)
    assert [one["price_minor"] for one in await labels(till, "item-1")] == [300]


async def test_a_promotion_says_its_price_and_its_last_day(till: Till) -> None:
    until = Condition(until_ms=at(TOMORROW) - 6 * 3_600_000)
    arguments = encode(PercentOff(Pick(("item-1",)), 1_000))
    off = PublishedPromotion(PromotionId("OFF"), "Milk week", "percent_off", arguments, until)
    hidden = msgspec.structs.replace(
        off, promotion_id=PromotionId("GOLD"), condition=Condition(groups=("gold",))
    )
    three = encode(SeveralFor(Pick(("item-2",)), 3, 3_000))
    many = PublishedPromotion(PromotionId("RICE3"), "3 for 30.00", "several_for", three)
    await publish(till, DataSet.PROMOTIONS, off, hidden, many)
    milk, rice = await labels(till, "item-1", "item-2")
    assert milk["promotion"] == {
        "name": "Milk week",
        "price_minor": 310,
        "last_day": TODAY.isoformat(),
    }
    assert rice["promotion"] == {"name": "3 for 30.00", "price_minor": None, "last_day": None}
    (plain,) = await labels(till, "item-1", promotions=False)
    assert plain["promotion"] is None


async def test_what_cannot_be_is_refused(till: Till) -> None:
    many = [{"item_id": "item-1", "copies": 100}] * 21
    for body, status in (
        ({"items": [{"item_id": "nothing"}]}, 422),
        ({"items": []}, 400),
        ({"items": many}, 400),
        ({"items": [{"item_id": "item-1"}], "on": "9999-12-31"}, 400),
    ):
        answer = await till.call("POST", "/labels", body)
        assert answer.status_code == status, answer.text
    body = {"items": [{"item_id": "item-1"}]}
    assert (await till.call("POST", "/labels/sheets", {**body, "sheet": "9x9"})).status_code == 400
    none = await till.call("POST", "/labels/print", {**body, "printer": "shelf"})
    assert (none.status_code, none.json()["type"]) == (409, "urn:holdfast:problem:no-label-printer")


def test_the_bars_of_a_sheet_are_read_back() -> None:
    codes = {MILK, "96385074", "036000291452", "SHELF-7 x"}
    each = [
        ShelfLabel(ItemId("I"), "绿茶 <b>#x</b>", "each", None, 450, None, code, symbology_of(code))
        for code in sorted(codes)
    ]
    values = sheet_values(each, SHEETS["2x7"], "labels", "SGD", 2)
    made = document(Template.SHELF_LABELS, values, 0, picture=True)
    read = read_bars(Image.open(io.BytesIO(made)))
    assert {MILK, "96385074", "0036000291452", "SHELF-7 x"} <= read


async def test_sheets_are_a_pdf_the_same_each_time(till: Till) -> None:
    body = {"items": [{"item_id": "item-1", "copies": 30}], "on": TODAY.isoformat(), "used": 2}
    first = await till.call("POST", "/labels/sheets", body)
    assert first.status_code == 200, first.text
    assert first.headers["content-type"] == "application/pdf"
    assert first.content.startswith(b"%PDF")
    assert (await till.call("POST", "/labels/sheets", body)).content == first.content


async def test_a_label_printer_gets_them_and_one_that_is_out_is_told(tmp_path: Path) -> None:
    got: list[bytes] = []
    came = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.read(-1))
        came.set()
        writer.close()

    listening = await asyncio.start_server(take, "127.0.0.1", 0)
    address = f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    where = {"shelf": address, "broken": "127.0.0.1:9"}
    async with listening, open_store(tmp_path / "S01", label_printers=where) as till:
        items = [{"item_id": "item-1", "copies": 2}, {"item_id": "item-2"}]
        body: dict[str, Any] = {"items": items, "printer": "shelf"}
        done = await till.call("POST", "/labels/print", body)
        assert done.json() == {"printer": "shelf", "labels": 3}
        await came.wait()
        assert got[0].count(b"^XA") == 2
        assert b"^PQ2" in got[0]
        assert f"^FD{MILK[:12]}".encode() in got[0]
        out = await till.call("POST", "/labels/print", {**body, "printer": "broken"})
        assert (out.status_code, out.json()["type"]) == (
            409,
            "urn:holdfast:problem:label-printer-out",
        )


async def post(browser: Browser, path: str, **fields: str) -> httpx.Response:
    return await browser.send_from(PAGE, f"{PAGE}/{path}", **fields)


async def test_the_page_takes_scans_words_departments_and_changes_without_scripts(
    browser: Browser,
) -> None:
    await browser.till.open_shop()
    await browser.enter()
    rice = Item(ItemId("item-2"), "Rice 5 kg", "grocery", TaxClass.STANDARD, (RICE,))
    await publish(browser.till, DataSet.ITEMS, rice)
    scanned = await post(browser, "lines", scan=MILK)
    assert scanned.status_code == 200
    assert "Milk 1 l" in scanned.text
    assert f'aria-label="{MILK}"' in scanned.text
    found = await post(browser, "lines", scan="rice")
    assert 'value="item-2"' in found.text
    picked = await post(browser, "lines", pick="item-2", item_1="item-1", quantity_1="1")
    assert 'value="item-1"' in picked.text
    assert 'value="item-2"' in picked.text
    unknown = await post(browser, "lines", scan="zzzz")
    assert unknown.status_code == 422
    whole = await post(browser, "many", department="grocery")
    assert "3 items added." in whole.text
    await publish(browser.till, DataSet.PRICES, Price(ItemId("item-3"), at(TOMORROW), 3_000))
    since = {"since": TODAY.isoformat()}
    assert "Nothing more was found." in (await post(browser, "many", **since)).text
    changed = await post(browser, "many", **since, on=TOMORROW.isoformat())
    assert "1 item added." in changed.text
    assert "30.00" in changed.text
    assert (await post(browser, "many")).status_code == 400


async def test_the_page_gives_the_pdf_and_keeps_what_was_typed(browser: Browser) -> None:
    await browser.till.open_shop()
    await browser.enter()
    rows = {"item_1": "item-1", "quantity_1": "2", "sheet": "2x7"}
    made = await post(browser, "sheets", **rows)
    assert made.content.startswith(b"%PDF"), made.text
    wrong = await post(browser, "sheets", item_1="item-1", quantity_1="many")
    assert wrong.status_code == 400
    assert 'value="many"' in wrong.text
    assert "label_printers" in wrong.text
    none = await post(browser, "print", item_1="item-1", quantity_1="1", printer="shelf")
    assert none.status_code == 409
    assert RICE not in none.text
