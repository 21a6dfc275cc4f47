"""A tip at the till page: asked for before anybody is charged, where the shop takes any; with the
terminal, in cash, wide and narrow, in English and Chinese."""

import sqlite3
from contextlib import closing

import msgspec
import pytest
from playwright.async_api import expect

from edge.box.folder import database_of
from edge.db.store import read_settings, take_settings
from edge.devices.terminal.simulated import Behaviour, Simulation
from sync.protocol.facts import RetailTransaction
from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.test_discounts import last_sale
from tests.browser.test_price_books import speak
from tests.browser.test_till_card import with_terminal
from tests.browser.test_till_display import open_display
from tests.browser.till_page import (
    items,
    open_till_page,
    receipt_number,
    scan,
    sees_total,
)
from tests.browser.watched import NARROW, WIDE, Tabs


def tips_on(shop: Box) -> None:
    """As head office publishes it."""
    with closing(sqlite3.connect(database_of(shop.folder))) as db, db:
        take_settings(db, msgspec.structs.replace(read_settings(db), tips=True))


def paid_by(sold: RetailTransaction) -> list[tuple[str, int, int]]:
    return [(one.tender_id, one.amount_minor, one.tip_minor) for one in sold.tenders]


async def test_no_shop_asks_unless_it_takes_tips(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F2")
    await expect(page.get_by_label("Cash given")).to_be_focused()
    await expect(page.get_by_role("group", name="Tip")).to_have_count(0)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_tip_in_cash_leaves_less_change(
    tabs: Tabs, shop: Box, size: tuple[int, int]
) -> None:
    tips_on(shop)
    page = await open_till_page(tabs, shop, size=size)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F2")
    await page.get_by_label("Another tip").fill("1.50")
    await page.keyboard.press("Enter")
    left = page.get_by_test_id("left-with-tip")
    await expect(left).to_have_text(format_minor(item.price_minor + 150, 2))
    await page.get_by_label("Cash given").fill("100")
    await page.keyboard.press("Enter")
    await receipt_number(page)
    change = 10_000 - item.price_minor - 150
    shown = await page.get_by_test_id("change").text_content()
    assert shown is not None
    assert abs(round(float(shown) * 100) - change) <= 2
    assert paid_by(last_sale(shop)) == [("cash", 10_000, 150)]
    await expect(page.get_by_text("Tip", exact=True)).to_be_visible()


async def test_the_customer_sees_the_question_and_what_they_said(tabs: Tabs, shop: Box) -> None:
    tips_on(shop)
    page = await open_till_page(tabs, shop)
    display = await open_display(page)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    tip = display.get_by_test_id("shown-tip")
    await expect(tip).to_have_count(0)
    await page.keyboard.press("F2")
    await expect(tip.get_by_role("heading", name="Would you like to add a tip?")).to_be_visible()
    await expect(tip.locator(".on")).to_have_text("No tip")
    first = page.get_by_role("group", name="Tip").get_by_role("button").nth(1)
    said = await first.text_content()
    assert said is not None
    await first.click()
    await expect(tip.locator(".on")).to_have_text(said)
    await expect(tip).to_contain_text(f"Your tip: {said}, thank you")


async def test_enter_on_what_the_customer_said_goes_on_to_paying(tabs: Tabs, shop: Box) -> None:
    tips_on(shop)
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F2")
    given = page.get_by_label("Cash given")
    await expect(given).to_be_focused()
    await page.get_by_role("group", name="Tip").get_by_role("button", name="No tip").focus()
    await page.keyboard.press("Enter")
    await expect(given).to_be_focused()
    await page.get_by_role("button", name="Card", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Card amount")).to_be_focused()
    await page.get_by_role("button", name="Card", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Card amount")).to_be_focused()


async def test_it_is_asked_for_in_chinese(tabs: Tabs, shop: Box) -> None:
    tips_on(shop)
    page = await open_till_page(tabs, shop)
    await scan(page, items(shop)[0].scan_code)
    await speak(page, "Menu", "中文")
    await page.keyboard.press("F2")
    await expect(page.get_by_role("group", name="小费")).to_be_visible()
    await expect(page.get_by_role("button", name="不给小费")).to_have_attribute(
        "aria-pressed", "true"
    )


async def test_the_terminal_is_asked_for_the_goods_and_the_tip_at_once(
    tabs: Tabs, shop: Box
) -> None:
    tips_on(shop)
    async with with_terminal(shop, Simulation(always=Behaviour.APPROVE)):
        page = await open_till_page(tabs, shop)
        item = items(shop)[0]
        await scan(page, item.scan_code)
        await sees_total(page, item.price_minor)
        await page.keyboard.press("F2")
        tips = page.get_by_role("group", name="Tip")
        await tips.get_by_role("button").nth(1).click()
        tip = await tips.get_by_role("button").nth(1).text_content()
        assert tip is not None
        minor = round(float(tip) * 100)
        await page.get_by_role("button", name="Card", exact=True).click()
        whole = format_minor(item.price_minor + minor, 2)
        await expect(page.get_by_label("Card amount")).to_have_value(whole)
        await page.get_by_label("Card amount").press("Enter")
        await receipt_number(page)
        assert paid_by(last_sale(shop)) == [("card", item.price_minor + minor, minor)]
