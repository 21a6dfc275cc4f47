"""Goods of one shop's receipt at the till of another: two boxes and a head office, as processes."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.chain import NOBODY_LISTENS, Box, Company
from tests.browser.test_return import give_back, new_sale, rounded, sold_for_cash
from tests.browser.till_page import items, open_till_page, receipt_number, sales, scan, sees_total
from tests.browser.watched import NARROW, WIDE, Tabs
from tests.integration.test_central_background import until

COUNTED = """
SELECT count(*) FROM sale JOIN store USING (store_id) WHERE company_id = $1 AND receipt_number = $2
"""
TAKEN = "SELECT points, spent, released FROM points_right WHERE kind = 'refund'"


async def picture(page: Page, name: str) -> None:
    """Kept where a person asks for it."""
    folder = os.environ.get("PICTURES")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def sold_at(tabs: Tabs, company: Company, box: Box) -> tuple[Page, str, str]:
    """The till's page, and the receipt's number and code; head office counts it."""
    page = await open_till_page(tabs, box)
    first, second, *_ = items(box)
    number, code = await sold_for_cash(page, first, first, second)

    async def is_there() -> bool:
        return await company.office.rows(COUNTED, company.company_id, number) == [(1,)]

    await until(is_there)
    return page, number, code


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_what_one_shop_sold_comes_back_at_the_other_and_not_at_both(
    tabs: Tabs, company: Company, both: tuple[Box, Box], size: tuple[int, int]
) -> None:
    tabs.expect(r"status of 409 .*/receipts/asks")
    origin, other = both
    theirs, number, code = await sold_at(tabs, company, origin)
    first, *_ = items(origin)
    page = await open_till_page(tabs, other, size)
    await scan(page, code)
    dialog = page.get_by_role("dialog", name="Take goods back")
    await expect(dialog).to_contain_text(number)
    await expect(dialog).to_contain_text("Bought at S01")
    await expect(dialog).to_contain_text("2 of 2 can come back")
    await picture(page, f"elsewhere-{size[0]}")
    await dialog.get_by_label(f"How much of {first.name}").fill("1")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("list", name="Basket")).to_contain_text("comes back")
    await sees_total(page, -first.price_minor)
    await theirs.keyboard.press("F7")
    their_dialog = theirs.get_by_role("dialog", name="Take goods back")
    await their_dialog.get_by_label("Scan the receipt, or type its number").fill(number)
    await theirs.keyboard.press("Enter")
    await their_dialog.get_by_role("button", name="Take all of it back").click()
    await expect(their_dialog).to_contain_text("S02 has leave to take goods of the receipt")
    await picture(theirs, "held-elsewhere")
    await page.reload()
    await sees_total(page, -first.price_minor)
    await give_back(page, rounded(first.price_minor))
    await receipt_number(page)
    await expect(page.locator("pre")).to_contain_text(f"RETURN of {number}, line 1")
    assert sales(other)[-1][1] == -first.price_minor
    assert other.rows(TAKEN) == [(1, 1, 0)]
    await new_sale(page)


async def test_without_head_office_the_till_says_what_to_do(
    tabs: Tabs, company: Company, both: tuple[Box, Box]
) -> None:
    tabs.expect(r"status of 404 .*/receipts\?")
    origin, other = both
    _, _, code = await sold_at(tabs, company, origin)
    await other.kill()
    other.move_central(NOBODY_LISTENS)
    await other.start()
    page = await open_till_page(tabs, other)
    await scan(page, code)
    problem = page.get_by_test_id("problem")
    await expect(problem).to_contain_text("head office is away")
    await expect(problem).to_contain_text("without a receipt")
    await picture(page, "away")
    assert sales(other) == []
