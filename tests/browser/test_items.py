"""Goods at head office in a browser: searched as they are typed, changed and priced with the
keyboard alone, and in a real box a moment later."""

from typing import Any, Literal

import pytest
from playwright.async_api import Page, expect

from tests.browser.chain import Box, Company
from tests.browser.dialog_look import AXE
from tests.browser.test_board import fits
from tests.browser.till_page import items, open_till_page, pay_exactly, scan, sees_total
from tests.browser.watched import NARROW, Tabs

BUTTONS = "main button, main [type=submit], main a[role=button]"
SMALL = (
    "all => all.filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"
)
LONG = "红豆面包 a long name that somebody typed without a thought for how narrow a telephone is"


async def sign_in(page: Page, company: Company) -> None:
    await page.goto(await company.sign_in_link())
    await page.get_by_role("button", name="Sign in as").click()
    await expect(page.get_by_role("heading", name="Board")).to_be_visible()


async def press_to(page: Page, label: str) -> None:
    """Tab until the field or button with this name has the focus."""
    wanted = page.get_by_label(label, exact=True).or_(page.get_by_role("button", name=label))
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await wanted.first.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"no way to {label} by keyboard")


@pytest.mark.parametrize("size", [(1280, 800), NARROW], ids=["wide", "narrow"])
async def test_an_item_is_found_changed_and_priced_by_keyboard_and_arrives_in_a_box(
    tabs: Tabs, company: Company, store_box: Box, size: tuple[int, int]
) -> None:
    await work(tabs, await tabs.open(size=size), company, store_box)


async def work(tabs: Tabs, page: Page, company: Company, box: Box) -> None:
    await sign_in(page, company)
    tabs.expect("status of 400")  # 5.555
    await page.get_by_role("link", name="Items").click()
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("kaya bun pa")
    rows = page.locator("#found tbody tr")
    await expect(rows).to_have_count(1)
    assert await fits(page)
    await rows.get_by_role("link").press("Enter")
    await expect(page.get_by_role("heading", name="Kaya Bun pack of 6")).to_be_visible()
    await press_to(page, "Name")
    await page.keyboard.press("Control+A")
    await page.keyboard.type(LONG)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Saved")
    assert await fits(page)
    for typed, said in (("5.555", "at most 2 decimals"), ("5.55", "The price is set")):
        await press_to(page, "Price (SGD)")
        await page.keyboard.press("Control+A")
        await page.keyboard.type(typed)
        await press_to(page, "Set the price")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert").or_(page.get_by_role("status"))).to_contain_text(
            said
        )
        assert await fits(page)
    prices = page.locator("#prices tbody tr")
    await expect(prices.filter(has_text="in force")).to_contain_text("5.55")
    await page.locator("input[name=from]").fill("2030-01-01T06:00")
    await page.get_by_label("Price (SGD)").fill("6.00")
    await page.get_by_role("button", name="Set the price").click()
    await expect(prices.filter(has_text="to come")).to_contain_text("2030-01-01 06:00")
    sold = (
        "SELECT i.name, p.unit_price_minor FROM item i JOIN price p USING (item_id)"
        " WHERE i.item_id = 'BAK-011' ORDER BY p.effective_from_ms"
    )
    while box.rows(sold)[-2:] != [(LONG, 555), (LONG, 600)]:
        await page.reload()


async def test_a_store_is_named_by_page_and_its_box_takes_the_name(
    tabs: Tabs, company: Company, store_box: Box
) -> None:
    page = await tabs.open()
    await sign_in(page, company)
    await page.get_by_role("link", name="Store settings").click()
    await page.get_by_role("link", name="S01").click()
    await page.get_by_label("Name of the store").fill("Orchard 乌节")
    await page.get_by_label("Smallest coin").fill("0.001")
    tabs.expect("status of 400")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("at most 2 decimals")
    await expect(page.get_by_label("Smallest coin")).to_be_focused()
    await expect(page.get_by_label("Name of the store")).to_have_value("Orchard 乌节")
    await page.get_by_label("Smallest coin").fill("0.10")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("Saved")
    named = "SELECT count(*) FROM settings WHERE current AND instr(body, ?)"
    while store_box.rows(named, "Orchard 乌节".encode()) != [(1,)]:
        await page.reload()


async def test_what_a_shop_prints_of_its_own_stands_on_the_next_receipt(
    tabs: Tabs, company: Company, store_box: Box
) -> None:
    page = await tabs.open()
    await sign_in(page, company)
    await page.goto(f"{company.office.url}/settings/S01")
    await page.get_by_label("Above each receipt").fill("Since 1931\n谢谢光临")
    await page.get_by_label("Below each receipt").fill("Keep this receipt.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("Saved")
    await expect(page.get_by_label("Above each receipt")).to_have_value("Since 1931\n谢谢光临")
    taken = "SELECT count(*) FROM receipt_texts WHERE instr(body, ?)"
    while store_box.rows(taken, "谢谢光临".encode()) != [(1,)]:
        await page.reload()
    till = await open_till_page(tabs, store_box)
    await scan(till, items(store_box)[0].scan_code)
    await sees_total(till, items(store_box)[0].price_minor)
    await pay_exactly(till)
    printed = (await till.get_by_test_id("receipt").inner_text()).split("\n")
    assert [row.strip() for row in printed[:2]] == ["Since 1931", "谢谢光临"]
    assert printed[-3].strip() == "Keep this receipt."


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_pages_of_goods_and_settings_are_accessible(
    tabs: Tabs, company: Company, scheme: Literal["light", "dark"]
) -> None:
    page = await tabs.open(scheme=scheme)
    await company.add_store("S01")
    await sign_in(page, company)
    found: dict[str, Any] = {}
    for path in (
        "/items?q=bun",
        "/item",
        "/item?id=BAK-011",
        "/settings",
        "/settings/S01",
        "/people",
        "/users",
        "/account",
    ):
        await page.goto(f"{company.office.url}{path}")
        await page.evaluate(AXE.read_text())
        small = await page.eval_on_selector_all(BUTTONS, SMALL)
        if small:
            found[f"{path}: too small for a finger"] = small
        told = await page.evaluate("axe.run({ resultTypes: ['violations'] })")
        for each in told["violations"]:
            found[f"{path}: {each['id']}"] = [node["html"] for node in each["nodes"]]
    assert found == {}
