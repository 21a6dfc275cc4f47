"""Reports in a browser: by keyboard from the list to a receipt, drawn where a picture says more, on
paper without what is only for the screen."""

from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.browser.chain import Box
from tests.browser.office_page import SIZES, fits, open_office, wrong_with
from tests.browser.till_page import items, pay_exactly, receipt_number, scan
from tests.browser.watched import Tabs


async def with_a_sale(tabs: Tabs, shop: Box) -> tuple[Page, str]:
    """The office's page, and the number of a receipt of today."""
    page = await open_office(tabs, shop)
    till = page.context.pages[0]
    await till.bring_to_front()
    await scan(till, items(shop)[0].scan_code)
    await pay_exactly(till)
    number = await receipt_number(till)
    await page.bring_to_front()
    return page, number


async def test_from_the_list_to_a_receipt_by_keyboard_alone(tabs: Tabs, shop: Box) -> None:
    page, number = await with_a_sale(tabs, shop)
    await page.goto(f"{shop.url}/office/reports")
    await page.get_by_role("link", name="Items").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#summary")).to_contain_text("1 receipt")
    assert await wrong_with(page) == {}
    await page.locator("#sum a").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#row-sum")).to_have_text("1")
    assert await wrong_with(page) == {}
    await page.get_by_role("link", name=number).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#paper")).to_contain_text(number)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_baskets_are_drawn_from_the_tables_own_rows_and_fit_every_window(
    tabs: Tabs, shop: Box, scheme: Literal["light", "dark"]
) -> None:
    page, _ = await with_a_sale(tabs, shop)
    till = page.context.pages[0]
    await till.bring_to_front()
    await scan(till, items(shop)[0].scan_code)
    await scan(till, items(shop)[1].scan_code)
    await pay_exactly(till)
    await receipt_number(till)
    await page.bring_to_front()
    await page.emulate_media(color_scheme=scheme)
    await page.goto(f"{shop.url}/office/reports/basket?against=before")
    await expect(page.locator("#report-table tbody tr")).to_have_count(2)
    await expect(page.locator(".plot canvas")).to_be_visible()
    for width, height in (*SIZES, (640, 400)):
        await page.set_viewport_size({"width": width, "height": height})
        assert await fits(page), width
    assert await wrong_with(page) == {}


async def test_on_paper_a_report_is_its_table(tabs: Tabs, shop: Box) -> None:
    page, _ = await with_a_sale(tabs, shop)
    await page.goto(f"{shop.url}/office/reports/tender")
    await page.emulate_media(media="print")
    await expect(page.locator("#report-table")).to_be_visible()
    for hidden in ("header", ".days", ".files"):
        await expect(page.locator(hidden).first).to_be_hidden()


async def test_what_goods_are_worth_is_followed_to_each_unit_by_keyboard(
    tabs: Tabs, shop: Box
) -> None:
    page, number = await with_a_sale(tabs, shop)
    await page.goto(f"{shop.url}/office/reports")
    await page.get_by_role("link", name="Stock value").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#summary")).to_contain_text("The stock is worth")
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert await fits(page), width
    assert await wrong_with(page) == {}
    await page.locator("#departments-table tbody a").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("tr[aria-current=true]")).to_have_count(1)
    name = items(shop)[0].name
    await page.goto(f"{shop.url}/office/reports/stock-value")
    await page.locator("#items-table").get_by_role("link", name=name, exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_contain_text(number)


async def test_margin_says_apart_what_was_put_right_afterwards(tabs: Tabs, shop: Box) -> None:
    page, _ = await with_a_sale(tabs, shop)
    await page.goto(f"{shop.url}/office/reports/margin")
    await page.locator("#put-right a").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Costs put right afterwards")
    await expect(page.locator("#row-sum")).to_have_text("0.00")
    assert await wrong_with(page) == {}
