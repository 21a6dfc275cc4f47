"""A tip at the till page: asked for before anybody is charged, where the shop takes any; with the
terminal, in cash, wide and narrow, in English and Chinese."""

import re
import sqlite3
from contextlib import closing

import msgspec
import pytest
from playwright.async_api import Locator, Page, expect

from edge.box.folder import database_of
from edge.db.store import read_settings, take_settings
from edge.devices.terminal.simulated import Behaviour, Simulation
from sync.protocol.facts import RetailTransaction
from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.test_discounts import last_sale
from tests.browser.test_price_books import speak
from tests.browser.test_till_card import with_terminal
from tests.browser.test_till_display import another_device, open_display
from tests.browser.till_page import (
    LOST,
    Sold,
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
    first = page.get_by_role("group", name="Tip").get_by_role("button").nth(1)
    said = await first.text_content()
    assert said is not None
    await first.click()
    await expect(tip.get_by_role("button", pressed=True)).to_have_text(said)
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
    await page.get_by_role("button", name="Credit card", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Credit card amount")).to_be_focused()
    await page.get_by_role("button", name="Credit card", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Credit card amount")).to_be_focused()


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


async def at_the_question(page: Page, item: Sold) -> tuple[Locator, Locator]:
    """The cashier's choices, and what the page says of the customer's."""
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F2")
    return page.get_by_role("group", name="Tip"), page.get_by_test_id("tip-said")


@pytest.mark.parametrize("elsewhere", [False, True], ids=["beside the till", "a device of its own"])
async def test_the_customer_answers_on_the_display_and_the_cashier_goes_on(
    tabs: Tabs, shop: Box, elsewhere: bool
) -> None:
    tips_on(shop)
    page = await open_till_page(tabs, shop)
    display = await (another_device(tabs, page) if elsewhere else open_display(page))
    item = items(shop)[0]
    choices, said = await at_the_question(page, item)
    offered = display.get_by_test_id("shown-tip").get_by_role("button")
    await expect(offered.first).to_have_text("No tip")
    await expect(display.get_by_role("button", pressed=True)).to_have_count(0)
    await expect(said).to_contain_text("choose it on their display")
    await offered.first.click()
    await expect(said).to_have_text("The customer chose no tip.")
    chosen = await offered.nth(2).text_content()
    assert chosen is not None
    await offered.nth(2).click()
    await expect(said).to_have_text(f"The customer chose a tip of {chosen}.")
    await expect(choices.get_by_role("button", pressed=True)).to_have_text(chosen)
    await expect(display.get_by_role("button", pressed=True)).to_have_text(chosen)
    await expect(display.get_by_test_id("shown-tip")).to_contain_text(f"Your tip: {chosen}")
    tip = round(float(chosen) * 100)
    total = format_minor(item.price_minor + tip)
    await expect(display.get_by_test_id("shown-total")).to_have_text(total)
    await expect(display.get_by_text("Total with your tip")).to_be_visible()
    await expect(page.get_by_label("Cash given")).to_be_focused()
    await page.get_by_label("Cash given").fill("100")
    await page.keyboard.press("Enter")
    await receipt_number(page)
    assert paid_by(last_sale(shop)) == [("cash", 10_000, tip)]
    paid = display.locator("dd").first
    due = round(float(await paid.inner_text()) * 100)
    assert abs(due - item.price_minor - tip) <= 2  # to five cents, in cash


async def test_the_customer_answers_beside_a_till_that_has_no_store_box(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(LOST)
    tabs.expect(re.escape("net::ERR"))
    tips_on(shop)
    page = await open_till_page(tabs, shop)
    display = await open_display(page)
    _, said = await at_the_question(page, items(shop)[0])
    offered = display.get_by_test_id("shown-tip").get_by_role("button")
    await expect(offered).to_have_count(4)
    await page.context.set_offline(True)
    chosen = await offered.nth(1).text_content()
    await offered.nth(1).click()
    await expect(said).to_have_text(f"The customer chose a tip of {chosen}.")
    await page.context.set_offline(False)
    exact = page.get_by_role("button", name="Exact")
    await expect(exact).to_be_enabled()
    await exact.click()
    await receipt_number(page)
    assert [tip for _, _, tip in paid_by(last_sale(shop))] == [round(float(chosen or "") * 100)]


async def test_what_is_touched_for_another_basket_or_after_it_was_paid_changes_nothing(
    tabs: Tabs, shop: Box
) -> None:
    tips_on(shop)
    page = await open_till_page(tabs, shop)
    display = await open_display(page)
    await display.evaluate(HEAR)
    choices, said = await at_the_question(page, items(shop)[0])
    offered = display.get_by_test_id("shown-tip").get_by_role("button")
    await expect(offered).to_have_count(4)
    [earlier] = await display.evaluate("[...questions]")
    await page.get_by_role("button", name="Back to basket").click()
    await page.keyboard.press("F2")
    await expect(offered).to_have_count(4)
    [_, now] = await display.evaluate("[...questions]")
    tip = int(float(await offered.nth(1).text_content() or "") * 100)
    for question, minor in ((earlier, tip), (now, tip + 1), (now, -tip)):
        await display.evaluate(SAY, {"question": question, "tip_minor": minor})
    await display.evaluate(SAY, {"question": now, "tip_minor": 0})
    await expect(said).to_have_text("The customer chose no tip.")
    await expect(choices.get_by_role("button", pressed=True)).to_have_text("No tip")
    await page.get_by_label("Cash given").fill("0.10")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("list", name="Paid so far")).to_be_visible()
    await expect(offered).to_have_count(0)
    await display.evaluate(SAY, {"question": now, "tip_minor": tip})
    await page.get_by_role("button", name="Exact").click()
    await receipt_number(page)
    assert [given for _, _, given in paid_by(last_sale(shop))] == [0, 0]


HEAR = """() => {
  globalThis.questions = new Set();
  globalThis.heard = new BroadcastChannel("holdfast-display");
  heard.onmessage = ({ data }) => {
    const question = data.shown?.tip?.question;
    if (question !== undefined) questions.add(question);
  };
}"""
SAY = """(said) => {
  const channel = new BroadcastChannel("holdfast-display");
  channel.postMessage({ said });
  channel.close();
}"""
"""As a page of this browser says it."""
