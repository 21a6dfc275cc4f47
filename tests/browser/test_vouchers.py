"""Vouchers that lower the price at the till page: given where a tender is, in sight with what they
take off, taken away by a touch, and in the parked basket when it is recalled."""

import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import Page, expect

from edge.box.folder import database_of
from edge.db.tenders import take_voucher_types
from sync.protocol.identity import TenderId
from sync.protocol.money import format_minor
from sync.protocol.paying import VoucherMeaning, VoucherType
from tests.browser.chain import Box
from tests.browser.test_discounts import last_sale
from tests.browser.till_page import (
    by_hand,
    items,
    open_till_page,
    pay_exactly,
    receipt_number,
    scan,
    sees_total,
)
from tests.browser.watched import NARROW, WIDE, Tabs

FIVE = TenderId("five")


def publish(shop: Box) -> None:
    """As head office does."""
    with closing(sqlite3.connect(database_of(shop.folder))) as db, db:
        db.execute("INSERT INTO tender VALUES (?, 'Money off', 'voucher', 0, 1)", (FIVE,))
        take_voucher_types(db, [VoucherType(FIVE, VoucherMeaning.DISCOUNT)])


async def give(page: Page, amount: str, number: str) -> None:
    """Where the sale is paid."""
    await expect(page.get_by_label("Money off amount")).to_be_focused()
    await by_hand(page, amount)
    await page.get_by_label("Money off number").fill(number)
    await page.keyboard.press("Enter")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_voucher_lowers_the_price_where_a_tender_is_given(
    tabs: Tabs, shop: Box, size: tuple[int, int]
) -> None:
    publish(shop)
    item = items(shop)[-1]
    page = await open_till_page(tabs, shop, size)
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F2")
    await page.get_by_role("button", name="Money off").press("Enter")
    await give(page, "0.10", "N16")
    await sees_total(page, item.price_minor - 10)
    await page.get_by_role("button", name="Take away: Money off N16").press("Enter")
    await sees_total(page, item.price_minor)
    await give(page, "0.20", "N17")
    left = item.price_minor - 20
    await sees_total(page, left)
    await page.get_by_role("button", name="Back to basket").press("Enter")
    given = page.get_by_role("listitem").filter(has_text="Money off N17")
    await expect(given.last).to_contain_text(format_minor(-20))
    await page.keyboard.press("F6")
    await by_hand(page, "waits", enter=True)
    await sees_total(page, 0)
    await page.keyboard.press("F6")
    await page.get_by_role("button", name="waits").press("Enter")
    await sees_total(page, left)
    await pay_exactly(page)
    await receipt_number(page)
    assert "Money off N17" in await page.locator("pre").inner_text()
    (line,) = last_sale(shop).lines
    (modifier,) = line.modifiers
    assert (modifier.kind, modifier.amount_minor, line.amount_minor) == ("voucher", -20, left)
