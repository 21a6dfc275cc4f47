"""A finished sale's receipt by e-mail and as a tax invoice at the till page, by keyboard alone:
what is typed goes where it is to go, and Esc leaves everything as it was."""

from contextlib import closing
from pathlib import Path

from msgspec.structs import replace
from playwright.async_api import Page, expect

from edge.box.folder import SETTINGS_FILE, database_of
from edge.db.connection.engine import open_connection
from edge.db.store import read_settings, take_settings
from tests.browser.chain import Box
from tests.browser.till_page import (
    REFUSED,
    by_hand,
    items,
    open_till_page,
    pay_exactly,
    receipt_number,
    scan,
    sees_total,
)
from tests.browser.watched import Tabs

MAIL = '[mail]\nhost = "127.0.0.1"\nport = 9\ntls = "never"\nsender = "receipts@shop.example"\n'


async def sold(tabs: Tabs, shop: Box, *settings: str) -> Page:
    """A sale is finished at a box with these settings."""
    await shop.kill()
    path = shop.folder / SETTINGS_FILE
    path.write_text("\n".join((*settings, path.read_text(), MAIL)))
    register(shop)
    await shop.start()
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await pay_exactly(page)
    await receipt_number(page)
    return page


def register(shop: Box) -> None:
    """The shop has a tax number, and so makes tax invoices."""
    with closing(open_connection(database_of(shop.folder))) as db:
        take_settings(db, replace(read_settings(db), tax_number="M2-0000000-0"))
        db.commit()


def waiting(shop: Box) -> list[tuple[str, str]]:
    return [tuple(row) for row in shop.rows("SELECT address, state FROM mail")]


async def test_a_receipt_goes_by_e_mail_to_the_address_that_the_customer_says(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(REFUSED)
    page = await sold(tabs, shop)
    await page.keyboard.press("F7")
    dialog = page.get_by_role("dialog", name="Send the receipt by e-mail")
    field = dialog.get_by_label("E-mail address")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("")
    await by_hand(page, "no address", enter=True)
    await expect(dialog.get_by_test_id("problem")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    assert waiting(shop) == []
    await page.keyboard.press("F7")
    await by_hand(page, "mei@shop.example", enter=True)
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_test_id("notice")).to_contain_text("goes by e-mail")
    assert waiting(shop) == [("mei@shop.example", "waiting")]


async def test_a_receipt_above_the_threshold_is_made_out_to_its_buyer(
    tabs: Tabs, shop: Box
) -> None:
    page = await sold(tabs, shop, "invoice_above_minor = 1")
    await expect(page.get_by_test_id("needs-invoice")).to_contain_text("Above 0.01")
    await page.keyboard.press("F8")
    dialog = page.get_by_role("dialog", name="Make the receipt out to a buyer")
    await expect(dialog.get_by_label("Buyer's name")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_test_id("problem")).to_contain_text("names its buyer")
    for text in ("Tan & Sons", "7 Jalan Besar"):
        await by_hand(page, text)
        await page.keyboard.press("Tab")
    await by_hand(page, "M9-1234567-8", enter=True)
    await expect(dialog).to_be_hidden()
    paper = page.get_by_test_id("receipt")
    await expect(paper).to_contain_text("TAX INVOICE")
    await expect(paper).to_contain_text("To Tan & Sons")


async def test_a_receipt_is_saved_as_a_page(tabs: Tabs, shop: Box, tmp_path: Path) -> None:
    page = await sold(tabs, shop)
    number = await receipt_number(page)
    async with page.expect_download() as waited:
        await page.get_by_role("button", name="PDF").click()
    download = await waited.value
    assert download.suggested_filename == f"{number}.pdf"
    path = tmp_path / "receipt.pdf"
    await download.save_as(path)
    assert path.read_bytes().startswith(b"%PDF-")


async def test_a_receipt_that_the_browser_prints_again_is_a_copy(tabs: Tabs, shop: Box) -> None:
    page = await sold(tabs, shop)
    await page.evaluate("window.papers = []")
    await page.evaluate(
        # Not an arrow function by itself: evaluate calls what an expression comes to.
        "void (window.print = () => papers.push("
        "document.querySelector('[data-testid=receipt]').textContent.trim().split('\\n')[0]))"
    )
    for many in (1, 2):
        await page.get_by_role("button", name="Print").click()
        await page.wait_for_function("many => papers.length === many", arg=many)
    first, second = await page.evaluate("papers")
    assert ("COPY" in first, second) == (False, "*** COPY ***")
