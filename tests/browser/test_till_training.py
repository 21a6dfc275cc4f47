"""Training at the till page: everything works, nothing counts, nothing can be mistaken."""

import pytest
from playwright.async_api import expect

from tests.browser.chain import Box
from tests.browser.till_page import items, open_till_page, pay_exactly, scan, sees_total
from tests.browser.watched import NARROW, WIDE, Tabs

MARK = "*** TRAINING, NOT A SALE ***"


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_sale_in_training_is_framed_marked_and_counts_nowhere(
    tabs: Tabs, shop: Box, size: tuple[int, int]
) -> None:
    page = await open_till_page(tabs, shop, size)
    item = items(shop)[0]
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Begin training").click()
    banner = page.get_by_test_id("training")
    await expect(banner).to_contain_text("Nothing is sold")
    await expect(page.locator(".training-frame")).to_be_visible()
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await expect(page.get_by_role("button", name="End training")).to_be_disabled()
    await page.reload()
    await expect(banner).to_be_visible()
    await sees_total(page, item.price_minor)
    await pay_exactly(page)
    await expect(page.get_by_role("heading", name="Training receipt")).to_be_visible()
    await expect(page.get_by_test_id("receipt")).to_contain_text(MARK)
    assert shop.rows("SELECT training, total_minor FROM sale") == [(1, item.price_minor)]
    moved = "SELECT count(*) FROM stock_movement m JOIN sale s ON s.sale_id = m.event_id"
    assert shop.rows(moved) == [(0,)]
    await page.get_by_role("button", name="New sale").click()
    await page.get_by_role("button", name="End training").click()
    await expect(banner).to_have_count(0)
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await pay_exactly(page)
    await expect(page.get_by_role("heading", name="Sold")).to_be_visible()
    await expect(page.get_by_test_id("receipt")).not_to_contain_text("TRAINING")
    await page.get_by_role("button", name="New sale").click()
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Close business day").click()
    await expect(page.get_by_role("dialog")).to_contain_text("It closes 1 receipt.")
    assert shop.rows(moved) == [(1,)]


async def test_what_is_in_the_basket_is_neither_lost_in_training_nor_sold_by_it(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.get_by_role("button", name="Menu").click()
    await expect(page.get_by_role("button", name="Begin training")).to_be_disabled()


async def test_it_ends_at_once_after_its_basket_was_emptied_which_comes_back_no_more(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Begin training").click()
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.get_by_role("button", name="Empty basket").click()
    await expect(page.get_by_role("button", name="Bring it back")).to_be_visible()
    await page.get_by_role("button", name="End training").click()
    await expect(page.get_by_test_id("training")).to_have_count(0)
    await expect(page.get_by_role("button", name="Bring it back")).to_have_count(0)
    await sees_total(page, 0)
