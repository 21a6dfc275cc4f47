"""The business day at the till page: nothing that cannot be undone happens on one touch."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser.chain import Box
from tests.browser.till_page import (
    REFUSED,
    by_hand,
    items,
    open_till_page,
    pair,
    scan,
    sees_total,
    sign_in,
)
from tests.browser.watched import Tabs


async def settle(page: Page) -> None:
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Settle till").click()
    await expect(page.get_by_label("Cash counted")).to_be_focused()
    await by_hand(page, "100", enter=True)
    await page.get_by_role("dialog", name="Till settled").get_by_role("button").click()
    await expect(page.get_by_role("heading", name="Open the till")).to_be_visible()


async def ask_to_close(page: Page) -> None:
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Close business day").click()


async def test_closing_a_day_says_what_it_closes_and_what_is_open_and_asks(
    tabs: Tabs, shop: Box
) -> None:
    """B6: it was one touch that asked nothing."""
    page = await open_till_page(tabs, shop)
    await ask_to_close(page)
    sure = page.get_by_role("dialog", name="Close the business day")
    await expect(sure).to_contain_text("It closes 0 receipts.")
    await expect(sure.get_by_test_id("open-tills")).to_contain_text("at W1")
    await expect(sure.get_by_role("button", name="Close 2")).to_be_disabled()
    await page.keyboard.press("Escape")
    await settle(page)
    await ask_to_close(page)
    await page.keyboard.press("Enter")
    await expect(sure).to_have_count(0)
    assert shop.rows("SELECT state FROM business_day") == [("open",)]
    await ask_to_close(page)
    await sure.get_by_role("button", name="Close 2").click()
    await expect(page.get_by_role("heading", name="is closed")).to_be_visible()
    assert shop.rows("SELECT state FROM business_day") == [("closed",)]


@pytest.mark.parametrize("later", [False, True], ids=["at once", "after a reload"])
async def test_a_day_that_was_closed_by_mistake_is_opened_again_with_a_reason(
    tabs: Tabs, shop: Box, later: bool
) -> None:
    """B6: the shop could not sell any more that day."""
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)
    await settle(page)
    await ask_to_close(page)
    sure = page.get_by_role("dialog", name="Close the business day")
    await sure.get_by_role("button", name="Close 2").click()
    await expect(page.get_by_role("heading", name="is closed")).to_be_visible()
    if later:
        await page.reload()
        await page.get_by_role("button", name="Open business day").click()
        await expect(page.get_by_test_id("problem")).to_contain_text("Open it again below")
    else:
        await page.get_by_role("button", name="again").click()
    form = page.get_by_role("form", name="A manager's reason")
    await form.get_by_label("Reason").click()
    await by_hand(page, "closed by mistake", enter=True)
    await expect(page.get_by_role("heading", name="Open the till")).to_be_visible()
    assert shop.rows("SELECT state FROM business_day") == [("open",)]
    await page.get_by_label("Float in the drawer").click()
    await by_hand(page, "100", enter=True)
    item = items(shop)[0]
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)


def close_a_day_in_the_future(box: Box, today: str) -> None:
    """As a box has it whose clock was a day ahead for a day."""
    tomorrow = (date.fromisoformat(today) + timedelta(days=1)).isoformat()
    with closing(sqlite3.connect(box.folder / "store.sqlite3")) as db:
        db.execute(
            "INSERT INTO business_day (business_date, state, opened_by, opened_at_ms, first_seq,"
            " closed_by, closed_at_ms, closed_seq, first_opened_no, closed_opened_no)"
            " SELECT ?, 'closed', 'x', 1, 1, 'x', 2, 2, opened_no, opened_no FROM journal_head"
            " WHERE current = 1",
            (tomorrow,),
        )
        db.execute(
            "INSERT INTO till_session (till_session_id, till_id, workstation_id, operator_id,"
            " business_date, state, float_minor, opened_at_ms, expected_cash_minor,"
            " counted_cash_minor, settled_by, settled_at_ms, held_by, counted)"
            " VALUES (?, 'T', 'W', 'x', ?, 'settled', 0, 1, 0, 0, 'x', 2, 'x', 1)",
            (bytes(16), tomorrow),
        )
        db.commit()


async def test_a_day_that_is_asked_about_is_opened_with_a_managers_reason(
    tabs: Tabs, shop: Box
) -> None:
    """A21: after one day with a clock a day ahead the page could not open today."""
    tabs.expect(REFUSED)
    page = await tabs.open()
    await pair(page, shop)
    await sign_in(page)
    today = await page.get_by_text("Today is").locator("strong").inner_text()
    close_a_day_in_the_future(shop, today)
    await page.get_by_role("button", name="Open business day").click()
    problem = page.get_by_test_id("problem")
    await expect(problem).to_contain_text("earlier than")
    await expect(problem).not_to_contain_text("override_reason")
    form = page.get_by_role("form", name="A manager's reason")
    await form.get_by_label("Reason").click()
    await page.keyboard.press("Enter")
    await expect(problem).to_contain_text("The reason is missing")
    await by_hand(page, "clock was ahead", enter=True)
    await expect(page.get_by_role("heading", name="Open the till")).to_be_visible()
    opened = shop.rows("SELECT business_date FROM business_day WHERE state = 'open'")
    assert opened == [(today,)]
