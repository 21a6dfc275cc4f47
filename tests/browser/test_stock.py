"""Stock in the back office: a department is counted while a till sells, with a phone beside the
till, and the books say what is there."""

import os
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.chain import Box
from tests.browser.office_page import SIZES, fits, open_office, wrong_with
from tests.browser.till_page import items, pay_exactly, receipt_number, scan
from tests.browser.watched import Tabs

NARROW, WIDE = SIZES[-1], SIZES[0]


async def clean(page: Page, name: str) -> None:
    """It fits every window, and axe finds nothing; pictures for whoever looks, into the folder that
    PICTURES names."""
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert await fits(page), (name, width)
        if folder := os.environ.get("PICTURES"):
            await page.screenshot(path=Path(folder) / f"{name}-{width}.png")
    assert await wrong_with(page) == {}, name
    await page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


async def test_a_department_is_counted_while_a_till_sells(tabs: Tabs, shop: Box) -> None:
    page = await open_office(tabs, shop)
    till, item = page.context.pages[0], items(shop)[0]
    rows = shop.rows(
        "SELECT department, item_id, name FROM item JOIN scan_code USING (item_id)"
        " WHERE scan_code.scan_code = ?",
        item.scan_code,
    )
    department, item_id, name = map(str, rows[0])
    await page.get_by_role("link", name="Stock").click()
    await page.get_by_role("link", name="Counts").click()
    await clean(page, "counts")
    await page.get_by_label("What is counted").fill("Week 48")
    await page.get_by_label("Department", exact=False).first.select_option(department)
    await page.get_by_role("button", name="Begin").click()
    await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    await expect(page.get_by_label("Code or item")).to_be_focused()
    await page.keyboard.type(item.scan_code)
    await page.get_by_label("How many").fill("7")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text(f"Taken: 7 each of {name}")
    await till.bring_to_front()
    await scan(till, item.scan_code)
    await pay_exactly(till)
    assert await receipt_number(till)
    await page.bring_to_front()
    await clean(page, "counting")
    await page.get_by_role("link", name="Beside the books …").click()
    row = page.locator("#beside-table tbody tr").filter(has_text=item_id)
    await expect(row.get_by_role("cell").nth(1)).to_have_text("0")
    await clean(page, "look")
    await page.get_by_role("button", name="Book", exact=True).click()
    await expect(page.locator("#summary")).to_contain_text("1 of 1 item differs.")
    await clean(page, "booked")
    await page.locator("#booked-table").get_by_role("link", name=name).click()
    await expect(page.locator("#summary")).to_contain_text("6 each on hand")
    await clean(page, "item")
    await page.get_by_role("link", name="Stock", exact=True).first.click()
    await clean(page, "levels")
    for place in ("ageing", "waste", "transfers"):
        await page.goto(f"{shop.url}/office/stock/{place}")
        await clean(page, place)
