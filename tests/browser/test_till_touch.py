"""A till without a keyboard: amounts and quantities by fingers alone."""

from playwright.async_api import expect

from tests.browser.chain import Box
from tests.browser.dialog_look import DialogLook
from tests.browser.till_page import (
    FLOAT_MINOR,
    NO_SUCH_CODE,
    items,
    pair,
    receipt_number,
    sales,
    scan,
    sees_total,
    sign_in,
)
from tests.browser.watched import Tabs


async def test_digits_stand_under_amounts_where_there_are_fingers_and_sell_without_a_keyboard(
    tabs: Tabs, shop: Box
) -> None:
    """The keyboard of a tablet covers half of the screen, and none of its digit keys is a percent
    sign; many a terminal has none."""
    tabs.expect(NO_SUCH_CODE)
    page = await tabs.open(size=(1024, 768), touch=True)
    await pair(page, shop)
    await sign_in(page)
    await page.get_by_role("button", name="Open business day").tap()
    digits = page.get_by_role("group", name="Digits")

    async def strike(text: str) -> None:
        for sign in text:
            await digits.get_by_role("button", name=sign, exact=True).tap()

    await strike(str(FLOAT_MINOR // 100))
    await page.get_by_role("button", name="Open till").tap()
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await page.get_by_role("button", name=f"Quantity 1, {item.name}").tap()
    quantity = page.get_by_role("textbox", name="Quantity")
    await expect(quantity).to_have_attribute("inputmode", "none")
    await strike("32")
    await digits.get_by_role("button", name="Rub out the last sign").tap()
    await expect(quantity).to_have_value("3")
    await expect(quantity).to_be_focused()
    look = DialogLook(page, chinese=False)
    await look.look("quantity")
    assert look.found == {}
    await page.get_by_role("button", name="Take it").tap()
    await sees_total(page, 3 * item.price_minor)
    await page.get_by_role("button", name=f"Discount on {item.name}").tap()
    await strike("10%")
    await page.get_by_role("button", name="Damaged").tap()
    await page.get_by_role("button", name="Take it off").tap()
    off = (3 * item.price_minor + 5) // 10
    await sees_total(page, 3 * item.price_minor - off)
    await page.locator(".foot .main").tap()
    await expect(page.get_by_role("button", name="Exact")).to_be_enabled()
    await strike("100")
    await page.get_by_role("button", name="Take cash").tap()
    await receipt_number(page)
    assert [total for _, total in sales(shop)] == [3 * item.price_minor - off]
