"""Paying at the till page: what is known is said, what was taken is taken once."""

import sqlite3
import time
from contextlib import closing

import pytest
from playwright.async_api import Route, expect

from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.till_page import (
    LOST,
    REFUSED,
    by_hand,
    items,
    open_till_page,
    receipt_number,
    sales,
    scan,
    sees_total,
    without_quote,
)
from tests.browser.watched import Tabs


async def test_cash_that_is_noted_is_said_to_be_noted_while_the_box_hangs(
    tabs: Tabs, shop: Box
) -> None:
    """B21: "nothing was done. Try again", yet the cash was noted; the total turned to dots."""
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F2")
    exact = page.get_by_role("button", name="Exact")
    await expect(exact).to_be_enabled()
    with shop.frozen():
        await exact.click()
        noted = page.get_by_test_id("noted")
        await expect(noted).to_contain_text(f"Cash {format_minor(item.price_minor)} is noted.")
        await expect(noted).to_contain_text("Do not take it again")
        await expect(exact).to_be_disabled()
        await sees_total(page, item.price_minor)
        await expect(page.get_by_test_id("status")).to_contain_text("Waiting for the store box")
        await expect(page.locator(".status")).not_to_have_class("status good")
        await expect(page.get_by_test_id("problem")).to_have_count(0)
    number = await receipt_number(page)
    assert sales(shop) == [(number, item.price_minor)]


async def test_a_tender_whose_answer_is_lost_goes_on_by_itself_and_is_taken_once(
    tabs: Tabs, shop: Box
) -> None:
    """B21: whoever obeyed the page took the cash twice."""
    tabs.expect(LOST)
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F2")

    async def lose(route: Route) -> None:
        await route.abort("connectionreset")

    await expect(page.get_by_role("button", name="Exact")).to_be_enabled()
    await page.context.route("**/quotes", lose)
    await by_hand(page, "20", enter=True)
    await expect(page.get_by_test_id("noted")).to_contain_text("Cash 20.00 is noted.")
    await expect(page.get_by_test_id("status")).to_contain_text("does not answer")
    await expect(page.get_by_role("button", name="Take cash")).to_be_disabled()
    await expect(page.get_by_test_id("problem")).to_have_count(0)
    await sees_total(page, item.price_minor)
    await page.context.unroute("**/quotes", lose)
    number = await receipt_number(page)
    assert sales(shop) == [(number, item.price_minor)]
    assert shop.rows("SELECT count(*) FROM sale_tender") == [(1,)]


async def test_exact_cash_for_what_costs_more_meanwhile_is_noted_and_the_rest_is_asked_for(
    tabs: Tabs, shop: Box
) -> None:
    """Nobody asked again what it comes to before it was paid."""
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    with closing(sqlite3.connect(shop.folder / "store.sqlite3")) as db, db:
        since_ms = time.time_ns() // 1_000_000 - 1_000
        dearer = (item.item_id, since_ms, item.price_minor + 20, 99)
        db.execute("INSERT INTO price VALUES (?, ?, ?, ?)", dearer)
    await page.keyboard.press("F10")
    await expect(page.get_by_test_id("problem")).to_contain_text("not what the store computes")
    await expect(page.get_by_test_id("left")).to_have_text("0.20")
    assert sales(shop) == []
    await page.get_by_role("button", name="Exact 0.20").click()
    number = await receipt_number(page)
    assert sales(shop) == [(number, item.price_minor + 20)]


async def test_the_total_before_a_change_stays_in_sight_and_says_so(tabs: Tabs, shop: Box) -> None:
    """B21: it turned to dots while an act was in flight."""
    page = await open_till_page(tabs, shop)
    first, second, *_ = items(shop)
    await scan(page, first.scan_code)
    await sees_total(page, first.price_minor)
    held: list[Route] = []
    await page.context.route("**/scans", without_quote)
    await page.context.route("**/quotes", lambda route: held.append(route))
    await scan(page, second.scan_code)
    lines = page.get_by_role("list", name="Basket")
    await expect(lines).to_contain_text(second.name)
    await sees_total(page, first.price_minor)
    await expect(page.get_by_text("before the last change")).to_be_visible()
    await expect(lines).to_contain_text(format_minor(first.price_minor))
    await expect(page.get_by_role("button", name="Pay")).to_be_disabled()
    for route in held:
        await route.continue_()
    await sees_total(page, first.price_minor + second.price_minor)


@pytest.mark.parametrize("address", ["#pair=%", "#%E0%A4%A", "#pair=W1:%ZZ"])
async def test_a_broken_address_keeps_no_page_from_starting(
    tabs: Tabs, shop: Box, address: str
) -> None:
    """B14: it said "Asking the store box" for ever."""
    page = await tabs.open(f"{shop.url}/{address}")
    await expect(page.get_by_role("heading", name="Pair this till")).to_be_visible()


async def test_a_second_act_while_one_runs_is_answered_in_words(tabs: Tabs, shop: Box) -> None:
    """B14: it was dropped without a word."""
    page = await tabs.open(shop.url)
    held: list[Route] = []
    await page.context.route("**/pair", lambda route: held.append(route))
    await page.get_by_label("Workstation").fill("W1")
    await page.get_by_label("Pairing code").fill(await shop.pairing_code("W1"))
    await page.get_by_role("button", name="Pair").click()
    await page.get_by_role("button", name="Pair").click()
    await expect(page.get_by_test_id("notice")).to_contain_text("still being done")
    await held[0].continue_()
    await expect(page.get_by_role("heading", name="Who is at the till?")).to_be_visible()
    await expect(page.get_by_test_id("notice")).to_be_hidden()
    assert len(held) == 1


async def test_cash_that_rounds_to_nothing_has_an_exact_key(tabs: Tabs, shop: Box) -> None:
    """B8: 0.02 in cash had no exact key, and 0 was refused."""
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    for typed in (False, True):
        await scan(page, item.scan_code)
        await sees_total(page, item.price_minor)
        await page.keyboard.press("F2")
        await page.get_by_role("button", name="Credit card").click()
        amount = page.get_by_label("Credit card amount")
        await amount.fill("")
        await by_hand(page, format_minor(item.price_minor - 2))
        await page.get_by_label("Credit card reference").click()
        await by_hand(page, "A1", enter=True)
        await expect(page.get_by_test_id("left")).to_have_text("0.02")
        await page.get_by_role("button", name="Cash", exact=True).click()
        exact = page.get_by_role("button", name="Exact 0.00")
        await expect(exact).to_be_visible()
        if typed:
            await page.get_by_label("Cash given").click()
            await by_hand(page, "0", enter=True)
        else:
            await exact.click()
        await receipt_number(page)
    paid = "SELECT kind, sum(amount_minor) FROM sale_tender GROUP BY kind"
    assert shop.rows(paid) == [("card", 2 * item.price_minor - 4), ("cash", 0)]


async def test_cash_above_ten_times_what_is_due_is_asked_about(tabs: Tabs, shop: Box) -> None:
    """B7: a code that comes slowly, or a finger that stays, is no 1,234.56."""
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F2")
    await expect(page.get_by_label("Cash given")).to_be_focused()
    await by_hand(page, "1234.56", enter=True)
    await expect(page.get_by_test_id("doubt")).to_contain_text("more than ten times")
    await page.keyboard.press("Enter")
    assert shop.rows("SELECT count(*) FROM sale") == [(0,)]
    await page.get_by_role("button", name="Take 1,234.56").click()
    await receipt_number(page)


async def test_a_weight_that_nobody_carries_is_asked_about(tabs: Tabs, shop: Box) -> None:
    """B7: 4011 as a weight sold 4,011 kg."""
    page = await open_till_page(tabs, shop)
    loose = items(shop, "kg")[0]
    await scan(page, loose.scan_code)
    await expect(page.get_by_label("Weight in kg")).to_be_focused()
    await by_hand(page, "4011", enter=True)
    await expect(page.get_by_test_id("doubt")).to_contain_text("4011 kg is a great deal")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("list", name="Basket")).to_have_count(0)
