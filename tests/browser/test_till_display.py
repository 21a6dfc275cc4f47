"""The customer's display: a window beside the till that shows what is bought, what is to be paid
and what comes back, with the line cut as well."""

import re

import pytest
from playwright.async_api import Page, expect

from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.dialog_look import AXE
from tests.browser.till_page import items, open_till_page, scan, sees_total
from tests.browser.watched import NARROW, Tabs


async def open_display(page: Page) -> Page:
    """As the cashier does it, by the menu."""
    async with page.context.expect_page() as opened:
        await page.get_by_role("button", name="Menu").click()
        await page.get_by_role("button", name="Customer display").click()
    display = await opened.value
    await expect(display.get_by_role("heading")).to_be_visible()
    return display


async def test_the_customer_sees_each_line_the_total_the_change_and_thanks(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop)
    display = await open_display(page)
    await expect(display.get_by_role("heading", name="Welcome")).to_be_visible()
    first, second = items(shop)[:2]
    total = first.price_minor + second.price_minor
    for item in (first, second):
        await scan(page, item.scan_code)
        await expect(display.get_by_role("listitem").last).to_contain_text(item.name)
    await expect(display.get_by_test_id("shown-total")).to_have_text(format_minor(total))
    await page.get_by_role("button", name="Pay", exact=False).last.click()
    await page.get_by_label("Cash given").fill(format_minor(total + 1_000))
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("change")).to_have_text(format_minor(1_000))
    await expect(display.get_by_role("heading", name="Thank you")).to_be_visible()
    await expect(display.get_by_test_id("shown-change")).to_have_text(format_minor(1_000))
    await page.get_by_role("button", name="New sale").click()
    await expect(display.get_by_role("heading", name="Welcome")).to_be_visible()


async def test_a_display_that_is_loaded_again_shows_the_basket_also_without_the_store_box(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop)
    display = await open_display(page)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    tabs.expect(re.escape("net::ERR"))
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.context.set_offline(True)
    await display.reload()
    await expect(display.get_by_role("listitem")).to_contain_text(item.name)
    await expect(display.get_by_test_id("shown-total")).to_have_text(format_minor(item.price_minor))


async def test_the_display_speaks_as_the_till_does_and_says_when_that_is_closed(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop)
    display = await open_display(page)
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="中文").click()
    await expect(display.get_by_role("heading", name="欢迎光临")).to_be_visible()
    await expect(display.locator("html")).to_have_attribute("lang", "zh-Hans")
    await page.close()
    await expect(display.get_by_role("heading", name="本收银台暂停服务")).to_be_visible()


async def another_device(tabs: Tabs, page: Page) -> Page:
    """A browser of its own, by the picture that the till shows."""
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Display on another device").click()
    link = await page.get_by_test_id("offer").get_by_role("link").first.get_attribute("href")
    await page.get_by_role("button", name="Close").click()
    return await tabs.open(link)


async def test_a_device_of_its_own_shows_the_basket_the_change_and_thanks(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop)
    display = await another_device(tabs, page)
    await expect(display.get_by_role("heading", name="Welcome")).to_be_visible()
    assert "pair" not in display.url
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await expect(display.get_by_role("listitem")).to_contain_text(item.name)
    shown = display.get_by_test_id("shown-total")
    await expect(shown).to_have_text(format_minor(item.price_minor))
    await display.reload()
    await expect(shown).to_have_text(format_minor(item.price_minor))
    await page.get_by_role("button", name="Pay", exact=False).last.click()
    await page.get_by_label("Cash given").fill(format_minor(item.price_minor + 1_000))
    await page.keyboard.press("Enter")
    await expect(display.get_by_role("heading", name="Thank you")).to_be_visible()
    await expect(display.get_by_test_id("shown-change")).to_have_text(format_minor(1_000))
    await page.close()
    await expect(display.get_by_role("heading", name="This till is closed")).to_be_visible()


async def test_a_device_of_its_own_goes_on_after_the_store_box_was_away_and_ends_when_sent_away(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(re.escape("net::ERR"))
    tabs.expect("401")
    page = await open_till_page(tabs, shop)
    display = await another_device(tabs, page)
    await expect(display.get_by_role("heading", name="Welcome")).to_be_visible()
    await shop.kill()
    await shop.start()
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await expect(display.get_by_role("listitem")).to_contain_text(item.name)
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Tills").click()
    await page.get_by_role("button", name=re.compile("End .*-DISPLAY")).click()
    await page.get_by_role("button", name=re.compile("Yes, .*-DISPLAY")).click()
    await expect(
        display.get_by_role("heading", name="This display belongs to no till")
    ).to_be_visible()


CODES = (
    "SELECT min(s.scan_code) FROM item i JOIN scan_code s USING (item_id)"
    " JOIN price USING (item_id)"
    " WHERE i.unit = 'each' AND i.active AND length(s.scan_code) = 13 GROUP BY i.item_id LIMIT ?"
)


@pytest.mark.parametrize("size", [(1024, 600), NARROW], ids=["screen", "telephone"])
async def test_the_total_and_the_newest_of_thirty_lines_stay_in_sight(
    tabs: Tabs, shop: Box, size: tuple[int, int]
) -> None:
    page = await open_till_page(tabs, shop)
    display = await open_display(page)
    await display.set_viewport_size({"width": size[0], "height": size[1]})
    codes = [str(code) for (code,) in shop.rows(CODES, 30)]
    assert len(codes) == 30
    for code in codes:
        await scan(page, code)
    await expect(display.get_by_role("listitem")).to_have_count(30)
    await expect(display.get_by_role("listitem").last).to_be_in_viewport()
    await expect(display.get_by_test_id("shown-total")).to_be_in_viewport()
    await display.evaluate(AXE.read_text())
    told = await display.evaluate("axe.run({ resultTypes: ['violations'] })")
    assert [(one["id"], one["nodes"][0]["html"]) for one in told["violations"]] == []
