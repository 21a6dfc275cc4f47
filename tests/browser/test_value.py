"""Gift cards and store credit at the till page, by the keys and the scanner: loaded, spent in part
with what is left in sight, and money that goes back onto a note."""

import sqlite3
from contextlib import closing

import msgspec
import pytest
from playwright.async_api import Page, expect

from edge.box.folder import database_of
from edge.db.store import read_settings, take_settings
from sync.protocol.cards import card_number
from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.test_return import sold_for_cash
from tests.browser.till_page import (
    items,
    open_till_page,
    pay_exactly,
    receipt_number,
    scan,
    sees_total,
)
from tests.browser.watched import NARROW, WIDE, Tabs

NUMBER = card_number(4711)
HELD = "SELECT kind, sum(points - spent - released) FROM points_right WHERE kind != 'points'"
LOADED = (
    "INSERT INTO item_rule VALUES (?, 0, NULL, NULL, 0, 0, NULL, 1000, 0, 'gift_value')",
    "INSERT OR IGNORE INTO tender VALUES ('gift', 'Gift card', 'stored_value', ?, 1)",
)


def sells_cards(shop: Box, item_id: str) -> None:
    """As head office publishes it."""
    with closing(sqlite3.connect(database_of(shop.folder))) as db, db:
        db.execute(LOADED[0], (item_id,))
        db.execute(LOADED[1], (1,))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_gift_card_is_loaded_by_scan_and_pays_what_is_on_it(
    tabs: Tabs, shop: Box, size: tuple[int, int]
) -> None:
    goods = sorted(items(shop), key=lambda item: item.price_minor)
    loads, bought = goods[0], goods[-1]
    sells_cards(shop, loads.item_id)
    page = await open_till_page(tabs, shop, size)
    await scan(page, loads.scan_code)
    await expect(page.get_by_role("heading", name="Card to load")).to_be_visible()
    await scan(page, NUMBER)
    await sees_total(page, loads.price_minor)
    await pay_exactly(page)
    await receipt_number(page)
    assert f"**** {NUMBER[-4:]}" in await page.locator("pre").inner_text()
    await scan(page, bought.scan_code)
    await sees_total(page, bought.price_minor)
    await page.keyboard.press("F2")
    await page.get_by_role("button", name="Gift card", exact=False).press("Enter")
    await scan(page, NUMBER)
    value = page.get_by_test_id("value")
    await expect(value).to_contain_text(NUMBER[-4:])
    await expect(value).to_contain_text(format_minor(loads.price_minor))
    await page.keyboard.press("Enter")
    left = bought.price_minor - loads.price_minor
    await expect(page.get_by_test_id("left")).to_have_text(format_minor(left))
    await page.get_by_role("button", name="Cash", exact=True).press("Enter")
    await page.get_by_role("button", name="Exact").press("Enter")
    await receipt_number(page)
    assert shop.rows(HELD) == [("gift_value", 0)]


async def test_the_page_says_until_when_a_card_is_good_and_that_it_was(
    tabs: Tabs, shop: Box
) -> None:
    goods = sorted(items(shop), key=lambda item: item.price_minor)
    loads, bought = goods[0], goods[-1]
    sells_cards(shop, loads.item_id)
    with closing(sqlite3.connect(database_of(shop.folder))) as db, db:
        take_settings(db, msgspec.structs.replace(read_settings(db), gift_value_months=24))
    page = await open_till_page(tabs, shop)
    await scan(page, loads.scan_code)
    await expect(page.get_by_role("heading", name="Card to load")).to_be_visible()
    await scan(page, NUMBER)
    await sees_total(page, loads.price_minor)
    await pay_exactly(page)
    await receipt_number(page)
    told = "SELECT last_day FROM points_right WHERE kind = 'gift_value'"
    ((last_day,),) = shop.rows(told)
    assert f"until {last_day}" in await page.locator("pre").inner_text()
    await scan(page, bought.scan_code)
    await sees_total(page, bought.price_minor)
    await page.keyboard.press("F2")
    await page.get_by_role("button", name="Gift card", exact=False).press("Enter")
    await scan(page, NUMBER)
    until = page.get_by_test_id("good-until")
    await expect(until).to_have_text(f"Good until {last_day}.")
    with closing(sqlite3.connect(database_of(shop.folder))) as db, db:
        db.execute("UPDATE points_right SET last_day = '2020-01-01' WHERE kind = 'gift_value'")
    await page.get_by_role("button", name="Another card").click()
    await scan(page, NUMBER)
    await expect(until).to_contain_text("It was good until 2020-01-01")


async def test_money_goes_back_onto_a_slip_of_store_credit_that_pays_the_next_sale(
    tabs: Tabs, shop: Box
) -> None:
    item = items(shop)[0]
    sells_cards(shop, items(shop)[1].item_id)
    page = await open_till_page(tabs, shop)
    number, _ = await sold_for_cash(page, item)
    await page.keyboard.press("F7")
    await page.get_by_label("Scan the receipt, or type its number").fill(number)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Take all of it back").click()
    await sees_total(page, -item.price_minor)
    await page.keyboard.press("F2")
    await page.get_by_role("button", name="Onto a slip of store credit").press("Enter")
    await receipt_number(page)
    note = await note_on(page)
    await page.keyboard.press("F2")
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F2")
    await page.get_by_role("button", name="Gift card", exact=False).press("Enter")
    await page.get_by_label("Scan the card or the slip, or type its number").fill(note)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("value")).to_contain_text(format_minor(item.price_minor))
    await page.keyboard.press("Enter")
    await receipt_number(page)
    assert shop.rows(HELD) == [("store_credit", 0)]


async def note_on(page: Page) -> str:
    """The number that stands behind the words on the paper."""
    lines = (await page.locator("pre").inner_text()).splitlines()
    place = next(at for at, line in enumerate(lines) if line.startswith("STORE CREDIT"))
    return lines[place + 1].strip()
