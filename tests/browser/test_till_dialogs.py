"""Dialogs of the till that no key and no place of the menu opens: what an item, a line, a count, a
finished sale or a right asks for. With those of `test_layout` they are all that there are."""

import sqlite3
from contextlib import closing
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from edge.box.folder import SETTINGS_FILE, database_of
from tests.browser.chain import Box
from tests.browser.dialog_look import DialogLook
from tests.browser.test_layout import BY_KEY, BY_MENU, SIZES
from tests.browser.test_till_modules import run
from tests.browser.test_till_papers import MAIL, register
from tests.browser.till_page import (
    CASHIER,
    MANAGER,
    REFUSED,
    items,
    open_till_page,
    scan,
    sees_total,
    sign_in,
)
from tests.browser.watched import Tabs

LOOKED_AT_HERE = {
    *("ask", "counted", "invoice", "item", "mail", "note", "quick keys", "settled", "unverified")
}


async def test_every_dialog_of_the_till_is_one_that_is_looked_at(tabs: Tabs, shop: Box) -> None:
    page = await tabs.open(shop.url)
    all_of_them = await run(page, "dialogs.js", "Object.keys(it.DIALOGS)")
    elsewhere = {"menu", *BY_KEY.values(), *(name for *_, name in BY_MENU)}
    assert set(all_of_them) == elsewhere | LOOKED_AT_HERE


def prepare(shop: Box, age_of: str) -> None:
    """One item asks for proof of age, the box sends mail and makes tax invoices."""
    path = shop.folder / SETTINGS_FILE
    path.write_text("\n".join((path.read_text(), MAIL)))
    register(shop)
    rule = (age_of, 18, None, None, 0, 0, None, 1_000, 0, None)
    with closing(sqlite3.connect(database_of(shop.folder))) as db, db:
        db.execute(f"INSERT INTO item_rule VALUES ({', '.join('?' * len(rule))})", rule)


@pytest.mark.parametrize(("chinese", "scheme"), [(True, "light"), (False, "dark")])
async def test_every_dialog_that_something_asks_for_is_accessible_and_left_by_escape(
    tabs: Tabs, shop: Box, *, chinese: bool, scheme: Literal["light", "dark"]
) -> None:
    tabs.expect(REFUSED)
    item, asked, *_ = items(shop)
    await shop.kill()
    prepare(shop, asked.item_id)
    await shop.start()
    page = await open_till_page(tabs, shop, size=SIZES[2])
    await page.emulate_media(color_scheme=scheme)
    await page.get_by_role("button", name="change cashier").click()
    await sign_in(page, CASHIER)
    if chinese:
        await page.get_by_role("button", name="Menu").click()
        await page.get_by_role("button", name="中文").click()
        await page.keyboard.press("Escape")
    look = DialogLook(page, chinese=chinese)
    await look_at_lines(page, look, item.scan_code, asked.scan_code, items(shop, "kg")[0].scan_code)
    await page.keyboard.press("F9")
    await page.locator("dialog .pick button").first.click()
    await page.locator("dialog button.main").click()
    await expect(page.locator("dialog .people")).to_be_visible()
    await look.look("override")
    await page.locator("dialog").get_by_role("button", name=MANAGER).click()
    await expect(page.locator("dialog .pad")).to_be_visible()
    await look("override", to_scan_field=False)
    await look_at_shift(page, look, item.scan_code, item.price_minor)
    assert look.found == {}


async def look_at_lines(
    page: Page, look: DialogLook, code: str, asked_code: str, weighed_code: str
) -> None:
    await scan(page, weighed_code)
    await look("item")
    await scan(page, code)
    await page.locator(".tools .note").click()
    await look("note")
    await page.locator(".tools .back").click()
    await look("unverified")
    await run(
        page,
        "state.js",
        "(it.quickKeys.value = { version: 1, tabs: [{ name: '面包', keys: [] }] }, null)",
    )
    await page.locator(".sheet-opens").click()
    await look("quick keys")
    await scan(page, asked_code)
    await look("ask")
    await page.locator(".tools .remove").click()
    await expect(page.get_by_role("listitem")).to_have_count(1)


async def look_at_shift(page: Page, look: DialogLook, code: str, price_minor: int) -> None:
    await sees_total(page, price_minor)
    await expect(page.locator(".foot .exact")).to_be_enabled()
    await page.keyboard.press("F10")
    await expect(page.get_by_test_id("receipt-number")).to_be_visible()
    for key, name in (("F7", "mail"), ("F8", "invoice")):
        await page.keyboard.press(key)
        await look(name, to_scan_field=False)
    await expect(page.locator(".done .main")).to_be_enabled()
    await page.keyboard.press("F2")
    for name in ("counted", "settled"):
        await page.locator("button.menu").click()
        settle = page.get_by_role("button", name="结算收银台" if look.chinese else "Settle till")
        await settle.click()
        if name == "counted":
            await page.locator("main summary").click()
            await page.locator("main .faces input").first.fill("1")
        else:
            await page.locator("main input").first.fill("100")
        await page.locator("main button.main").click()
        await look(name, to_scan_field=False)
        if name == "counted":
            await page.locator("main .row button").last.click()
