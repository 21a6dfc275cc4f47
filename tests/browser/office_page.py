"""What a test does in the back office of a shop."""

from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page, expect

from tests.browser.chain import Box
from tests.browser.till_page import open_till_page
from tests.browser.watched import Tabs

SIZES = ((1280, 800), (1024, 768), (390, 844))
AXE = Path(__file__).parent / "vendor" / "axe.min.js"


async def open_office(tabs: Tabs, box: Box, scheme: Literal["light", "dark"] = "light") -> Page:
    """From the menu of a till page, in a tab of its own."""
    till = await open_till_page(tabs, box)
    await till.emulate_media(color_scheme=scheme)
    await till.get_by_role("button", name="Menu").click()
    async with till.context.expect_page() as opened:
        await till.get_by_role("button", name="Back office").click()
    page = await opened.value
    await page.emulate_media(color_scheme=scheme)
    await expect(page.get_by_role("navigation", name="Back office")).to_be_visible()
    return page


async def wrong_with(page: Page) -> dict[str, Any]:
    """What axe-core finds."""
    await page.evaluate(AXE.read_text())
    told = await page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return {each["id"]: [node["html"] for node in each["nodes"]] for each in told["violations"]}


async def fits(page: Page) -> bool:
    """Nothing is wider than the window."""
    found: bool = await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return found
