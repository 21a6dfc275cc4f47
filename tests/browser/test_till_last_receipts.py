"""The receipts that a till gave last: looked at again, printed as copies, by one key, also while
the store box is down; nothing of the basket in between is lost."""

from pathlib import Path

from playwright.async_api import expect

from edge.box.folder import SETTINGS_FILE
from tests.browser.chain import Box
from tests.browser.till_page import (
    LOST,
    items,
    open_till_page,
    pay_exactly,
    receipt_number,
    scan,
    sees_total,
)
from tests.browser.watched import NARROW, Tabs
from tests.doubles.escpos_paper import PrintedPaper


async def test_the_last_receipt_is_printed_again_by_one_key_in_the_middle_of_the_next_sale(
    tabs: Tabs, shop: Box, tmp_path: Path
) -> None:
    device = tmp_path / "lp0"
    device.touch()
    await shop.kill()
    settings = shop.folder / SETTINGS_FILE
    settings.write_text(f'{settings.read_text()}\n[printers]\nW1 = "{device}"\n')
    await shop.start()
    page = await open_till_page(tabs, shop)
    first, second, third, *_ = items(shop)
    numbers = []
    for item in (first, second):
        await scan(page, item.scan_code)
        await sees_total(page, item.price_minor)
        await pay_exactly(page)
        numbers.append(await receipt_number(page))
        await expect(page.get_by_test_id("paper")).to_have_text("The receipt is printed.")
        await expect(page.get_by_role("button", name="New sale")).to_be_enabled()
        await page.keyboard.press("F2")
    await scan(page, third.scan_code)
    await sees_total(page, third.price_minor)
    await page.keyboard.press("F12")
    last = page.get_by_role("group", name="Last receipts").get_by_role("button")
    await expect(last).to_have_count(2)
    await expect(last.first).to_contain_text(numbers[1])
    await expect(page.get_by_test_id("receipt")).to_contain_text(second.name)
    await page.get_by_role("button", name="Print again").click()
    await expect(page.get_by_test_id("paper")).to_have_text("A copy is printed, and says so.")
    printed = PrintedPaper(device.read_bytes()).text
    assert "*** COPY ***" in printed
    assert printed.count(numbers[1]) > printed.count(numbers[0])
    await last.last.click()
    await expect(page.get_by_test_id("receipt")).to_contain_text(first.name)
    await expect(page.get_by_test_id("paper")).to_have_count(0)
    await page.keyboard.press("Escape")
    await sees_total(page, third.price_minor)
    await expect(page.get_by_label("Scan or search")).to_be_focused()


async def test_last_receipts_are_there_while_the_store_box_is_down_and_a_scan_goes_on_selling(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(LOST)
    page = await open_till_page(tabs, shop, NARROW)
    item, other, *_ = items(shop)
    await page.get_by_role("button", name="Receipts").click()
    await expect(page.get_by_text("No receipt was given")).to_be_visible()
    await page.get_by_role("button", name="Back to selling").click()
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await pay_exactly(page)
    number = await receipt_number(page)
    await page.get_by_role("button", name="New sale").click()
    await shop.kill()
    await page.get_by_role("button", name="Receipts").click()
    await expect(page.get_by_test_id("receipt")).to_contain_text(number)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await shop.start()
    await scan(page, other.scan_code)
    await sees_total(page, other.price_minor)
