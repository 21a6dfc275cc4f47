"""Baskets that wait, what must be asked, and what was taken out, at the till page."""

import sqlite3
from contextlib import closing

from playwright.async_api import Page, expect

from edge.box.folder import database_of
from sync.protocol.codec import decode_fact
from sync.protocol.facts import AnyFact, LinesRemoved, RetailTransaction
from tests.browser.chain import Box
from tests.browser.test_day import ask_to_close, settle
from tests.browser.till_page import (
    NO_SUCH_CODE,
    by_hand,
    items,
    open_till_page,
    pair,
    pay_exactly,
    receipt_number,
    sales,
    scan,
    sees_total,
    sign_in,
)
from tests.browser.watched import Tabs


def facts(box: Box, kind: str) -> list[AnyFact]:
    statement = "SELECT kind, kind_version, body FROM journal WHERE kind = ? ORDER BY seq"
    return [decode_fact(*row) for row in box.rows(statement, kind)]


async def open_second_till(tabs: Tabs, box: Box) -> Page:
    tabs.expect(NO_SUCH_CODE)
    page = await tabs.open()
    await pair(page, box, "W2")
    await sign_in(page)
    await page.get_by_label("Float in the drawer").fill("100.00")
    await page.get_by_role("button", name="Open till").click()
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    return page


async def test_a_basket_that_waits_is_gone_on_with_at_another_till(tabs: Tabs, shop: Box) -> None:
    """Parked at W1, recalled at W2, a reload in between at each; then it is gone for W1."""
    first = await open_till_page(tabs, shop)
    one, two = items(shop)[:2]
    total = one.price_minor + two.price_minor
    await scan(first, one.scan_code)
    await scan(first, two.scan_code)
    await sees_total(first, total)
    await first.keyboard.press("F6")
    await expect(first.get_by_label("Name or note")).to_be_focused()
    await by_hand(first, "lady in red", enter=True)
    await sees_total(first, 0)
    await first.reload()
    await sees_total(first, 0)
    second = await open_second_till(tabs, shop)
    await second.keyboard.press("F6")
    await second.get_by_role("button", name="lady in red").click()
    await sees_total(second, total)
    await second.reload()
    await sees_total(second, total)
    await pay_exactly(second)
    await receipt_number(second)
    assert [sale[1] for sale in sales(shop)] == [total]
    await first.keyboard.press("F6")
    await expect(first.get_by_text("No basket waits.")).to_be_visible()
    await first.keyboard.press("Escape")
    await scan(first, one.scan_code)
    await sees_total(first, one.price_minor)
    async with first.expect_response(lambda answer: answer.url.endswith("/baskets/removals")):
        await first.keyboard.press("Delete")
    await sees_total(first, 0)
    (removed,) = facts(shop, "lines_removed")
    assert isinstance(removed, LinesRemoved)
    assert [line.amount_minor for line in removed.lines] == [one.price_minor]
    assert not removed.whole


async def test_age_is_asked_before_anything_is_paid(tabs: Tabs, shop: Box) -> None:
    item = items(shop)[0]
    with closing(sqlite3.connect(database_of(shop.folder))) as db, db:
        db.execute(
            "INSERT INTO item_rule VALUES (?, 18, NULL, NULL, 0, 0, NULL, 1000, 0, NULL)",
            (item.item_id,),
        )
    page = await open_till_page(tabs, shop)
    await scan(page, item.scan_code)
    await expect(page.get_by_text("18 years or older?")).to_be_visible()
    await page.get_by_role("button", name="I saw the proof").click()
    await sees_total(page, item.price_minor)
    await pay_exactly(page)
    await receipt_number(page)
    (sold,) = facts(shop, "retail_transaction")
    assert isinstance(sold, RetailTransaction)
    assert sold.lines[0].age_checked == 18
    assert not any(isinstance(each, LinesRemoved) for each in facts(shop, "lines_removed"))


def bring_along(box: Box, item_id: str, linked: str) -> None:
    """As head office rules: with each of the one goes one of the other, unless it is left out."""
    with closing(sqlite3.connect(database_of(box.folder))) as db, db:
        rule = (item_id, 0, None, None, 0, 0, linked, 1_000, 1, None)
        db.execute(f"INSERT INTO item_rule VALUES ({', '.join('?' * len(rule))})", rule)


async def test_what_goes_along_is_left_out_by_a_touch_and_not_sold(tabs: Tabs, shop: Box) -> None:
    one, bag = items(shop)[:2]
    bring_along(shop, one.item_id, bag.item_id)
    page = await open_till_page(tabs, shop)
    await scan(page, one.scan_code)
    await sees_total(page, one.price_minor + bag.price_minor)
    await page.get_by_role("button", name="Without what goes along").click()
    await sees_total(page, one.price_minor)
    await page.get_by_role("button", name="With what goes along").click()
    await sees_total(page, one.price_minor + bag.price_minor)
    await page.get_by_role("button", name="Without what goes along").click()
    await sees_total(page, one.price_minor)
    await page.keyboard.press("F6")
    await by_hand(page, "no bag", enter=True)
    await sees_total(page, 0)
    await page.keyboard.press("F6")
    await page.get_by_role("button", name="no bag").click()
    await sees_total(page, one.price_minor)
    await pay_exactly(page)
    number = await receipt_number(page)
    assert sales(shop) == [(number, one.price_minor)]


async def test_closing_a_day_says_what_waits_and_gives_it_up_if_told(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    await scan(page, items(shop)[0].scan_code)
    await sees_total(page, items(shop)[0].price_minor)
    await page.keyboard.press("F6")
    await by_hand(page, "later", enter=True)
    await sees_total(page, 0)
    await settle(page)
    await ask_to_close(page)
    sure = page.get_by_role("dialog", name="Close the business day")
    await expect(sure.get_by_test_id("parked")).to_contain_text("1 basket put aside waits")
    await sure.get_by_role("button", name="give up what was put aside").click()
    await expect(page.get_by_role("heading", name="is closed")).to_be_visible()
    assert shop.rows("SELECT count(*) FROM suspended_basket") == [(0,)]
    given_up = [fact for fact in facts(shop, "lines_removed") if isinstance(fact, LinesRemoved)]
    assert [fact.whole for fact in given_up] == [True]
