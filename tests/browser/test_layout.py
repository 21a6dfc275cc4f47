"""What a cashier must always see, reach and be able to take back, at every size of the window."""

from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.browser.chain import Box
from tests.browser.dialog_look import AXE, DialogLook
from tests.browser.till_page import (
    by_hand,
    items,
    open_shop,
    open_till_page,
    pair,
    receipt_number,
    sales,
    scan,
    sees_total,
)
from tests.browser.watched import Tabs

SIZES = ((1280, 800), (1024, 768), (390, 844))
ZOOMED = tuple((width // 2, height // 2) for width, height in SIZES)
"""What is left of them at 200 %."""
CODES = (
    "SELECT min(s.scan_code) FROM item i JOIN scan_code s USING (item_id) JOIN price p"
    " USING (item_id) WHERE i.unit = 'each' AND i.active GROUP BY i.item_id"
    " ORDER BY length(i.name) DESC LIMIT 30"
)
NOTE_WRITES = """() => {
  const begin = IDBDatabase.prototype.transaction;
  window.written = [];
  IDBDatabase.prototype.transaction = function (stores, mode, how) {
    if (mode === "readwrite") window.written.push(how?.durability);
    return begin.call(this, stores, mode, how);
  };
}"""
HIDDEN = """() => ['.total', '.foot .main', '.lines li:last-child .amount'].filter((each) => {
  const { top, bottom, left, right } = document.querySelector(each).getBoundingClientRect();
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const there = document.elementFromPoint(x, y);
  return top < 0 || bottom > innerHeight || there?.closest(each) === null;
})"""
"""Which of them are not wholly in the window, or lie under something else."""
BY_KEY = {
    "F3": "discount",
    "F4": "customer",
    "F6": "park",
    "F7": "return",
    "F8": "price",
    "F9": "drawer",
    "*": "quantity",
    "?": "keys",
}
BY_MENU = (
    ("Change my PIN", "更改我的 PIN", "own pin"),
    ("Let somebody in", "允许某人进入", "let in"),
    ("Tills …", "收银台 …", "tills"),
    ("The store box …", "店内主机 …", "doctor"),
    ("Arrange quick keys …", "编排快捷键 …", "arrange keys"),
    ("Display on another device …", "另一设备作显示屏 …", "display"),
    ("Cash in or out", "现金收支", "cash"),
    ("Hand the till over", "交接收银台", "hand over"),
    ("Close business day …", "结束营业日 …", "close day"),
)
AFTER_FRAMES = """new Promise((done) => {
  const look = (left) => {
    const hidden = (%s)();
    if (hidden.length === 0 || left === 0) done(hidden);
    else requestAnimationFrame(() => look(left - 1));
  };
  look(120);
})"""


@pytest.mark.parametrize("lines", [3, 30])
async def test_total_pay_and_the_newest_line_are_in_sight_at_every_size(
    tabs: Tabs, shop: Box, lines: int
) -> None:
    """B26: they left the screen from the seventh line on."""
    page = await open_till_page(tabs, shop)
    for (code,) in shop.rows(CODES)[:lines]:
        await scan(page, code)
    rows = page.get_by_role("list", name="Basket").get_by_role("listitem")
    await expect(rows).to_have_count(lines)
    for width, height in (*SIZES, *ZOOMED):
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate(AFTER_FRAMES % HIDDEN) == [], (width, height)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    await page.set_viewport_size({"width": 640, "height": 400})
    await scan(page, "99988877766")
    await expect(page.get_by_test_id("scans")).to_be_visible()
    assert await page.evaluate(AFTER_FRAMES % HIDDEN) == []


async def test_exact_cash_is_one_key_from_the_basket(tabs: Tabs, shop: Box) -> None:
    """B26: it took seven. What it comes to is known, so the sale is the first that is asked; and it
    is on the disk before."""
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await expect(page.get_by_role("button", name="Exact cash")).to_be_enabled()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    await page.evaluate(NOTE_WRITES)
    await page.keyboard.press("F10")
    number = await receipt_number(page)
    assert sales(shop) == [(number, item.price_minor)]
    of_the_box = [path for path in asked if not path.startswith("/web/")]
    assert of_the_box[0] == "/sales"
    assert (await page.evaluate("written"))[0] == "strict"


async def test_a_basket_that_was_emptied_comes_back_with_its_customer(
    tabs: Tabs, shop: Box
) -> None:
    """B26: it was one touch beside Pay, without undo, and dropped the customer."""
    page = await open_till_page(tabs, shop)
    first, second, *_ = items(shop)
    await new_customer(page, "Mei Tan")
    await scan(page, first.scan_code)
    await sees_total(page, first.price_minor)
    await page.get_by_role("button", name="Empty basket").click()
    await sees_total(page, 0)
    await scan(page, second.scan_code)
    await sees_total(page, second.price_minor)
    await page.get_by_role("button", name="Bring it back").click()
    await sees_total(page, first.price_minor + second.price_minor)
    await expect(page.get_by_test_id("customer")).to_contain_text("Mei Tan")
    await expect(page.get_by_role("button", name="Bring it back")).to_have_count(0)


async def test_no_customer_takes_the_customer_off_the_basket(tabs: Tabs, shop: Box) -> None:
    """B27: it kept the customer."""
    page = await open_till_page(tabs, shop)
    await new_customer(page, "Mei Tan")
    await expect(page.get_by_test_id("customer")).to_contain_text("Mei Tan")
    await page.keyboard.press("F4")
    await page.get_by_role("button", name="No customer").click()
    await expect(page.get_by_test_id("customer")).to_have_count(0)


async def new_customer(page: Page, name: str) -> None:
    await page.keyboard.press("F4")
    await page.get_by_role("button", name="New customer").click()
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await by_hand(page, name, enter=True)
    await expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_screen_of_the_till_is_accessible(
    tabs: Tabs, shop: Box, scheme: Literal["light", "dark"]
) -> None:
    """B28: roles that a label hid, results that no key reached, pale placeholders and borders."""
    page = await tabs.open(scheme=scheme)
    found: dict[str, Any] = {}

    async def look(screen: str) -> None:
        await page.evaluate(AXE.read_text())
        told = await page.evaluate("axe.run({ resultTypes: ['violations'] })")
        for each in told["violations"]:
            found[f"{screen}: {each['id']}"] = [node["html"] for node in each["nodes"]]

    tabs.expect("status of 404")
    await pair(page, shop)
    await look("cashier")
    await open_shop(page)
    await look("empty basket")
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await scan(page, "99988877766")
    await expect(page.get_by_test_id("scans")).to_contain_text("Nothing found")
    await by_hand(page, item.name[:3])
    await expect(page.get_by_role("option").first).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await look("selling")
    await page.keyboard.press("Escape")
    await page.keyboard.press("F4")
    await page.get_by_role("button", name="New customer").click()
    await look("customer")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Menu").click()
    await look("menu")
    await page.get_by_role("button", name="Close business day").click()
    await look("close day")
    await page.keyboard.press("Escape")
    await page.keyboard.press("F2")
    await expect(page.get_by_role("button", name="Exact")).to_be_enabled()
    await look("pay")
    await page.get_by_role("button", name="Exact").click()
    await receipt_number(page)
    await expect(page.get_by_role("button", name="New sale")).to_be_enabled()
    await look("sold")
    assert found == {}


@pytest.mark.parametrize(("chinese", "scheme"), [(False, "light"), (True, "dark")])
async def test_every_dialog_is_accessible_large_enough_for_a_finger_and_left_by_escape(
    tabs: Tabs, shop: Box, *, chinese: bool, scheme: Literal["light", "dark"]
) -> None:
    """Targets were 41 pixels high, a Chinese page had English sentences, and all fields of one the
    same id: whatever their label, "field-"."""
    page = await open_till_page(tabs, shop, size=SIZES[2])
    await page.emulate_media(color_scheme=scheme)
    await scan(page, items(shop)[0].scan_code)
    await sees_total(page, items(shop)[0].price_minor)
    menu = page.get_by_role("button", name="菜单" if chinese else "Menu")
    if chinese:
        await page.get_by_role("button", name="Menu").click()
        await page.get_by_role("button", name="中文").click()
        await page.keyboard.press("Escape")
    look = DialogLook(page, chinese=chinese)
    await menu.click()
    await look("menu")
    for key, name in BY_KEY.items():
        await page.keyboard.press(key)
        await look(name)
    for *names, name in BY_MENU:
        await menu.click()
        await page.get_by_role("button", name=names[chinese], exact=True).click()
        await look(name)
    assert look.found == {}


async def test_what_a_dialog_did_not_cause_is_not_said_in_it(tabs: Tabs, shop: Box) -> None:
    """A scan that found nothing stood in every dialog that was opened after it."""
    page = await open_till_page(tabs, shop)
    await scan(page, "99988877766")
    await expect(page.get_by_test_id("scans")).to_be_visible()
    await page.keyboard.press("F4")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_test_id("scans")).to_have_count(0)
    await scan(page, "99988877755")
    await expect(dialog.get_by_test_id("scans")).to_contain_text("99988877755")
    await expect(dialog.get_by_test_id("scans")).not_to_contain_text("99988877766")


async def test_what_is_left_stays_in_sight_while_a_telephone_looks_for_a_way_to_pay(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop, size=SIZES[2])
    await scan(page, items(shop)[0].scan_code)
    await sees_total(page, items(shop)[0].price_minor)
    await page.keyboard.press("F2")
    await expect(page.get_by_test_id("left")).to_be_visible()
    await page.locator(".paying .card").last.evaluate("card => { card.style.minHeight = '120vh' }")
    await page.mouse.move(200, 600)
    await page.mouse.wheel(0, 2_000)
    await expect(page.get_by_test_id("left")).to_be_in_viewport(ratio=1)
    assert await page.evaluate("scrollY") > 0
