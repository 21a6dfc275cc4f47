"""What a card paid goes back to it by the terminal, once, also where nobody knows at first; what it
declines goes back by hand. So it is where a receipt is voided, and where the basket is lost."""

import pytest
from playwright.async_api import Page, expect

from edge.devices.terminal.simulated import Behaviour, Simulation
from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.test_return import new_sale
from tests.browser.test_till_card import with_terminal
from tests.browser.till_page import LOST, items, open_till_page, receipt_number, scan, sees_total
from tests.browser.watched import Tabs

LAST = "SELECT state FROM payment_attempt ORDER BY begun_at_ms DESC LIMIT 1"
LOSE_THE_BASKET = """() => {
    const app = document.querySelector("script[type=module]").src;
    return import(new URL("store.js", app)).then(({ write }) => write({ basket: undefined }));
}"""


async def sold_by_card(page: Page, shop: Box) -> int:
    """An item by card, and all of it is in the basket to go back; what it cost."""
    minor = await bought_by_card(page, shop)
    await page.get_by_role("button", name="Take all of it back").click()
    await sees_total(page, -minor)
    await page.keyboard.press("F2")
    return minor


async def bought_by_card(page: Page, shop: Box) -> int:
    """An item by card, and its receipt is looked up to take it back; what it cost."""
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F2")
    await page.get_by_role("button", name="Card", exact=True).click()
    await page.keyboard.press("Enter")
    number = await receipt_number(page)
    await new_sale(page)
    await page.keyboard.press("F7")
    await page.get_by_label("Scan the receipt, or type its number").fill(number)
    await page.keyboard.press("Enter")
    return item.price_minor


@pytest.mark.parametrize("how", [Behaviour.APPROVE, Behaviour.UNKNOWN, Behaviour.DECLINE])
async def test_what_a_card_paid_goes_back_to_it_once(tabs: Tabs, shop: Box, how: Behaviour) -> None:
    tabs.expect(LOST)
    async with with_terminal(shop, Simulation(always=Behaviour.APPROVE)) as terminal:
        page = await open_till_page(tabs, shop)
        minor = await sold_by_card(page, shop)
        assert terminal.charged_minor == minor
        terminal.simulation = Simulation(always=how)
        by_terminal = f"Give back by the terminal: Card {format_minor(minor)}"
        await page.get_by_role("button", name=by_terminal).click()
        if how is Behaviour.UNKNOWN:
            payment = page.get_by_test_id("payment")
            await expect(payment).to_contain_text("Refund unknown: do not give back again")
            assert terminal.charged_minor == 0
            await payment.get_by_role("button", name="Ask the terminal again").click()
        if how is Behaviour.DECLINE:
            notice = page.get_by_test_id("notice")
            await expect(notice).to_contain_text("Give it back by hand")
            await page.get_by_role("button", name=f"Give back {format_minor(minor)}").click()
        await receipt_number(page)
        assert terminal.charged_minor == (minor if how is Behaviour.DECLINE else 0)
        came = "declined" if how is Behaviour.DECLINE else "paid"
        assert shop.rows(LAST) == [(came,)]


@pytest.mark.parametrize("how", [Behaviour.APPROVE, Behaviour.UNKNOWN, Behaviour.DECLINE])
async def test_a_void_gives_what_a_card_paid_back_by_the_terminal(
    tabs: Tabs, shop: Box, how: Behaviour
) -> None:
    tabs.expect(LOST)
    async with with_terminal(shop, Simulation(always=Behaviour.APPROVE)) as terminal:
        page = await open_till_page(tabs, shop)
        minor = await bought_by_card(page, shop)
        terminal.simulation = Simulation(always=how)
        why = page.get_by_label("Or why the whole receipt should not have been")
        await why.fill("rang up twice")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("is voided whole")).to_be_visible()
        by_terminal = f"Give back by the terminal: Card {format_minor(minor)}"
        await page.get_by_role("button", name=by_terminal).click()
        if how is Behaviour.UNKNOWN:
            payment = page.get_by_test_id("payment")
            await payment.get_by_role("button", name="Ask the terminal again").click()
        if how is Behaviour.DECLINE:
            notice = page.get_by_test_id("notice")
            await expect(notice).to_contain_text("Give it back by hand")
            await page.get_by_role("button", name=f"Give back {format_minor(minor)}").click()
        await receipt_number(page)
        paper = page.locator("pre")
        await expect(paper).to_contain_text("POST-VOID of")
        await expect(paper).to_contain_text("rang up twice")
        assert terminal.charged_minor == (minor if how is Behaviour.DECLINE else 0)
        came = "declined" if how is Behaviour.DECLINE else "paid"
        assert shop.rows(LAST) == [(came,)]


async def test_a_void_that_is_changed_is_an_ordinary_return(tabs: Tabs, shop: Box) -> None:
    tabs.expect(LOST)
    async with with_terminal(shop, Simulation(always=Behaviour.APPROVE)) as terminal:
        page = await open_till_page(tabs, shop)
        minor = await bought_by_card(page, shop)
        await page.get_by_label("Or why the whole receipt should not have been").fill("twice")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Back to basket").click()
        other = items(shop)[1]
        await scan(page, other.scan_code)
        await sees_total(page, other.price_minor - minor)
        assert terminal.charged_minor == minor
        await page.keyboard.press("F2")
        await expect(page.get_by_text("is voided whole")).to_have_count(0)


async def test_a_refund_whose_basket_was_lost_is_told_and_finished(tabs: Tabs, shop: Box) -> None:
    tabs.expect(LOST)
    async with with_terminal(shop, Simulation(always=Behaviour.APPROVE)) as terminal:
        page = await open_till_page(tabs, shop)
        minor = await sold_by_card(page, shop)
        terminal.simulation = Simulation(always=Behaviour.UNKNOWN)
        amount = format_minor(minor)
        await page.get_by_role("button", name=f"Give back by the terminal: Card {amount}").click()
        await expect(page.get_by_test_id("payment")).to_contain_text("Refund unknown")
        assert terminal.charged_minor == 0
        await page.evaluate(LOSE_THE_BASKET)
        await page.reload()
        lost = page.get_by_test_id("unfinished")
        await expect(lost).to_contain_text("Do not give it back again")
        await lost.get_by_role("button", name="Take those goods back").click()
        await page.get_by_role("button", name="Take all of it back").click()
        await sees_total(page, -minor)
        await page.keyboard.press("F2")
        go_on = f"The terminal gave back Card {amount} already: go on"
        await page.get_by_role("button", name=go_on).click()
        if await page.get_by_role("button", name="Ask the terminal again").is_visible():
            await page.get_by_role("button", name="Ask the terminal again").click()
        await receipt_number(page)
        assert terminal.charged_minor == 0
        assert shop.rows(LAST) == [("paid",)]
