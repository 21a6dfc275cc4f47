"""Every kind of code that a shop meets, from the scanner as keystrokes while a dialog stands open:
none becomes text in it, each is what it says; on the screen Pay no letter of one chooses a
tender."""

import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import Page, expect

from edge.box.folder import database_of
from sync.protocol.money import format_minor
from sync.protocol.scan_code import check_digit, code_key
from tests.browser.chain import Box
from tests.browser.test_return import sold_for_cash
from tests.browser.till_page import (
    Sold,
    items,
    open_till_page,
    scan,
    sees_total,
    take_a_breath,
)
from tests.browser.watched import Tabs

GTIN = "09506000134352"
PLU = "12345"
SEPARATOR = "\u001d"
"""Between the elements of a GS1 code, as scanners send it."""
WEIGHT = f"21{PLU}00755"


def publish(box: Box, item: Sold, weighed: Sold) -> None:
    """As head office would: the item's GTIN, what the scale calls the other one, how its labels are
    built."""
    codes = ((GTIN[1:], item), (f"21{PLU}00000" + check_digit(f"21{PLU}00000"), weighed))
    with closing(sqlite3.connect(database_of(box.folder))) as db, db:
        for code, of in codes:
            row = (code_key(code), of.item_id, code)
            statement = (
                "INSERT INTO scan_code (code_key, item_id, scan_code, holds) VALUES (?, ?, ?, true)"
            )
            db.execute(statement, row)
        db.execute("INSERT OR REPLACE INTO scale_code VALUES ('21IIIIIWWWWWC', 1)")


async def open_dialog(page: Page) -> None:
    await page.keyboard.press("F4")
    await expect(page.get_by_role("dialog", name="Customer")).to_be_visible()


async def nothing_typed(page: Page) -> None:
    field = page.get_by_label("Phone, e-mail, code or name")
    await expect(field).to_have_value("")
    await expect(field).to_be_focused()


CODES = {
    "EAN-13": GTIN[1:],
    "GS1 DataMatrix": f"]d201{GTIN}10ABC123{SEPARATOR}21SN-7",
    "Digital Link": f"https://id.gs1.org/01/{GTIN}/10/ABC123",
    "weight in the code": WEIGHT + check_digit(WEIGHT),
}


async def test_every_kind_of_code_is_taken_while_a_dialog_is_open(tabs: Tabs, shop: Box) -> None:
    item, weighed = items(shop)[0], items(shop, "kg")[0]
    publish(shop, item, weighed)
    page = await open_till_page(tabs, shop)
    await open_dialog(page)
    total = 0
    basket = page.get_by_role("list", name="Basket")
    for kind, code in CODES.items():
        await scan(page, code)
        if kind == "weight in the code":
            total += (weighed.price_minor * 755 + 500) // 1_000
            await expect(basket).to_contain_text("0.755")
        else:
            total += item.price_minor
        await sees_total(page, total)
        await nothing_typed(page)
    await page.keyboard.press("Escape")
    await expect(page.get_by_label("Scan or search")).to_have_value("")


async def test_a_receipts_code_opens_its_return_from_another_dialog(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    number, code = await sold_for_cash(page, items(shop)[0])
    await open_dialog(page)
    await scan(page, code)
    await expect(page.get_by_role("dialog", name="Take goods back")).to_contain_text(number)
    await expect(page.get_by_role("dialog")).to_have_count(1)


@pytest.mark.parametrize("kind", ["Digital Link", "GS1 DataMatrix"])
async def test_no_letter_of_a_scan_chooses_a_tender_and_one_by_hand_does(
    tabs: Tabs, shop: Box, kind: str
) -> None:
    """The letters of a link chose one tender after the other, and what was typed was gone."""
    item, weighed = items(shop)[0], items(shop, "kg")[0]
    publish(shop, item, weighed)
    page = await open_till_page(tabs, shop)
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F2")
    await expect(page.get_by_label("Cash given")).to_be_focused()
    await page.keyboard.press("n")
    nets = page.get_by_role("group", name="Pay by").get_by_role("button", name="NETS")
    await expect(nets).to_have_attribute("aria-pressed", "true")
    await page.get_by_label("NETS amount").fill("1.00")
    await page.get_by_label("NETS amount").focus()
    await take_a_breath(page)
    await scan(page, CODES[kind])
    await expect(page.get_by_role("list", name="Basket")).to_contain_text(item.name)
    await expect(page.get_by_test_id("total")).to_have_text(format_minor(2 * item.price_minor))
