"""People at the till page: signing in with a PIN, locking, switching, what somebody else allows,
too many wrong PINs. Everything by the keys that a cashier has."""

import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import Page, Route, expect

from edge.box.folder import database_of
from edge.box.keys import read_box_keys
from sync.protocol.codec import decode
from sync.protocol.facts import OperatorActed
from sync.protocol.identity import OperatorId
from sync.protocol.telephone import unlock_answer
from tests.browser.chain import Box
from tests.browser.till_page import (
    CASHIER,
    LOST,
    MANAGER,
    REFUSED,
    by_hand,
    items,
    open_shop,
    open_till_page,
    pair,
    pay_exactly,
    receipt_number,
    scan,
    sees_total,
    sign_in,
)
from tests.browser.watched import NARROW, Tabs
from tests.pins import MADE, PIN

WRONG = "9035"
OWN = "8264"


def acts(box: Box) -> list[str]:
    """What operators did, as the journal has it, in its order."""
    found = box.rows("SELECT body FROM journal WHERE kind = 'operator_acted' ORDER BY seq")
    return [decode_act(body) for (body,) in found]


def decode_act(body: bytes) -> str:
    return decode(OperatorActed, body).act


def give_starting_pin(box: Box, operator_id: str) -> None:
    with closing(sqlite3.connect(database_of(box.folder))) as db, db:
        row = (operator_id, MADE[PIN], True, 2_000)
        db.execute("INSERT OR REPLACE INTO credential VALUES (?, ?, ?, ?)", row)


async def menu(page: Page, choice: str) -> None:
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("dialog").get_by_role("button", name=choice).click()


async def lock_out(page: Page, name: str) -> None:
    """Until nothing is looked at any more."""
    await page.locator("main").get_by_role("button", name=name).click()
    waits = page.get_by_role("heading", name=f"{name} has to wait")
    field = page.get_by_label("PIN", exact=True)
    for _ in range(10):
        if await waits.count():
            break
        await expect(field).to_be_focused()
        await field.fill(WRONG)
        await page.keyboard.press("Enter")
        await expect(waits.or_(page.get_by_test_id("problem"))).to_be_visible()
        await expect(page.get_by_role("button", name="Sign in").first.or_(waits)).to_be_enabled()
    await expect(waits).to_be_visible()


async def test_a_basket_stays_while_cashiers_switch_by_name_and_pin(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.get_by_role("button", name="change cashier").click()
    await sign_in(page, CASHIER)
    await sees_total(page, item.price_minor)
    await pay_exactly(page)
    await receipt_number(page)
    (cashier,) = shop.rows("SELECT operator_id FROM sale")[0]
    assert cashier == "O03"
    assert acts(shop) == ["signed_in", "signed_in"]


async def test_a_wrong_pin_lets_nobody_in_and_says_what_to_do(tabs: Tabs, shop: Box) -> None:
    tabs.expect(REFUSED)
    page = await tabs.open()
    await pair(page, shop)
    await page.locator("main").get_by_role("button", name=MANAGER).click()
    await by_hand(page, WRONG, enter=True)
    await expect(page.get_by_test_id("problem")).to_contain_text("do not belong together")
    field = page.get_by_label("PIN", exact=True)
    await expect(field).to_be_focused()
    await expect(field).to_have_value("")
    for digit in PIN:
        await page.locator(".pad").get_by_role("button", name=digit, exact=True).click()
    await page.locator(".pad").get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Open the business day")).to_be_visible()


async def test_a_locked_till_shows_nothing_of_the_basket_and_goes_on_with_it_after_the_pin(
    tabs: Tabs, shop: Box
) -> None:
    """Through a reload and a restart of the box."""
    tabs.expect(LOST)
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F1")
    await expect(page.get_by_text(f"Locked. {MANAGER}")).to_be_visible()
    await expect(page.get_by_text(item.name)).to_have_count(0)
    await shop.kill()
    await shop.start()
    await page.reload()
    await expect(page.get_by_text(f"Locked. {MANAGER}")).to_be_visible()
    await expect(page.get_by_label("PIN", exact=True)).to_be_focused()
    await by_hand(page, PIN, enter=True)
    await sees_total(page, item.price_minor)


async def test_a_session_outlives_a_reload(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    await page.reload()
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    assert acts(shop) == ["signed_in"]


async def test_after_a_starting_pin_nothing_is_done_before_there_is_one_of_ones_own(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(REFUSED)
    give_starting_pin(shop, "O03")
    page = await tabs.open()
    await pair(page, shop)
    await sign_in(page, CASHIER)
    first, again = page.get_by_label("Your own PIN"), page.get_by_label("The same again")
    for typed, second, why in (
        (OWN, WRONG, "The two are not the same"),
        ("1234", "1234", "too easy to guess"),
        (PIN, PIN, "the one from before"),
    ):
        await first.fill(typed)
        await again.fill(second)
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("problem")).to_contain_text(why)
    await first.fill(OWN)
    await again.fill(OWN)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Open the business day")).to_be_visible()
    await page.keyboard.press("F1")
    await expect(page.get_by_label("PIN", exact=True)).to_be_focused()
    await by_hand(page, OWN, enter=True)
    await expect(page.get_by_role("heading", name="Open the business day")).to_be_visible()


@pytest.mark.parametrize("allows", [True, False], ids=["with a manager's PIN", "nobody"])
async def test_what_a_cashier_may_not_do_a_manager_allows_on_the_same_screen(
    tabs: Tabs, shop: Box, allows: bool
) -> None:
    tabs.expect(REFUSED)
    page = await tabs.open()
    await pair(page, shop)
    await sign_in(page, CASHIER)
    await page.get_by_role("button", name="Open business day").click()
    await expect(page.get_by_role("heading", name="Open the till")).to_be_visible()
    await menu(page, "Close business day")
    sure = page.get_by_role("dialog", name="Close the business day")
    await sure.get_by_role("button", name="Close 2").click()
    asked = page.get_by_role("dialog", name="Somebody else has to allow this")
    await expect(asked).to_contain_text("close the business day")
    if not allows:
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("problem")).to_contain_text("may not do this")
        assert shop.rows("SELECT state FROM business_day") == [("open",)]
        return
    await asked.get_by_role("button", name=MANAGER).click()
    await asked.get_by_label("Reason").fill("early")
    await asked.get_by_label(f"PIN of {MANAGER}").fill(PIN)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="is closed")).to_be_visible()
    assert shop.rows("SELECT state FROM business_day") == [("closed",)]
    assert acts(shop) == ["signed_in", "override_given"]


async def test_who_is_locked_out_waits_and_a_manager_lets_in_at_another_till(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(REFUSED)
    page = await tabs.open()
    await pair(page, shop)
    await lock_out(page, CASHIER)
    await expect(page.get_by_role("button", name="Try again")).to_be_disabled()
    await expect(page.get_by_role("button", name="Call head office")).to_be_visible()
    other = await tabs.open()
    await pair(other, shop, "W2")
    await open_shop(other)
    await menu(other, "Let somebody in")
    dialog = other.get_by_role("dialog", name="Let somebody in")
    await dialog.get_by_label(CASHIER).check()
    await dialog.get_by_label("Reason").fill("forgot it")
    await dialog.get_by_role("button", name="Let in").click()
    await expect(other.get_by_test_id("notice")).to_contain_text(f"{CASHIER} may try again")
    assert acts(shop)[-1] == "unlocked"


async def test_a_shop_without_a_manager_is_let_in_over_the_telephone(tabs: Tabs, shop: Box) -> None:
    tabs.expect(REFUSED)
    keys = read_box_keys(shop.folder)
    assert keys is not None
    page = await tabs.open(size=NARROW)
    await pair(page, shop)
    await lock_out(page, CASHIER)
    await page.get_by_role("button", name="Call head office").click()
    challenge = (await page.get_by_test_id("challenge").inner_text()).replace(" ", "")
    answer = page.get_by_label("What head office says")
    await answer.fill("0000 0000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("problem")).to_contain_text("Read the number out again")
    await answer.fill(unlock_answer(keys.unlock_key, OperatorId("O03"), challenge))
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("PIN", exact=True)).to_be_focused()
    await by_hand(page, PIN, enter=True)
    await expect(page.get_by_role("heading", name="Open the business day")).to_be_visible()
    assert acts(shop)[-2:] == ["unlocked_by_head_office", "signed_in"]


async def test_a_sale_goes_on_for_whoever_tendered_it_after_somebody_else_signed_in(
    tabs: Tabs, shop: Box
) -> None:
    """Its answer was lost, and the cashier changed meanwhile."""
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    tabs.expect(LOST)

    async def lose(route: Route) -> None:
        await route.abort("connectionreset")

    await page.context.route("**/sales", lose)
    await pay_exactly(page)
    await expect(page.get_by_text("sent again by itself")).to_be_visible()
    await page.get_by_role("button", name="change cashier").click()
    await sign_in(page, CASHIER)
    await page.context.unroute("**/sales")
    await receipt_number(page)
    assert shop.rows("SELECT operator_id FROM sale") == [("O01",)]


async def test_a_manager_pairs_another_till_from_this_one_and_ends_it(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)
    await menu(page, "Tills")
    dialog = page.get_by_role("dialog", name="Tills")
    await expect(dialog).to_contain_text("this one")
    await dialog.get_by_label("Another till").fill("W2")
    await page.keyboard.press("Enter")
    code = await dialog.get_by_test_id("pairing-code").inner_text()
    other = await tabs.open(shop.url)
    await other.get_by_label("Workstation").fill("W2")
    await other.get_by_label("Pairing code").fill(code)
    await other.keyboard.press("Enter")
    await expect(other.get_by_role("heading", name="Who is at the till?")).to_be_visible()
    await page.keyboard.press("Escape")
    await menu(page, "Tills")
    await dialog.get_by_role("button", name="End W2").click()
    await dialog.get_by_role("button", name="Yes, W2").click()
    await expect(dialog.get_by_text("W2", exact=True)).to_have_count(0)
    await expect(other.get_by_role("heading", name="Pair this till")).to_be_visible()


async def test_who_may_not_pair_has_no_tills_in_the_menu(tabs: Tabs, shop: Box) -> None:
    page = await tabs.open()
    await pair(page, shop)
    await sign_in(page, CASHIER)
    await page.get_by_role("button", name="Menu").click()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Sign out")).to_be_visible()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Tills")).to_have_count(0)


async def test_whoever_may_see_reports_sees_how_the_box_is_worst_first(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop)
    await menu(page, "The store box")
    dialog = page.get_by_role("dialog", name="The store box")
    await expect(dialog.get_by_test_id("doctor")).to_contain_text("needs a person")
    first, last = dialog.locator(".findings li").first, dialog.locator(".findings li").last
    await expect(first).not_to_have_class("fine")
    await expect(first.locator("code")).to_contain_text("central doctor")
    await expect(last).to_have_class("fine")
