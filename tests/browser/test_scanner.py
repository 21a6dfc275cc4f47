"""The scanner at the till page: keys as a scanner and as a hand send them, one by one, wherever the
focus is. No scan is lost, none becomes an amount, a weight or a search.
"""

import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import Page, Route, expect

from sync.protocol.money import format_minor
from sync.protocol.scan_code import code_key
from tests.browser.chain import Box
from tests.browser.till_page import (
    Sold,
    by_hand,
    items,
    open_till_page,
    pay_exactly,
    receipt_number,
    sales,
    scan,
    scan_cut_off,
    sees_total,
    take_a_breath,
)
from tests.browser.watched import Tabs

UNKNOWN = "99988877766"


async def field_holds(page: Page, text: str) -> None:
    await expect(page.get_by_label("Scan or search")).to_have_value(text)


async def nothing_waits(page: Page) -> None:
    await expect(page.get_by_test_id("scans")).to_have_count(0)


def give_code(box: Box, code: str, item: Sold) -> None:
    """As if head office had published it."""
    with closing(sqlite3.connect(box.folder / "store.sqlite3")) as db:
        db.execute(
            "INSERT INTO scan_code (code_key, item_id, scan_code, holds) VALUES (?, ?, ?, true)",
            (code_key(code), item.item_id, code),
        )
        db.commit()


async def test_a_scan_is_one_question_whose_answer_prices_the_basket(tabs: Tabs, shop: Box) -> None:
    """Of a new line, of one more of it, and of another beside it."""
    page = await open_till_page(tabs, shop)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(shop.url)))
    first, second, *_ = items(shop)
    total = 0
    for number, item in enumerate((first, first, second), start=1):
        total += item.price_minor
        await scan(page, item.scan_code)
        await sees_total(page, total)
        await nothing_waits(page)
        assert [path for path in asked if path in ("/scans", "/quotes")] == ["/scans"] * number


async def test_a_scan_that_is_not_what_it_was_taken_for_is_priced_all_the_same(
    tabs: Tabs, shop: Box
) -> None:
    """ "2*CODE" where that text is a code of its own: the page asked for two."""
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    give_code(shop, "2*777", item)
    await scan(page, "2*777")
    await sees_total(page, item.price_minor)


@pytest.mark.parametrize("typed", [False, True], ids=["untouched", "with text in it"])
async def test_after_a_dialog_with_a_field_the_scan_field_takes_text_and_scans(
    tabs: Tabs, shop: Box, typed: bool
) -> None:
    """B18: Chromium 156 shows the focus ring there and drops every key."""
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await page.keyboard.press("F4")
    if typed:
        await by_hand(page, "zz")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await by_hand(page, "ab")
    await field_holds(page, "ab")
    await page.keyboard.press("Escape")
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)


async def test_after_a_weight_is_typed_the_next_code_typed_by_hand_is_taken(
    tabs: Tabs, shop: Box
) -> None:
    """B18: with nothing but hands, so that only the field itself can take it."""
    page = await open_till_page(tabs, shop)
    loose, item = items(shop, "kg")[0], items(shop)[0]
    await by_hand(page, loose.scan_code, enter=True)
    await expect(page.get_by_role("dialog", name=loose.name)).to_be_visible()
    await by_hand(page, "0.5", enter=True)
    await expect(page.get_by_role("list", name="Basket")).to_contain_text("0.5 kg")
    await by_hand(page, item.scan_code, enter=True)
    await expect(page.get_by_role("list", name="Basket")).to_contain_text(item.name)


@pytest.mark.parametrize(
    "place", ["menu", "customer", "new customer", "weight", "button", "ground"]
)
async def test_a_scan_is_taken_wherever_the_focus_is(tabs: Tabs, shop: Box, place: str) -> None:
    """B20: in a dialog, on a button, on empty ground."""
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    if place == "menu":
        await page.get_by_role("button", name="Menu").click()
    elif place == "weight":
        await scan(page, items(shop, "kg")[0].scan_code)
        await expect(page.get_by_label("Weight in kg")).to_be_focused()
    elif place == "button":
        await page.get_by_role("button", name="Customer").focus()
    elif place == "ground":
        await page.locator("header .where").click()
    else:
        await page.keyboard.press("F4")
        if place == "new customer":
            await page.get_by_role("button", name="New customer").click()
    focused = await page.evaluate("document.activeElement.id")
    await scan(page, item.scan_code)
    await expect(page.get_by_role("list", name="Basket")).to_contain_text(item.name)
    if place != "weight":
        await nothing_waits(page)
    if place not in {"ground", "button"}:
        assert await page.evaluate("document.activeElement.value ?? ''") == ""
        assert await page.evaluate("document.activeElement.id") == focused


async def test_a_key_on_empty_ground_goes_into_the_scan_field(tabs: Tabs, shop: Box) -> None:
    """B20: typed by hand too."""
    page = await open_till_page(tabs, shop)
    await page.locator("header .where").click()
    await by_hand(page, "bun")
    await field_holds(page, "bun")


async def test_a_scan_on_the_sold_screen_begins_the_next_sale(tabs: Tabs, shop: Box) -> None:
    """B20: it was nowhere."""
    page = await open_till_page(tabs, shop)
    first, second, *_ = items(shop)
    await scan(page, first.scan_code)
    await sees_total(page, first.price_minor)
    await pay_exactly(page)
    number = await receipt_number(page)
    await scan(page, UNKNOWN)
    await expect(page.get_by_test_id("scans")).to_contain_text(UNKNOWN)
    assert await receipt_number(page) == number
    await scan(page, second.scan_code)
    await sees_total(page, second.price_minor)
    assert sales(shop) == [(number, first.price_minor)]


async def test_a_scan_that_is_not_known_stays_until_it_is_dismissed(tabs: Tabs, shop: Box) -> None:
    """B20: "Nothing found" was cleared by the next scan after half a second."""
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, UNKNOWN)
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await expect(page.get_by_test_id("scans")).to_contain_text(UNKNOWN)
    await page.reload()
    await sees_total(page, item.price_minor)
    await expect(page.get_by_test_id("scans")).to_contain_text("Nothing found")
    give_code(shop, UNKNOWN, item)
    await page.get_by_role("button", name=f"Look {UNKNOWN} up again").click()
    await sees_total(page, 2 * item.price_minor)
    await nothing_waits(page)
    await scan(page, f"{UNKNOWN}0")
    await page.get_by_role("button", name=f"Dismiss {UNKNOWN}0").click()
    await nothing_waits(page)


async def unanswered(route: Route) -> None:
    """For a route: as a line that is cut while a request is on its way."""


async def test_a_scan_not_yet_taken_when_the_page_went_is_of_the_basket_that_is_found(
    tabs: Tabs, shop: Box
) -> None:
    """A line is shown a moment before it is kept: the page that comes again takes it anew."""
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await page.context.route("**/scans", unanswered)
    await scan(page, item.scan_code)
    await expect(page.get_by_test_id("scans").get_by_role("listitem")).to_have_count(1)
    await page.context.unroute("**/scans", unanswered)
    await page.reload()
    said = f"Found again: a basket of 1 line, {format_minor(item.price_minor)}."
    await expect(page.get_by_test_id("found")).to_have_text(said)
    await sees_total(page, item.price_minor)


async def test_scans_while_the_box_hangs_are_all_taken_when_it_goes_on(
    tabs: Tabs, shop: Box
) -> None:
    """B20: 25 scans gave 21 lines, and glued codes in the field."""
    page = await open_till_page(tabs, shop)
    item, other, *_ = items(shop)
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    with shop.frozen():
        for _ in range(12):
            await scan(page, item.scan_code)
            await scan(page, other.scan_code)
        await expect(page.get_by_test_id("scans").get_by_role("listitem")).to_have_count(24)
        await field_holds(page, "")
    await sees_total(page, 13 * item.price_minor + 12 * other.price_minor)
    await nothing_waits(page)


async def test_text_in_the_field_wins_over_a_highlighted_hit(tabs: Tabs, shop: Box) -> None:
    """B1: the highlighted item was sold and the scan lost."""
    page = await open_till_page(tabs, shop)
    item = items(shop)[-1]
    word = items(shop)[0].name.split()[0]
    await by_hand(page, word, enter=True)
    await expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await expect(page.get_by_role("option")).to_have_count(0)
    await by_hand(page, word, enter=True)
    await expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    await by_hand(page, item.scan_code, enter=True)
    await sees_total(page, 2 * item.price_minor)


async def test_a_scan_that_was_cut_off_spoils_not_the_next_one(tabs: Tabs, shop: Box) -> None:
    """B1: its digits stood before the next code."""
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan_cut_off(page, item.scan_code[:6])
    await field_holds(page, item.scan_code[:6])
    await take_a_breath(page)
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await expect(page.get_by_test_id("scans")).to_contain_text(item.scan_code[:6])


async def test_a_code_that_looks_like_a_quantity_is_a_code(tabs: Tabs, shop: Box) -> None:
    """B2: 12x330 sold twelve of item 330."""
    page = await open_till_page(tabs, shop)
    item, other, *_ = items(shop)
    give_code(shop, "12x330", item)
    give_code(shop, "330", other)
    await scan(page, "12x330")
    await sees_total(page, item.price_minor)
    await by_hand(page, "12x330", enter=True)
    await sees_total(page, 2 * item.price_minor)
    await by_hand(page, "2*330", enter=True)
    await sees_total(page, 2 * item.price_minor + 2 * other.price_minor)
    await by_hand(page, "3*")
    await take_a_breath(page)
    await scan(page, "12x330")
    await sees_total(page, 5 * item.price_minor + 2 * other.price_minor)


@pytest.mark.parametrize("code", ["0123456", "4011"])
async def test_a_scan_in_an_amount_or_a_weight_is_no_amount(
    tabs: Tabs, shop: Box, code: str
) -> None:
    """B7: 0123456 in cash made change of 123,446.00; 4011 as weight sold 4,011 kg."""
    page = await open_till_page(tabs, shop)
    item, loose = items(shop)[0], items(shop, "kg")[0]
    give_code(shop, code, item)
    await scan(page, loose.scan_code)
    weight = page.get_by_label("Weight in kg")
    await expect(weight).to_be_focused()
    await by_hand(page, "0.7")
    await expect(weight).to_have_value("0.7")
    await take_a_breath(page)
    await scan(page, code)
    await expect(weight).to_have_value("0.7")
    await sees_total(page, item.price_minor)
    await page.keyboard.press("Escape")
    await page.keyboard.press("F2")
    await expect(page.get_by_label("Cash given")).to_be_focused()
    await scan(page, code)
    await sees_total(page, 2 * item.price_minor)
    await page.keyboard.press("F2")
    await by_hand(page, "100", enter=True)
    await receipt_number(page)


async def test_a_scan_in_a_reference_or_a_reason_finishes_nothing(tabs: Tabs, shop: Box) -> None:
    """B22: it finished the sale with the code as its reference."""
    page = await open_till_page(tabs, shop)
    item, other, *_ = items(shop)
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F2")
    await page.get_by_role("button", name="Credit card").click()
    await page.get_by_label("Credit card reference").click()
    await scan(page, other.scan_code)
    await sees_total(page, item.price_minor + other.price_minor)
    assert sales(shop) == []
    await page.keyboard.press("F2")
    await page.get_by_role("button", name="Credit card").click()
    await page.get_by_label("Credit card reference").click()
    await by_hand(page, "A1B2C3", enter=True)
    await receipt_number(page)
    assert shop.rows("SELECT reference FROM sale_tender") == [("A1B2C3",)]
