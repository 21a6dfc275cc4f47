"""Scans in the back office that come faster than the box answers: none is lost, none glued to the
next, what else is typed meanwhile stays, and what is refused is seen before the rest goes on."""

from playwright.async_api import expect

from tests.browser.chain import Box
from tests.browser.office_page import open_office
from tests.browser.till_page import items, scan
from tests.browser.watched import Tabs

UNKNOWN = "99988877766"


async def test_scans_of_a_delivery_wait_for_a_slow_box_and_are_all_lines(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_office(tabs, shop)
    first, second, third = items(shop)[:3]
    await page.goto(f"{shop.url}/office/orders/receive")
    waiting = page.get_by_role("status").filter(has_text="Scans that wait")
    with shop.frozen():
        for code in (first.scan_code, second.scan_code, f"3*{third.scan_code}", first.scan_code):
            await scan(page, code)
            await expect(page.get_by_label("Scan or type a code")).to_have_value("")
        await expect(waiting).to_contain_text("4")
        await page.get_by_label("Delivery note").fill("DN-17")
    rows = page.locator("#scanned-table tbody tr")
    await expect(rows).to_have_count(3)
    await expect(page.get_by_label(f"Quantity: {first.name}")).to_have_value("2")
    await expect(page.get_by_label(f"Quantity: {third.name}")).to_have_value("3")
    await expect(page.get_by_label("Delivery note")).to_have_value("DN-17")
    await expect(page.locator("#scans-wait")).to_be_hidden()
    await page.get_by_role("button", name="Book it in").click()
    await expect(page.get_by_role("status").filter(has_text="Booked in: 3 lines.")).to_be_visible()


async def test_a_scan_that_is_refused_is_seen_before_the_others_go_on(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(r"status of 4\d\d .*/office/stock/counts/")
    page = await open_office(tabs, shop)
    first, second = items(shop)[:2]
    await page.goto(f"{shop.url}/office/stock/counts")
    await page.get_by_label("What is counted").fill("Quickly")
    await page.get_by_role("button", name="Begin").click()
    await expect(page.get_by_label("Code or item")).to_be_focused()
    with shop.frozen():
        for code in (first.scan_code, UNKNOWN, second.scan_code):
            await scan(page, code)
    said = page.locator("#said-table tbody")
    await expect(said).to_contain_text(first.name)
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(said).not_to_contain_text(second.name)
    await expect(page.locator("#scans-wait")).to_contain_text("1")
    await scan(page, first.scan_code)
    await expect(said.get_by_role("row")).to_have_count(3)
    await expect(said).to_contain_text(second.name)
    await expect(page.get_by_label("Code or item")).to_have_value("")
