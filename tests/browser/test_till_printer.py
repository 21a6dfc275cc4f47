"""The till's own printer: a paper for each sale by itself; one that is out is said and waited for
by nobody."""

from pathlib import Path

from playwright.async_api import expect

from edge.box.folder import SETTINGS_FILE
from tests.browser.chain import Box
from tests.browser.till_page import (
    LOST,
    REFUSED,
    items,
    open_till_page,
    pay_exactly,
    receipt_number,
    scan,
    sees_total,
)
from tests.browser.watched import Tabs
from tests.doubles.escpos_paper import PrintedPaper


async def test_each_sale_is_printed_and_a_printer_that_is_out_stops_none(
    tabs: Tabs, shop: Box, tmp_path: Path
) -> None:
    tabs.expect(LOST)
    tabs.expect(REFUSED)
    device = tmp_path / "lp0"
    device.touch()
    await shop.kill()
    settings = shop.folder / SETTINGS_FILE
    settings.write_text(f'{settings.read_text()}\n[printers]\nW1 = "{device}"\n')
    await shop.start()
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await pay_exactly(page)
    number = await receipt_number(page)
    paper = page.get_by_test_id("paper")
    await expect(paper).to_have_text("The receipt is printed.")
    first = PrintedPaper(device.read_bytes())
    assert number in first.text
    assert (first.cuts, first.kicks) == (1, 1)
    device.unlink()
    await page.get_by_role("button", name="Print").click()
    await expect(paper).to_have_text(
        f"Printer out: the sale is safe, {number}. See to paper and line, then print again."
    )
    device.touch()
    await page.get_by_role("button", name="Print").click()
    await expect(paper).to_have_text("A copy is printed, and says so.")
    assert "*** COPY ***" in PrintedPaper(device.read_bytes()).text
