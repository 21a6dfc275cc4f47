"""Three tones at the till: taken, unknown, attention; a workstation can have none."""

from playwright.async_api import Page, expect

from tests.browser.chain import Box
from tests.browser.till_page import items, open_till_page, scan, sees_total
from tests.browser.watched import Tabs

HEAR = """(() => {
  window.heard = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    window.heard.push(this.frequency.value);
    return start.call(this, at);
  };
})()"""
TAKEN, UNKNOWN, ATTENTION = [1320], [196], [660, 440]


async def heard(page: Page) -> list[int]:
    """Since it was asked last, in Hz."""
    notes: list[int] = await page.evaluate("window.heard.splice(0)")
    return notes


async def test_a_scan_sounds_taken_an_unknown_code_otherwise_and_what_is_wrong_again_otherwise(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop)
    await page.evaluate(HEAR)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    assert await heard(page) == TAKEN
    await scan(page, "99988877766")
    await expect(page.get_by_text("99988877766", exact=True)).to_be_visible()
    assert await heard(page) == UNKNOWN
    await page.keyboard.press("F2")
    await page.get_by_label("Cash given").fill("a lot")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    assert await heard(page) == ATTENTION


async def test_a_workstation_without_sounds_stays_so_after_a_reload(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Sounds off").click()
    await page.reload()
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    await page.evaluate(HEAR)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    assert await heard(page) == []
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Sounds on").click()
    await scan(page, item.scan_code)
    await sees_total(page, 2 * item.price_minor)
    assert await heard(page) == TAKEN
