"""Paying by points at the till page, where some of a customer's points can be spent elsewhere: it
says so in plain words, asks head office for more, and sells on where head office is away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.chain import Box, Company
from tests.browser.till_page import by_hand, items, open_till_page, receipt_number, scan
from tests.browser.watched import NARROW, WIDE, Tabs
from tests.patience import PATIENCE_MS, PATIENCE_S

FEW_POINTS = """
SELECT c.name, c.phone, sum(r.points) FROM customer c JOIN points_right r USING (customer_id)
GROUP BY c.customer_id ORDER BY sum(r.points) LIMIT 1
"""
PAID = "SELECT tender_id, amount_minor FROM sale_tender ORDER BY tender_id"


class Member(NamedTuple):
    """A customer with fewer points here than the basket costs."""

    name: str
    phone: str
    here: int


@pytest_asyncio.fixture(loop_scope="session")
async def one_of_two(company: Company, tmp_path: Path) -> AsyncIterator[Box]:
    """A running store of a company of two: half of everybody's points can be spent there."""
    await company.add_store("S02")
    box = await company.provision("S01", tmp_path / "S01")
    await box.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not box.rows(FEW_POINTS):  # its rights come as head office gives them
                await company.office.rows("SELECT 1")
        yield box
    finally:
        await box.kill()


def member_of(box: Box) -> Member:
    ((name, phone, here),) = box.rows(FEW_POINTS)
    return Member(str(name), str(phone), int(here))


async def pay_by_points(tabs: Tabs, box: Box, member: Member, size: tuple[int, int]) -> Page:
    """From an empty page to the tender, by the keys alone."""
    page = await open_till_page(tabs, box, size)
    dearest = max(items(box), key=lambda item: item.price_minor)
    for _ in range(-(-2 * member.here // dearest.price_minor) + 1):
        await scan(page, dearest.scan_code)
    await page.keyboard.press("F4")
    await by_hand(page, member.phone.removeprefix("+65 ").replace(" ", ""))
    await page.get_by_role("button", name=member.name).press("Enter")
    await page.keyboard.press("F2")
    await page.get_by_role("button", name="Points").press("Enter")
    return page


async def pays_the_rest(page: Page) -> None:
    """In cash, by the keys."""
    await expect(page.get_by_role("list", name="Paid so far")).to_contain_text("Points")
    await page.get_by_role("button", name="Cash", exact=True).press("Enter")
    exact = page.get_by_role("button", name="Exact")
    await expect(exact).to_be_enabled()
    await exact.press("Enter")
    await receipt_number(page)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_the_till_asks_head_office_for_points_that_can_be_spent_elsewhere(
    tabs: Tabs, one_of_two: Box, size: tuple[int, int]
) -> None:
    member = member_of(one_of_two)
    page = await pay_by_points(tabs, one_of_two, member, size)
    points = page.get_by_test_id("points")
    said = f"{member.here} points can be spent here now."
    await expect(points).to_contain_text(f" points, {said.replace(' points', '', 1)}")
    more = points.get_by_role("button", name="Ask head office for")
    number = int((await more.inner_text()).split()[4])
    assert number in (member.here, member.here + 1)
    await more.press("Enter")
    await expect(points).to_contain_text(f"Head office gave {number} more.", timeout=PATIENCE_MS)
    both = member.here + number
    await expect(points).to_contain_text(f"{both} points can be spent here now.")
    await expect(more).to_have_count(0)
    await expect(page.get_by_label("Points amount")).to_be_focused()
    await expect(page.get_by_label("Points amount")).to_have_value(f"{both / 100:.2f}")
    await page.keyboard.press("Enter")
    await pays_the_rest(page)
    assert one_of_two.rows(PAID)[1] == ("points", both)


async def test_without_head_office_the_till_says_why_and_sells_on(tabs: Tabs, shop: Box) -> None:
    member = member_of(shop)
    page = await pay_by_points(tabs, shop, member, NARROW)
    points = page.get_by_test_id("points")
    await expect(points).to_contain_text(f"{member.here} points can be spent here now.")
    await expect(points).to_contain_text("Head office is away and cannot be asked for more.")
    await points.get_by_role("button", name="Try again").press("Enter")
    await page.get_by_label("Points amount").press("Enter")
    await pays_the_rest(page)
    assert shop.rows(PAID)[1] == ("points", member.here)
