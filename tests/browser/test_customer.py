"""Finding and making customers at the till page, by hand."""

from playwright.async_api import expect

from tests.browser.chain import Box
from tests.browser.till_page import REFUSED, by_hand, open_till_page
from tests.browser.watched import Tabs


async def test_a_sample_customer_is_found_by_the_phone_and_a_second_one_is_asked_about(
    tabs: Tabs, shop: Box
) -> None:
    """B23: by the number that is shown, typed without its country; a second customer with it is
    made only after somebody says that two people share it."""
    ((name, phone),) = shop.rows(
        "SELECT name, phone FROM customer WHERE phone LIKE '+65 %' ORDER BY name LIMIT 1"
    )
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)
    await page.keyboard.press("F4")
    await by_hand(page, str(phone).removeprefix("+65 ").replace(" ", ""))
    await expect(page.get_by_role("button", name=str(name))).to_be_visible()
    await page.get_by_role("button", name="New customer").press("Enter")
    await by_hand(page, "Somebody Else", enter=True)
    doubt = page.get_by_test_id("doubt")
    await expect(doubt).to_contain_text(f"{name} has this telephone number.")
    await doubt.get_by_role("button").press("Enter")
    await expect(page.get_by_test_id("customer")).to_contain_text("Somebody Else")
    two = "SELECT count(DISTINCT n.customer_id) FROM customer_name n JOIN customer_name o"
    two += " ON o.phone_key = n.phone_key AND o.number <> n.number"
    assert shop.rows(two) == [(2,)]


async def test_a_customer_tells_the_month_of_birth_later_and_head_office_alone_keeps_it(
    tabs: Tabs, shop: Box
) -> None:
    ((name,),) = shop.rows("SELECT name FROM customer ORDER BY name LIMIT 1")
    page = await open_till_page(tabs, shop)
    await page.keyboard.press("F4")
    await by_hand(page, str(name))
    await page.get_by_role("dialog").get_by_role("button", name=str(name)).press("Enter")
    await page.get_by_test_id("customer").get_by_role("button", name=str(name)).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text(f"{name}: month of birth").click()
    await dialog.get_by_role("button", name="Tell head office").click()
    await expect(dialog.get_by_test_id("problem")).to_contain_text("No month was chosen")
    await dialog.get_by_label("Month of birth").select_option("May")
    await dialog.get_by_role("button", name="Tell head office").press("Enter")
    await expect(page.get_by_test_id("notice")).to_contain_text("Head office is told")
    assert shop.rows("SELECT count(*) FROM journal WHERE kind = 'birth_month_told'") == [(1,)]
    assert "May" not in await page.get_by_test_id("customer").inner_text()
