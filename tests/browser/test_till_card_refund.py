"""What a card paid goes back to it by the terminal, once, also where nobody knows at first; what it
declines goes back by hand."""

import pytest
from playwright.async_api import Page, expect

from edge.devices.terminal.simulated import Behaviour, Simulation
from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.test_return import new_sale
from tests.browser.test_till_card import with_terminal
from tests.browser.till_page import LOST, items, open_till_page, receipt_number, scan, sees_total
from tests.browser.watched import Tabs


async def sold_by_card(page: Page, shop: Box) -> int:
    """An item by card, and all of it is in the basket to go back; what it cost."""
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
    await page.get_by_role("button", name="Take all of it back").click()
    await sees_total(page, -item.price_minor)
    await page.keyboard.press("F2")
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
        last = "SELECT state FROM payment_attempt ORDER BY begun_at_ms DESC LIMIT 1"
        came = "declined" if how is Behaviour.DECLINE else "paid"
        assert shop.rows(last) == [(came,)]
