"""Cash, whole: a float by notes, a sale, a blind count and a recount, a sealed bag, a day that is
proven at head office, and the bank's file that credits the bag."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Page, expect

from sync.protocol.money import format_minor
from tests.browser.chain import Box, Company, Office
from tests.browser.office_page import fits, wrong_with
from tests.browser.test_sale_to_board import sign_in as sign_in_at_the_board
from tests.browser.till_page import (
    NO_SUCH_CODE,
    items,
    pair,
    pay_exactly,
    receipt_number,
    scan,
    sees_total,
    sign_in,
)
from tests.browser.watched import NARROW, WIDE, Tabs
from tests.integration.test_central_cli import central
from tests.patience import PATIENCE_MS

BAG = "SB-004711"
FACES = (5_000, 1_000, 500, 200, 100, 50, 20, 10, 5)


@pytest_asyncio.fixture(loop_scope="session")
async def told_box(company: Company, tmp_path: Path) -> AsyncIterator[Box]:
    """A store's box that tells head office everything."""
    box = await company.provision("S01", tmp_path / "S01")
    await box.start()
    try:
        yield box
    finally:
        await box.kill()


async def type_pieces(page: Page, minor: int) -> None:
    """As few notes and coins as come to it."""
    faces = page.get_by_role("group", name="Notes and coins")
    for face in FACES:
        pieces, minor = divmod(minor, face)
        await faces.get_by_label(format_minor(face), exact=True).fill(str(pieces))


async def opened_by_notes(tabs: Tabs, box: Box) -> Page:
    """A till with 100.00, told by its notes."""
    tabs.expect(NO_SUCH_CODE)
    page = await tabs.open()
    await pair(page, box)
    await sign_in(page)
    await page.get_by_role("button", name="Open business day").click()
    await page.get_by_text("By notes and coins").click()
    await type_pieces(page, 10_000)
    await expect(page.get_by_test_id("counted-so-far")).to_have_text("100.00")
    await page.get_by_role("button", name="Open till").click()
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    return page


async def counted_twice_and_settled(page: Page, expected: int) -> None:
    """First a note too few, then right; what is expected is seen after the first count alone."""
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Settle till").click()
    await page.get_by_text("Count by notes and coins").click()
    assert format_minor(expected) not in await page.inner_text("body")
    await type_pieces(page, expected - 1_000)
    await page.get_by_role("button", name="Commit count").click()
    counted = page.get_by_role("dialog", name="The drawer is counted")
    await expect(counted).to_contain_text(format_minor(expected))
    await expect(counted.get_by_test_id("over-short")).to_have_text("10.00")
    await counted.get_by_role("button", name="Count again").click()
    await type_pieces(page, expected)
    await page.get_by_role("button", name="Commit count").click()
    await expect(counted.get_by_test_id("over-short")).to_have_text("0.00")
    await counted.get_by_role("button", name="Settle with this count").click()
    settled = page.get_by_role("dialog", name="Till settled")
    await settled.get_by_role("button", name="Done").click()


async def taken_to_the_bank(page: Page, box: Box, minor: int) -> None:
    """From the safe's page of the back office, in a bag."""
    await page.get_by_role("button", name="Menu").click()
    async with page.context.expect_page() as opened:
        await page.get_by_role("button", name="Back office").click()
    office = await opened.value
    await expect(office.get_by_role("navigation", name="Back office")).to_be_visible()
    await office.goto(f"{box.url}/office/tills/safe")
    form = office.locator("form[action$='/safe/deposit']")
    await office.locator("details").filter(has=form).locator("summary").click()
    await form.locator("[name=bag_number]").fill(BAG)
    await form.locator("[name=amount]").fill(format_minor(minor))
    await form.get_by_role("button").click()
    await expect(office.locator("#safe-table")).to_contain_text(BAG)
    await office.close()


async def closed(page: Page) -> None:
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Close business day").click()
    sure = page.get_by_role("dialog", name="Close the business day")
    await sure.get_by_role("button", name="Close 2").click()
    await expect(page.get_by_role("heading", name="is closed")).to_be_visible()


async def test_a_day_is_opened_sold_counted_blind_settled_and_closed_and_its_cash_is_at_the_bank(
    office: Office, company: Company, told_box: Box, tabs: Tabs, tmp_path: Path
) -> None:
    till = await opened_by_notes(tabs, told_box)
    item = items(told_box)[0]
    await scan(till, item.scan_code)
    await sees_total(till, item.price_minor)
    await pay_exactly(till)
    await receipt_number(till)
    await till.get_by_role("button", name="New sale").click()
    expected = 10_000 + item.price_minor
    await counted_twice_and_settled(till, expected)
    await taken_to_the_bank(till, told_box, expected)
    await closed(till)
    board = await tabs.open()
    await sign_in_at_the_board(board, company)
    proven = board.locator("#store-S01").get_by_text("proven", exact=True)
    await expect(proven).to_be_visible(timeout=PATIENCE_MS)
    await board.goto(f"{office.url}/deposits")
    bag = board.locator("#deposits tbody tr").filter(has_text=BAG)
    await expect(bag).to_contain_text("in transit since today")
    path = tmp_path / "bank.csv"
    credited = f"{datetime.now(UTC):%Y-%m-%d},CASH DEPOSIT {BAG},{format_minor(expected)}"
    path.write_text(f"Date,Description,Credit\n{credited}\n")
    url = office.engine.url.render_as_string(hide_password=False).replace("+asyncpg", "")
    said = ("import", "deposits", str(path), "--source", "Bank", "--company", company.name)
    brought = await central(*said, url=url)
    assert (brought.code, "1 more are matched, 0 exceptions" in brought.shown) == (0, True)
    await board.reload()
    await expect(bag.locator(".verdict")).to_have_text("credited")
    for width, height in (WIDE, NARROW):
        await board.set_viewport_size({"width": width, "height": height})
        assert await fits(board)
    assert await wrong_with(board) == {}
    await bag.get_by_role("link").first.click()
    counts = board.locator("#counts-table tbody tr")
    await expect(counts.first).to_contain_text("-10.00")
    await expect(counts.filter(has_text="Recount 2").first).to_contain_text("0.00")
    await expect(board.locator("#bags-table")).to_contain_text("credited")
    await expect(board.locator("#moves-table")).to_contain_text("2 × 50.00")
    assert await wrong_with(board) == {}
    assert await fits(board)
