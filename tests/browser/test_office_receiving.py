"""Goods are taken in at the back office by keyboard and scanner alone: each scan is a line, the
quantity is put right, the cost typed, and what is booked is on hand."""

from playwright.async_api import expect

from tests.browser.chain import Box
from tests.browser.office_page import SIZES, fits, open_office, wrong_with
from tests.browser.till_page import items
from tests.browser.watched import Tabs


async def test_a_delivery_is_scanned_and_booked_by_keyboard(tabs: Tabs, shop: Box) -> None:
    page = await open_office(tabs, shop)
    first, second = items(shop)[:2]
    await page.get_by_role("link", name="Orders").click()
    await page.get_by_role("link", name="Receive goods").press("Enter")
    scan = page.get_by_label("Scan or type a code")
    await expect(scan).to_be_focused()
    for code in (first.scan_code, f"3*{second.scan_code}", first.scan_code):
        await page.keyboard.type(code)
        await page.keyboard.press("Enter")
        await expect(page.locator("#scanned-table")).to_be_visible()
        await expect(scan).to_be_focused()
        await expect(scan).to_have_value("")
    rows = page.locator("#scanned-table tbody tr")
    await expect(rows).to_have_count(2)
    quantity = page.get_by_label(f"Quantity: {first.name}")
    await expect(quantity).to_have_value("2")
    await quantity.fill("12")
    await page.get_by_label(f"Cost in all: {first.name}").fill("30.00")
    assert await wrong_with(page) == {}
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert await fits(page), width
    await page.get_by_role("button", name="Book it in").press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Booked in: 2 lines.")).to_be_visible()
    moved = "SELECT kind, quantity_milli FROM stock_movement WHERE item_id = ? ORDER BY rowid DESC"
    assert shop.rows(moved, first.item_id)[0] == ("receipt", 12_000)
