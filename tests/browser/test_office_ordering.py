"""An order at a supplier by keyboard and scanner alone: drafted, sent, received with a difference
of quantity and of price, and its rest closed."""

import sqlite3
from contextlib import closing

from playwright.async_api import Page, expect

from edge.box.folder import database_of
from tests.browser.chain import Box
from tests.browser.office_page import SIZES, fits, open_office, wrong_with
from tests.browser.till_page import items
from tests.browser.watched import Tabs

SUPPLIER = "INSERT INTO supplier VALUES ('ACME', 'Acme Foods', '', '1 Mill Road', 3, 0, 1)"


async def clean(page: Page, name: str) -> None:
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert await fits(page), (name, width)
    assert await wrong_with(page) == {}, name


async def test_an_order_is_sent_and_received_with_a_difference_by_keyboard(
    tabs: Tabs, shop: Box
) -> None:
    with closing(sqlite3.connect(database_of(shop.folder), timeout=10)) as db, db:
        db.execute(SUPPLIER)
    page, item = await open_office(tabs, shop), items(shop)[0]
    await page.get_by_role("link", name="Orders").click()
    await page.get_by_role("link", name="New order").press("Enter")
    scan = page.get_by_label("Scan or type a code")
    await expect(scan).to_be_focused()
    await page.keyboard.type(f"12*{item.scan_code}")
    await page.keyboard.press("Enter")
    await page.get_by_label("Supplier").select_option("ACME")
    await page.get_by_label(f"Cost in all: {item.name}").fill("30.00")
    await clean(page, "draft")
    await page.get_by_role("button", name="Save the draft").press("Enter")
    await expect(page.locator("#state")).to_have_text("draft")
    await clean(page, "drafted")
    await page.get_by_role("button", name="Send the order").press("Enter")
    await expect(page.locator("#state")).to_have_text("sent")
    await page.get_by_role("link", name="Receive goods of it").press("Enter")
    await expect(scan).to_be_focused()
    await page.keyboard.type(f"10*{item.scan_code}")
    await page.keyboard.press("Enter")
    quantity = page.get_by_label(f"Quantity: {item.name}")
    await expect(quantity).to_have_value("10")
    await page.get_by_label("Delivery note").fill("DN-7")
    await page.get_by_label(f"Cost in all: {item.name}").fill("26.00")
    await clean(page, "receiving")
    await page.get_by_role("button", name="Book it in").press("Enter")
    await expect(page.locator("#state")).to_have_text("partly received")
    line = page.locator("#lines-table tbody tr")
    for label, said in (("Received", "10"), ("Open", "2"), ("More than ordered for", "1.00")):
        await expect(line.locator(f"td[data-label='{label}']")).to_have_text(said)
    await page.get_by_label("Reason").fill("they have no more")
    await clean(page, "received")
    await page.keyboard.press("Enter")
    await expect(page.locator("#state")).to_have_text("closed")
    await page.get_by_role("link", name="Orders").first.click()
    await clean(page, "orders")
    moved = "SELECT kind, quantity_milli FROM stock_movement WHERE item_id = ? ORDER BY rowid DESC"
    assert shop.rows(moved, item.item_id)[0] == ("receipt", 10_000)
