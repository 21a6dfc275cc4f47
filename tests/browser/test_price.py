"""A price by hand at the till page: by F8, above the limit with somebody else's PIN on the same
screen; the line says what it costs and what was set, and another of it is scanned at its price."""

from playwright.async_api import Page, expect

from tests.browser.chain import Box
from tests.browser.test_discounts import last_sale
from tests.browser.till_page import (
    CASHIER,
    MANAGER,
    REFUSED,
    by_hand,
    items,
    open_till_page,
    pay_exactly,
    receipt_number,
    scan,
    sees_total,
    sign_in,
)
from tests.browser.watched import NARROW, Tabs
from tests.pins import PIN


async def set_price(page: Page, price: str, reason: str = "Wrong label") -> None:
    """By F8, of the chosen line."""
    await page.keyboard.press("F8")
    await expect(page.get_by_label("Price of one")).to_be_focused()
    await by_hand(page, price)
    await page.get_by_role("button", name=reason).click()
    await page.get_by_role("button", name="Set the price").click()


async def test_a_price_above_the_limit_is_allowed_on_the_same_screen(tabs: Tabs, shop: Box) -> None:
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)
    await page.get_by_role("button", name="change cashier").click()
    await sign_in(page, CASHIER)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await set_price(page, "0.50")
    await sees_total(page, 50)
    await expect(page.locator(".lines .less").get_by_text("Wrong label")).to_be_visible()
    await scan(page, item.scan_code)
    await sees_total(page, 50 + item.price_minor)
    await pay_exactly(page)
    asked = page.get_by_role("dialog")
    await expect(asked).to_contain_text("set this price")
    await asked.get_by_role("button", name=MANAGER).click()
    await by_hand(page, PIN, enter=True)
    await receipt_number(page)
    fact = last_sale(shop)
    (modifier,) = fact.lines[0].modifiers
    assert (modifier.kind, modifier.reason) == ("price_override", "Wrong label")
    assert modifier.amount_minor == 50 - item.price_minor
    assert fact.lines[1].modifiers == ()
    assert fact.operator_id != fact.overrides[0].operator_id


async def test_a_price_is_taken_back_and_what_is_none_is_said(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop, NARROW)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await set_price(page, "9.99")
    await sees_total(page, 999)
    for price, said in (("cheap", "That is no price"), ("1.00", "needs a reason")):
        await page.keyboard.press("F8")
        await page.get_by_label("Price of one").fill(price)
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("problem")).to_contain_text(said)
        await page.keyboard.press("Escape")
    await page.keyboard.press("F8")
    await page.get_by_role("button", name="As it costs").click()
    await sees_total(page, item.price_minor)
    await pay_exactly(page)
    await receipt_number(page)
    assert last_sale(shop).lines[0].modifiers == ()
