"""A promotion at head office in a browser: written with the keyboard alone, worked out while it is
typed, approved; wide and on a telephone, light and dark, with nothing that axe finds."""

import os
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.browser.chain import Company
from tests.browser.test_board import fits
from tests.browser.test_items import press_to, sign_in
from tests.browser.test_layout import AXE
from tests.browser.watched import NARROW, Tabs

PICTURES = os.environ.get("PROMOTION_PICTURES")


async def looked_at(page: Page, name: str) -> None:
    assert await fits(page)
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run().then(found => found.violations.map(one => one.id))")
    assert found == []
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), NARROW], ids=["wide", "narrow"])
async def test_a_promotion_is_written_worked_out_and_approved_by_keyboard(
    tabs: Tabs, company: Company, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    page = await tabs.open(size=size)
    await page.emulate_media(color_scheme=scheme)
    await sign_in(page, company)
    await page.goto(f"{company.office.url}/promotion?kind=several_for")
    name = f"{size[0]}-{scheme}"
    for label, typed in (
        ("Id", f"B{size[0]}{scheme}"),
        ("Name", "3 for 20.00"),
        ("Of what", "BAK-011"),
        ("Pieces together", "3"),
        ("Price", "20.00"),
    ):
        await press_to(page, label)
        await page.keyboard.type(typed)
    await expect(page.locator("#example")).to_contain_text("3 × 7.90 = 23.70 → 20.00")
    await looked_at(page, f"form-{name}")
    await press_to(page, "Keep as a draft")
    await page.keyboard.press("Enter")
    await expect(page.locator("#state")).to_have_text("draft")
    await press_to(page, "Approve and publish")
    await page.keyboard.press("Enter")
    await expect(page.locator("#state")).to_have_text("in force")
    await looked_at(page, f"approved-{name}")
    await page.goto(f"{company.office.url}/promotions")
    await looked_at(page, f"list-{name}")
