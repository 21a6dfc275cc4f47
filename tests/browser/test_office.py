"""The back office in a browser: from the till's menu, on a manager's own device, live, by keyboard
alone, accessible at every size, in light and dark, in both languages."""

from typing import Literal

import pytest
from playwright.async_api import expect

from tests.browser.chain import Box
from tests.browser.office_page import SIZES, fits, open_office, wrong_with
from tests.browser.till_page import MANAGER, items, pay_exactly, receipt_number, scan
from tests.browser.watched import Tabs
from tests.pins import PIN

PAGES = (
    "/office/sync",
    "/office/sync/everything",
    "/office/day",
    "/office/people",
    "/office/reports",
    "/office/reports/day",
    "/office/reports/hour?against=week",
    "/office/reports/margin",
    "/office/reports/stock-value",
    "/office/orders",
    "/office/orders/new",
    "/office/orders/receive",
    "/office/orders/returns",
    "/office/find?text=bread",
    "/office/find",
    "/office/stock",
    "/office/stock/counts",
    "/office/stock/ageing",
    "/office/stock/waste",
    "/office/stock/transfers",
    "/office/stock/labels",
    "/office/tills",
    "/office/tills/safe",
)
TINY = """() => {
  const held = 'main :is(a, button, input, select, summary)';
  return [...document.querySelectorAll(held)].filter((each) => {
    const { width, height } = (each.closest('label') ?? each).getBoundingClientRect();
    return height > 2 && (height < 43.5 || width < 43.5);
  }).map((each) => each.outerHTML);
}"""
"""What a finger misses."""


async def test_the_tills_menu_opens_the_office_which_is_live(tabs: Tabs, shop: Box) -> None:
    page = await open_office(tabs, shop)
    till = page.context.pages[0]
    await page.get_by_role("link", name="Sync").click()
    await expect(page.locator("#confirmed")).to_contain_text("no receipt of this box")
    await page.evaluate("window.stays = true")
    item = items(shop)[0]
    await till.bring_to_front()
    await scan(till, item.scan_code)
    await pay_exactly(till)
    number = await receipt_number(till)
    assert number
    await page.bring_to_front()
    await expect(page.locator("#live")).to_contain_text("1 receipt among them, worth SGD")
    assert await page.evaluate("window.stays") is True
    row = page.locator("#workstations-table tbody tr").filter(has_text="W1")
    await expect(row.get_by_role("cell").last).to_have_text("1")


async def test_a_managers_device_is_let_in_by_its_link_and_by_keyboard_alone(
    tabs: Tabs, shop: Box
) -> None:
    offer = await shop.ask("POST", "/pairing-codes", {"workstation_id": "M1", "kind": "office"})
    page = await tabs.open(f"{shop.url}/office/pair#pair=M1:{offer['code']}")
    await expect(page.get_by_role("button", name="Let it in")).to_be_focused()
    assert "#" not in page.url
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Who")).to_be_focused()
    await page.keyboard.type(MANAGER)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PIN)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("navigation", name="Back office")).to_be_visible()
    await expect(page.locator("header")).to_contain_text("M1")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="To the content")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_is_accessible_and_fits_every_window(
    tabs: Tabs, shop: Box, scheme: Literal["light", "dark"]
) -> None:
    page = await open_office(tabs, shop, scheme)
    found = {}
    for address in PAGES:
        await page.goto(f"{shop.url}{address}")
        for name, nodes in (await wrong_with(page)).items():
            found[f"{address}: {name}"] = nodes
        for width, height in SIZES:
            await page.set_viewport_size({"width": width, "height": height})
            assert await fits(page), (address, width)
        if tiny := await page.evaluate(TINY):
            found[f"{address}: tiny"] = tiny
        await page.set_viewport_size({"width": 640, "height": 400})  # 1280 × 800 at 200 %
        assert await fits(page), address
    await page.get_by_role("button", name="Sign out").click()
    found |= {f"sign-in: {name}": nodes for name, nodes in (await wrong_with(page)).items()}
    assert found == {}


async def test_a_day_is_looked_into_down_to_a_receipt_and_closed_after_it_was_counted(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_office(tabs, shop)
    till = page.context.pages[0]
    item = items(shop)[0]
    await till.bring_to_front()
    await scan(till, item.scan_code)
    await pay_exactly(till)
    number = await receipt_number(till)
    await page.bring_to_front()
    await page.get_by_role("link", name="Day", exact=True).click()
    row = page.locator("#figures-table tr").filter(has_text="Total").first
    await row.get_by_role("link").click()
    await expect(page.locator("#row-sum")).to_have_text(written(item.price_minor))
    assert await wrong_with(page) == {}
    await page.get_by_role("link", name=number).click()
    await expect(page.locator("#paper")).to_contain_text(number)
    await expect(page.locator("#content")).to_contain_text("It was not given out yet")
    assert await wrong_with(page) == {}
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type(number)
    await page.keyboard.press("Enter")
    await expect(page.locator("#paper")).to_contain_text(number)
    await page.get_by_role("link", name="Day", exact=True).click()
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert await fits(page), width
    await page.get_by_role("link", name="Close the day").click()
    await expect(page.locator("#still-open")).to_contain_text("till W1 at W1")
    assert await wrong_with(page) == {}
    await expect(page.get_by_role("button", name="Close 20")).to_have_count(0)


def written(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


async def test_the_pages_speak_chinese_as_the_till_does(tabs: Tabs, shop: Box) -> None:
    page = await open_office(tabs, shop)
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("navigation", name="后台")).to_be_visible()
    for address in PAGES:
        await page.goto(f"{shop.url}{address}")
        assert await page.evaluate("document.documentElement.lang") == "zh-Hans"
        assert await fits(page)
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("navigation", name="Back office")).to_be_visible()
