"""Quick keys at the till page: a manager arranges them, every till has them, a touch sells."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.chain import Box
from tests.browser.till_page import CASHIER, items, open_till_page, pair, sees_total, sign_in
from tests.browser.watched import NARROW, Tabs


async def add_key(page: Page, name: str) -> None:
    dialog = page.get_by_role("dialog", name="Arrange quick keys")
    await dialog.get_by_label("Find an item to add").fill(name)
    await dialog.get_by_role("button", name=f"Add {name}", exact=True).click()


async def arrange(page: Page, *names: str) -> None:
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Arrange quick keys").click()
    dialog = page.get_by_role("dialog", name="Arrange quick keys")
    await dialog.get_by_label("Name of the department").fill("Bakery")
    for name in names:
        await add_key(page, name)
    await dialog.get_by_label(f"Short name of {names[0]}").fill("Loaf")
    await dialog.get_by_label(f"Colour of {names[0]}").select_option("amber")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_test_id("notice")).to_contain_text("saved")


async def test_a_manager_arranges_keys_and_a_touch_of_one_sells(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    first, loose = items(shop)[0], items(shop, "kg")[0]
    await arrange(page, first.name, loose.name)
    grid = page.get_by_role("region", name="Quick keys")
    await expect(grid.get_by_role("button", name="Bakery")).to_be_visible()
    for _ in range(2):
        await grid.get_by_role("button", name="Loaf").click()
    await sees_total(page, 2 * first.price_minor)
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    await grid.get_by_role("button", name=loose.name).click()
    await expect(page.get_by_label("Weight in kg")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.reload()
    await expect(grid.get_by_role("button", name="Loaf")).to_be_visible()
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert wide is False


@pytest.mark.parametrize("name", [CASHIER])
async def test_another_till_has_them_and_a_telephone_shows_them_as_a_sheet(
    tabs: Tabs, shop: Box, name: str
) -> None:
    page = await open_till_page(tabs, shop)
    first = items(shop)[0]
    await arrange(page, first.name)
    other = await tabs.open(size=NARROW)
    await pair(other, shop, "W2")
    await sign_in(other, name)
    await other.get_by_label("Float in the drawer").fill("100")
    await other.get_by_role("button", name="Open till").click()
    await other.get_by_role("button", name="Quick keys").click()
    await other.get_by_role("dialog", name="Quick keys").get_by_role("button", name="Loaf").click()
    await sees_total(other, first.price_minor)
    await other.get_by_role("button", name="Menu").click()
    await expect(other.get_by_role("button", name="Close menu")).to_be_visible()
    await expect(other.get_by_role("button", name="Arrange quick keys")).to_have_count(0)
