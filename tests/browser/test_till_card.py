"""Paying by a terminal and by a code at the till page: what is unknown is said to be unknown and is
never charged again, through a reload and a killed box; what is taken back is given back."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import expect

from edge.box.folder import SETTINGS_FILE, database_of
from edge.db.connection.engine import open_connection
from edge.devices.terminal.simulated import SimulatedTerminal, Simulation
from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.till_page import (
    LOST,
    items,
    open_till_page,
    receipt_number,
    sales,
    scan,
    sees_total,
)
from tests.browser.watched import Tabs
from tests.integration.payment_fixtures import UEN, listening_terminal

WAYS = (
    "INSERT OR REPLACE INTO tender VALUES ('card', 'Card', 'card', 1, 1)",
    "INSERT OR REPLACE INTO tender VALUES ('paynow', 'PayNow', 'qr', 1, 1)",
    "INSERT OR REPLACE INTO payment_way VALUES ('card', 'terminal', 0, '', '', 900)",
    f"INSERT OR REPLACE INTO payment_way VALUES ('paynow', 'paynow', 0, '{UEN}', '', 600)",
)


@asynccontextmanager
async def with_terminal(box: Box, simulation: Simulation) -> AsyncIterator[SimulatedTerminal]:
    """A terminal at W1 of the box, which is started anew."""
    played = SimulatedTerminal(simulation, box.folder.with_name("terminal.jsonl"))
    async with listening_terminal(played) as address:
        await box.kill()
        say(box.folder, address)
        await box.start()
        yield played


def say(folder: Path, address: str) -> None:
    """Where the terminal is, and which tenders ask it."""
    settings = folder / SETTINGS_FILE
    settings.write_text(f"{settings.read_text()}\n[terminals]\nW1 = {json.dumps(address)}\n")
    db = open_connection(database_of(folder), writer=True)
    for statement in WAYS:
        db.execute(statement)
    db.close()


async def test_a_split_with_a_declined_and_an_unknown_card_charges_once(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(LOST)
    async with with_terminal(shop, Simulation()) as terminal:
        page = await open_till_page(tabs, shop)
        item = items(shop)[0]
        await scan(page, item.scan_code)
        await sees_total(page, item.price_minor)
        await page.keyboard.press("F2")
        await page.get_by_role("button", name="Card", exact=True).click()
        await page.get_by_label("Card amount").fill("1.01")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("notice")).to_contain_text("The card was declined")
        assert terminal.charged_minor == 0
        await expect(page.get_by_test_id("left")).to_have_text(format_minor(item.price_minor))
        await page.get_by_label("Card amount").fill("1.02")
        await page.keyboard.press("Enter")
        payment = page.get_by_test_id("payment")
        await expect(payment).to_contain_text("Card unknown: do not charge again")
        assert terminal.charged_minor == 102
        await payment.get_by_role("button", name="Ask the terminal again").click()
        left = page.get_by_test_id("left")
        await expect(left).to_have_text(format_minor(item.price_minor - 102))
        await page.get_by_role("button", name="Card", exact=True).click()
        await page.get_by_label("Card amount").fill("0.04")
        await page.keyboard.press("Enter")
        await expect(payment).to_contain_text("Card unknown: do not charge again")
        await page.reload()
        await expect(left).to_have_text(format_minor(item.price_minor - 106))
        assert terminal.charged_minor == 106
        await page.get_by_role("button", name="Cash", exact=True).click()
        await page.get_by_role("button", name="Exact").click()
        number = await receipt_number(page)
        assert sales(shop) == [(number, item.price_minor)]
        assert terminal.charged_minor == 106
        assert shop.rows("SELECT state FROM payment_attempt ORDER BY begun_at_ms") == [
            ("declined",),
            ("paid",),
            ("paid",),
        ]


async def test_a_card_that_was_taken_by_mistake_is_given_back_before_the_last_tender(
    tabs: Tabs, shop: Box
) -> None:
    async with with_terminal(shop, Simulation()) as terminal:
        page = await open_till_page(tabs, shop)
        item = items(shop)[0]
        await scan(page, item.scan_code)
        await sees_total(page, item.price_minor)
        await page.keyboard.press("F2")
        await page.get_by_role("button", name="Card", exact=True).click()
        await page.get_by_label("Card amount").fill("1.00")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Take back Card")).to_be_visible()
        assert terminal.charged_minor == 100
        await page.get_by_role("button", name="Take back Card").click()
        await expect(page.get_by_test_id("left")).to_have_text(format_minor(item.price_minor))
        assert terminal.charged_minor == 0
        await page.get_by_role("button", name="Cash", exact=True).click()
        await page.get_by_role("button", name="Exact").click()
        await receipt_number(page)


async def test_paynow_is_drawn_here_and_taken_as_the_bank_says(tabs: Tabs, shop: Box) -> None:
    async with with_terminal(shop, Simulation()):
        page = await open_till_page(tabs, shop)
        item = items(shop)[0]
        await scan(page, item.scan_code)
        await sees_total(page, item.price_minor)
        await page.keyboard.press("F2")
        await page.get_by_role("button", name="PayNow", exact=True).click()
        await page.get_by_role("button", name="Show the code").click()
        code = page.get_by_role("img", name="Code to pay by")
        await expect(code).to_be_visible()
        assert UEN in str(await code.get_attribute("data-text"))
        await page.reload()
        await expect(code).to_be_visible()
        display = await page.context.new_page()
        await display.goto(f"{shop.url}/display")
        await expect(display.get_by_role("img", name="Payment code")).to_be_visible()
        await expect(display.get_by_role("main")).to_contain_text("Scan to pay")
        await page.get_by_role("button", name="The bank says that it came").click()
        number = await receipt_number(page)
        assert sales(shop) == [(number, item.price_minor)]
        await expect(display.get_by_role("heading", name="Thank you")).to_be_visible()
