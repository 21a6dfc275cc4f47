"""Shelf labels at the back office: scanned one after the other by keyboard, looked at, given as
PDF; at every size, and fit for everybody."""

from playwright.async_api import expect

from tests.browser.chain import Box
from tests.browser.office_page import SIZES, fits, open_office, wrong_with
from tests.browser.till_page import items
from tests.browser.watched import Tabs


async def test_labels_are_scanned_looked_at_and_made_a_pdf_by_keyboard(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_office(tabs, shop)
    first, second = items(shop)[:2]
    await page.get_by_role("link", name="Stock").click()
    await page.get_by_role("link", name="Shelf labels").press("Enter")
    scan = page.get_by_label("Code, item or words")
    await expect(scan).to_be_focused()
    for number, code in enumerate((first.scan_code, second.scan_code, first.scan_code), start=1):
        await page.keyboard.type(code)
        await page.keyboard.press("Enter")
        await expect(page.locator("#labels-table tbody tr")).to_have_count(min(number, 2))
        await expect(scan).to_be_focused()
    await expect(page.get_by_role("img", name=first.scan_code)).to_be_visible()
    many = page.get_by_label(f"How many: {first.name}")
    await expect(many).to_have_value("2")
    await many.fill("5")
    assert await wrong_with(page) == {}
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert await fits(page), width
    await page.get_by_text("Several at once").click()
    await page.get_by_label("Whose price changed since").fill("2020-01-01")
    await page.get_by_role("button", name="Add them").press("Enter")
    await expect(page.get_by_role("status").filter(has_text="added.")).to_be_visible()
    await expect(many).to_have_value("5")
    async with page.expect_response("**/labels/sheets") as answered:
        await page.get_by_role("button", name="Make the PDF").press("Enter")
    answer = await answered.value
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
