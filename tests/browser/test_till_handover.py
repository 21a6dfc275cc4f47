"""An open till goes to somebody else in the middle of the day, at the till page: counted blind
first or as it is, by keyboard and by touch."""

from playwright.async_api import Locator, Page, expect

from sync.protocol.codec import decode_fact
from sync.protocol.facts import AnyFact, TillCounted, TillHandedOver
from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.till_page import (
    CASHIER,
    FLOAT_MINOR,
    MANAGER,
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


def facts(box: Box) -> list[AnyFact]:
    statement = (
        "SELECT kind, kind_version, body FROM journal WHERE kind IN"
        " ('till_handed_over', 'till_counted') ORDER BY seq"
    )
    return [decode_fact(*row) for row in box.rows(statement)]


async def ask(page: Page) -> Locator:
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Hand the till over").press("Enter")
    return page.get_by_role("dialog", name="Hand the till over")


async def test_a_till_is_handed_over_by_keyboard_alone_and_who_takes_it_signs_in(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    dialog = await ask(page)
    await expect(dialog).to_contain_text(f"{MANAGER} has it now")
    await expect(dialog.get_by_role("button", name=MANAGER)).to_have_count(0)
    await dialog.get_by_role("button", name="Hand it over").press("Enter")
    await expect(page.get_by_test_id("problem")).to_contain_text("Choose who takes it")
    await dialog.get_by_role("button", name=CASHIER).press("Enter")
    await dialog.get_by_label("Reason").fill("end of the shift")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("notice")).to_contain_text(f"The till is with {CASHIER}")
    await expect(page.get_by_role("heading", name=f"PIN of {CASHIER}")).to_be_visible()
    await expect(page.get_by_label("PIN", exact=True)).to_be_focused()
    await page.keyboard.type(PIN, delay=80)
    await page.keyboard.press("Enter")
    await sees_total(page, item.price_minor)
    (over,) = facts(shop)
    assert isinstance(over, TillHandedOver)
    assert (over.reason, over.count_id) == ("end of the shift", None)
    assert shop.rows("SELECT held_by FROM till_session") == [(over.to_operator_id,)]
    names = "SELECT name FROM operator WHERE operator_id = ?"
    assert shop.rows(names, over.to_operator_id) == [(CASHIER,)]
    await pay_exactly(page)
    await receipt_number(page)


async def test_a_till_that_goes_over_is_counted_blind_first_and_may_be_counted_again(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop, NARROW)
    dialog = await ask(page)
    assert format_minor(FLOAT_MINOR) not in await page.inner_text("body")
    await dialog.get_by_role("button", name=CASHIER).click()
    await dialog.get_by_label("Cash counted").fill("a lot")
    await dialog.get_by_role("button", name="Hand it over").click()
    await expect(page.get_by_test_id("problem")).to_contain_text("not an amount")
    await dialog.get_by_label("Cash counted").fill("90")
    await dialog.get_by_role("button", name="Hand it over").click()
    counted = page.get_by_role("dialog", name="The drawer is counted")
    await expect(counted.get_by_test_id("over-short")).to_have_text("10.00")
    await counted.get_by_role("button", name="Count again").click()
    await dialog.get_by_role("button", name=CASHIER).click()
    await dialog.get_by_text("Count by notes and coins").click()
    faces = dialog.get_by_role("group", name="Notes and coins")
    await faces.get_by_label("100.00", exact=True).fill("1")
    await dialog.get_by_role("button", name="Hand it over").click()
    await expect(counted.get_by_test_id("over-short")).to_have_text("0.00")
    await counted.get_by_role("button", name=f"Hand it over to {CASHIER}").click()
    await expect(page.get_by_role("heading", name=f"PIN of {CASHIER}")).to_be_visible()
    first, second, over = facts(shop)
    assert isinstance(first, TillCounted)
    assert isinstance(second, TillCounted)
    assert isinstance(over, TillHandedOver)
    assert (first.counted_cash_minor, second.counted_cash_minor) == (9_000, FLOAT_MINOR)
    assert over.count_id == second.count_id
    assert shop.rows("SELECT state FROM till_session") == [("open",)]


async def test_who_takes_a_till_over_at_its_own_screen_goes_on_at_once(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop)
    await page.get_by_role("button", name="change cashier").click()
    await sign_in(page, CASHIER)
    dialog = await ask(page)
    await dialog.get_by_role("button", name=CASHIER).click()
    await dialog.get_by_role("button", name="Hand it over").click()
    await expect(page.get_by_test_id("notice")).to_contain_text(f"The till is with {CASHIER}")
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    (over,) = facts(shop)
    assert isinstance(over, TillHandedOver)
    assert over.operator_id == over.to_operator_id
