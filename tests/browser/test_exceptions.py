"""What somebody must look at, in a browser: many of them, by keyboard alone, narrow and wide."""

import os
from pathlib import Path
from typing import Literal, TypeAlias
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from central.pages.attention import TOGETHER_MAX
from tests.browser.chain import Company
from tests.browser.dialog_look import AXE
from tests.browser.test_board import fits
from tests.browser.test_items import BUTTONS, SMALL, press_to, sign_in
from tests.browser.watched import NARROW, Tabs

Scheme: TypeAlias = Literal["light", "dark"]
ROWS = 30
LONG = "two boxes wrote event 000123 of epoch 1-aabbccdd with different contents, 名字很长的商店"
RAISE = (
    "INSERT INTO alarm (store_id, alarm_id, kind, detail, raised_at_ms)"
    " VALUES ($1, $2, $3, $4, $5) RETURNING 1"
)


async def clean(page: Page) -> None:
    """It fits, its buttons are for thumbs, and axe finds nothing."""
    assert await fits(page)
    assert await page.eval_on_selector_all(BUTTONS, SMALL) == []
    await page.evaluate(AXE.read_text())
    told = await page.evaluate("axe.run({ resultTypes: ['violations'] })")
    assert [(one["id"], one["nodes"][0]["html"]) for one in told["violations"]] == []


async def picture(page: Page, name: str) -> None:
    """For whoever looks: into the folder that PICTURES names."""
    if folder := os.environ.get("PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=False)


@pytest.mark.parametrize(
    ("size", "scheme"), [((1280, 800), "light"), (NARROW, "dark")], ids=["wide", "narrow and dark"]
)
async def test_an_alarm_among_many_is_cleared_by_keyboard_with_a_reason(
    tabs: Tabs, company: Company, size: tuple[int, int], scheme: Scheme
) -> None:
    await company.add_store("S01")
    await company.add_store("S02")
    ((store_id,),) = await company.office.rows(
        "SELECT store_id FROM store WHERE company_id = $1 AND code = 'S01'", company.company_id
    )
    for number in range(ROWS):
        kind = "fork" if number == 0 else "rewound" if number == 1 else "damage"
        at_ms = 1_700_000_000_000 + number
        await company.office.rows(RAISE, store_id, uuid4(), kind, f"{LONG} {number}", at_ms)
    page = await tabs.open(size=size, scheme=scheme)
    await sign_in(page, company)
    await page.get_by_role("link", name="To look at").click()
    await expect(page.locator("#summary")).to_contain_text(f"{ROWS} things for a person")
    await expect(page.locator("#noticed tbody tr")).to_have_count(TOGETHER_MAX)
    await page.get_by_role("link", name="All: Alarms").click()
    await expect(page.locator("#noticed tbody tr")).to_have_count(ROWS - 2)
    await picture(page, f"attention-{size[0]}")
    await clean(page)
    await page.get_by_role("link", name="To look at").first.click()
    await page.locator("#forks").scroll_into_view_if_needed()
    await press_to(page, "What it was")
    await page.keyboard.type("A copy of the disk, taken out")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#summary")).to_contain_text(f"{ROWS - 1} things for a person")
    await page.get_by_label("Kind").select_option("forks")
    await page.get_by_role("button", name="Show").press("Enter")
    await expect(page.locator("#forks tbody tr")).to_have_count(1)
    await expect(page.locator("#noticed")).to_have_count(0)


@pytest.mark.parametrize(
    ("size", "scheme"), [((1280, 800), "light"), (NARROW, "dark")], ids=["wide", "narrow and dark"]
)
async def test_a_code_for_a_box_is_made_and_stores_and_points_are_looked_at(
    tabs: Tabs, company: Company, size: tuple[int, int], scheme: Scheme
) -> None:
    for number in range(1, ROWS + 1):
        await company.add_store(f"S{number:02d}")
    page = await tabs.open(size=size, scheme=scheme)
    await sign_in(page, company)
    await page.get_by_role("link", name="Stores", exact=True).click()
    await expect(page.locator("#boxes tbody tr")).to_have_count(ROWS)
    await picture(page, f"boxes-{size[0]}")
    await clean(page)
    await page.get_by_role("link", name="S07", exact=True).press("Enter")
    await clean(page)
    await press_to(page, "Make a code")
    await page.keyboard.press("Enter")
    await expect(page.locator("#code")).to_contain_text("HF1:")
    await picture(page, f"code-{size[0]}")
    await clean(page)
    await page.get_by_role("link", name="Loyalty").click()
    await expect(page.locator("#stores tbody tr")).to_have_count(ROWS)
    await picture(page, f"loyalty-{size[0]}")
    await clean(page)
    await page.get_by_role("link", name="Customers").click()
    await picture(page, f"customers-{size[0]}")
    await clean(page)
