"""Every page of the back office, found by its links, with rows: accessible in light and dark, whole
in every window and at twice the size, in Chinese without English, and on paper without what is only
for the screen."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from edge.server.app import build_app
from tests.browser.office_filled import every_page, filled, page_in, routes_of
from tests.browser.office_page import SIZES, fits, wrong_with
from tests.browser.test_office import TINY
from tests.browser.watched import Tabs

A4 = 794
"""Its width in CSS pixels, without margins."""
TWICE = (640, 400)
"""1280 × 800 at 200 %."""
NO_PAGE = frozenset({"/office"})
"""Leads on to the first page."""
NOT_BY_LINK = frozenset({"/office/own-pin"})
"""Stands before whoever has a PIN to begin with, and nobody else."""
UNLIT = """() => [...document.querySelectorAll('.light:not(.unknown)')]
  .filter((each) => getComputedStyle(each, '::before').content.includes('?'))
  .map((each) => each.outerHTML)"""
"""States that have a word, and no colour and shape of their own."""
ON_PAPER = """() => [...document.querySelectorAll('header, form, button, .button, nav, .files')]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height > 0)
  .map((each) => each.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_with_rows_is_accessible_and_fits_every_window(
    tabs: Tabs, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    found: dict[str, object] = {}
    async with filled(tmp_path / "S01", 3) as browser:
        page = await page_in(tabs, browser, scheme)
        pages = await every_page(page, browser)
        known = set(routes_of(build_app(browser.till.box))) - NO_PAGE - NOT_BY_LINK
        assert known <= pages.keys(), "no link leads there, or not with rows"
        for route, address in pages.items():
            await page.goto(f"{browser.client.base_url}{address}")
            found |= {f"{route}: {name}": nodes for name, nodes in (await wrong_with(page)).items()}
            if unlit := await page.evaluate(UNLIT):
                found[f"{route}: unlit"] = unlit
            found |= await _sizes(page, route)
    assert found == {}


async def _sizes(page: Page, route: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for width, height in (*SIZES, TWICE):
        await page.set_viewport_size({"width": width, "height": height})
        if not await fits(page):
            found[f"{route}: wider than {width}"] = True
        if (width, height) == SIZES[-1] and (tiny := await page.evaluate(TINY)):
            found[f"{route}: tiny"] = tiny
    await page.set_viewport_size({"width": 1280, "height": 800})
    return found


async def test_every_page_with_thirty_rows_is_whole_on_paper_and_in_chinese(
    tabs: Tabs, tmp_path: Path
) -> None:
    found: dict[str, object] = {}
    async with filled(tmp_path / "S01", 30) as browser:
        page = await page_in(tabs, browser, "light")
        pages = await every_page(page, browser)
        await page.goto(f"{browser.client.base_url}/office/day")
        await page.get_by_role("button", name="中文").click()
        await expect(page.get_by_role("navigation", name="后台")).to_be_visible()
        for route, address in pages.items():
            await page.goto(f"{browser.client.base_url}{address}")
            assert await page.evaluate("document.documentElement.lang") == "zh-Hans", route
            await page.set_viewport_size({"width": 390, "height": 844})
            if not await fits(page):
                found[f"{route}: wider than 390 in Chinese"] = True
            await page.set_viewport_size({"width": 1280, "height": 800})
            await page.emulate_media(media="print")
            await page.set_viewport_size({"width": A4, "height": 1123})
            if not await fits(page):
                found[f"{route}: wider than the paper"] = True
            if left := await page.evaluate(ON_PAPER):
                found[f"{route}: on paper"] = left
            paper = await page.pdf(format="A4")
            assert paper.startswith(b"%PDF"), route
            await page.emulate_media(media="screen")
            await page.set_viewport_size({"width": 1280, "height": 800})
    assert found == {}
