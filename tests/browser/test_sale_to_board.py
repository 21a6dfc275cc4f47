"""The whole promise, as a cashier and a controller see it: sold at the till through a reload and a
killed store server, found once at head office, to the cent.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Page, expect

from sync.protocol.money import format_minor
from tests.browser.chain import Box, Company, Office
from tests.browser.till_page import (
    FLOAT_MINOR,
    LOST,
    items,
    kill_at_the_next_sale,
    open_till_page,
    pay_exactly,
    receipt_number,
    scan,
    sees_total,
)
from tests.browser.watched import Tabs
from tests.patience import PATIENCE_MS

SOLD = "SELECT receipt_number, business_date, total_minor FROM sale"
OF_COMPANY = "JOIN store USING (store_id) WHERE company_id = $1"
SALE_KIND = "retail_transaction"
"""From the store's disk to the board: two rounds of the box, one of the board."""


@pytest_asyncio.fixture(loop_scope="session")
async def command_box(company: Company, tmp_path: Path) -> AsyncIterator[Box]:
    """A store's box that runs the command itself."""
    box = await company.provision("S01", tmp_path / "S01", fresh=True)
    await box.start()
    try:
        yield box
    finally:
        await box.kill()


async def settle_and_close(page: Page, cash_minor: int) -> None:
    await page.get_by_role("button", name="New sale").click()
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Settle till").click()
    await page.get_by_label("Cash counted").fill(format_minor(cash_minor))
    await page.get_by_role("button", name="Commit count").click()
    await expect(page.get_by_test_id("over-short")).to_have_text("0.00")
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Close business day").click()
    sure = page.get_by_role("dialog", name="Close the business day")
    await sure.get_by_role("button", name="Close 2").click()
    await expect(page.get_by_role("heading", name="is closed")).to_be_visible()


async def sign_in(page: Page, company: Company) -> None:
    await page.goto(await company.sign_in_link())
    await page.get_by_role("button", name=f"Sign in as {company.email}").click()
    await expect(page.get_by_role("heading", name="Board")).to_be_visible()


async def expect_on_the_board(page: Page, day: str, number: str, total: str) -> None:
    """From the board to the store's day, from its total to its rows, to the one receipt."""
    store = page.locator("#store-S01")
    counted = page.locator("#rows-S01")
    await expect(counted).to_have_text(total, timeout=PATIENCE_MS)
    await expect(store).to_contain_text(day)
    await page.locator("#to-S01").click()
    figure = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Total"))
    await figure.get_by_role("link", name=total).click()
    await expect(page.locator("#row-count")).to_have_text("1")
    await expect(page.locator("#row-sum")).to_have_text(total)
    await page.get_by_role("link", name=number).click()
    await expect(page.get_by_role("heading", name=f"Receipt {number}")).to_be_visible()
    await expect(page.locator("#sum")).to_contain_text(total)


async def expect_equal_sums(page: Page, total: str) -> None:
    """Once the store's own account has come: it says what head office counts."""
    await page.get_by_role("link", name="Board").click()
    store = page.locator("#store-S01")
    proven = store.get_by_text("proven", exact=True)
    await expect(proven).to_be_visible(timeout=PATIENCE_MS)
    await expect(store.locator("[data-label='Store says']")).to_have_text(total)
    await expect(store.locator("[data-label='Head office counts']")).to_have_text(total)
    await expect(store.locator("[data-label='Difference']")).to_have_text("0.00")


async def test_a_basket_sold_through_a_reload_and_a_kill_is_one_receipt_on_the_board(
    office: Office, company: Company, command_box: Box, tabs: Tabs
) -> None:
    tabs.expect(LOST)
    till = await open_till_page(tabs, command_box)
    first, second, *_ = items(command_box)
    total_minor = 2 * first.price_minor + second.price_minor
    total = format_minor(total_minor)
    await scan(till, f"2*{first.scan_code}")
    await sees_total(till, 2 * first.price_minor)
    await till.reload()
    await expect(till.get_by_test_id("found")).to_contain_text("Found again: a basket of 1 line")
    await scan(till, second.scan_code)
    await sees_total(till, total_minor)

    await kill_at_the_next_sale(till, command_box, written=True)
    await pay_exactly(till)
    await expect(till.get_by_role("heading", name="Finishing the sale")).to_be_visible()
    await expect(till.get_by_test_id("status")).to_contain_text("The store box does not answer")
    await command_box.start()
    number = await receipt_number(till)
    [(receipt, day, minor)] = command_box.rows(SOLD)
    assert (receipt, minor) == (number, total_minor)

    board = await tabs.open()
    await sign_in(board, company)
    await expect_on_the_board(board, day, number, total)
    await settle_and_close(till, FLOAT_MINOR + total_minor)
    await expect_equal_sums(board, total)

    assert len(command_box.rows(SOLD)) == 1
    assert command_box.rows(f"SELECT count(*) FROM journal WHERE kind = '{SALE_KIND}'") == [(1,)]
    counted = await office.rows(f"{SOLD} {OF_COMPANY}", company.company_id)
    assert [(n, str(d), m) for n, d, m in counted] == [(number, day, total_minor)]
    arrived = f"SELECT count(*) FROM raw_event {OF_COMPANY} AND kind = '{SALE_KIND}'"
    assert await office.rows(arrived, company.company_id) == [(1,)]
