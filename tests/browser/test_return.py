"""Goods that come back at the till page: found by the receipt's code or number, given back by what
paid, exchanged on one receipt; and what nobody has a receipt for."""

import re

from playwright.async_api import Page, expect

from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.till_page import (
    Sold,
    items,
    open_till_page,
    pay_exactly,
    receipt_number,
    sales,
    scan,
    sees_total,
)
from tests.browser.watched import Tabs

CODE = re.compile(r"E\d+-[0-9a-f]{8}-\d+ [0-9a-f]{16}")
BACK = "SELECT -sum(quantity_milli) FROM sale_line WHERE quantity_milli < 0"


async def sold_for_cash(page: Page, *bought: Sold) -> tuple[str, str]:
    """The receipt's number and the code on its paper; the next sale has begun."""
    for item in bought:
        await scan(page, item.scan_code)
    await sees_total(page, sum(item.price_minor for item in bought))
    await pay_exactly(page)
    number = await receipt_number(page)
    found = CODE.search(await page.locator("pre").inner_text())
    assert found is not None
    await new_sale(page)
    return number, found[0]


async def new_sale(page: Page) -> None:
    await expect(page.get_by_role("button", name="New sale")).to_be_enabled()
    await page.keyboard.press("F2")
    await expect(page.get_by_label("Scan or search")).to_be_focused()


async def give_back(page: Page, minor: int) -> None:
    """In cash, as it was paid."""
    await page.keyboard.press("F2")
    by = page.get_by_role("list", name="By what was paid")
    await expect(by).to_contain_text("Cash")
    await page.get_by_role("button", name=f"Give back {format_minor(minor)}").click()


def rounded(minor: int) -> int:
    """To five cents, as the sample's shops do."""
    return (minor + 2) // 5 * 5


async def test_goods_come_back_by_the_code_on_their_receipt_and_are_exchanged(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop)
    first, second, third, *_ = items(shop)
    number, code = await sold_for_cash(page, first, first, second)
    await scan(page, code)
    dialog = page.get_by_role("dialog", name="Take goods back")
    await expect(dialog).to_contain_text(number)
    await expect(dialog).to_contain_text("2 of 2 can come back")
    await dialog.get_by_label(f"How much of {first.name}").fill("3")
    await dialog.get_by_role("button", name="Take these back").click()
    await expect(dialog).to_contain_text("So much cannot come back")
    await dialog.get_by_label(f"How much of {first.name}").fill("1")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("list", name="Basket")).to_contain_text("comes back")
    await sees_total(page, -first.price_minor)
    await give_back(page, rounded(first.price_minor))
    await receipt_number(page)
    await expect(page.locator("pre")).to_contain_text(f"RETURN of {number}, line 1")
    await new_sale(page)
    await page.keyboard.press("F7")
    await dialog.get_by_label("Scan the receipt, or type its number").fill(number.lower())
    await page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("1 of 2 can come back")
    await dialog.get_by_role("button", name="Take all of it back").click()
    back = first.price_minor + second.price_minor
    await sees_total(page, -back)
    await scan(page, third.scan_code)
    await sees_total(page, third.price_minor - back)
    if third.price_minor < back:
        await give_back(page, rounded(back - third.price_minor))
    else:
        await pay_exactly(page)
    await receipt_number(page)
    assert [total for _, total in sales(shop)] == [
        2 * first.price_minor + second.price_minor,
        -first.price_minor,
        third.price_minor - back,
    ]
    assert shop.rows(BACK) == [(3_000,)]
    await new_sale(page)
    await page.keyboard.press("F7")
    await dialog.get_by_label("Scan the receipt, or type its number").fill(number)
    await page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("All of it came back already")


async def test_a_number_that_nobody_gave_is_said_and_what_has_no_receipt_needs_a_reason(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(r"status of 404 .*/receipts\?")
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await page.keyboard.press("F7")
    dialog = page.get_by_role("dialog", name="Take goods back")
    await dialog.get_by_label("Scan the receipt, or type its number").fill("S99-W1-E1-000001")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("problem")).to_contain_text("No receipt of this store")
    await page.keyboard.press("Escape")
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.get_by_role("button", name=f"Take back {item.name} without a receipt").click()
    await page.get_by_label("Why without a receipt").fill("a gift")
    await page.keyboard.press("Enter")
    await sees_total(page, -item.price_minor)
    await give_back(page, rounded(item.price_minor))
    await receipt_number(page)
    await expect(page.locator("pre")).to_contain_text("RETURN without receipt: a gift")


async def test_a_whole_receipt_is_voided_with_a_reason(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    first, second, *_ = items(shop)
    number, _ = await sold_for_cash(page, first, second)
    await page.keyboard.press("F7")
    dialog = page.get_by_role("dialog", name="Take goods back")
    await dialog.get_by_label("Scan the receipt, or type its number").fill(number)
    await page.keyboard.press("Enter")
    why = dialog.get_by_label("Or why the whole receipt should not have been")
    await why.fill("rang up twice")
    await page.keyboard.press("Enter")
    await receipt_number(page)
    paper = page.locator("pre")
    await expect(paper).to_contain_text(f"POST-VOID of {number}")
    await expect(paper).to_contain_text("rang up twice")
    total = first.price_minor + second.price_minor
    assert [minor for _, minor in sales(shop)] == [total, -total]
    await new_sale(page)
    await page.keyboard.press("F7")
    await dialog.get_by_label("Scan the receipt, or type its number").fill(number)
    await page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("It was voided by")
