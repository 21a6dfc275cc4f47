"""The scan field in Firefox, by keys alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.browser.chain import Box
from tests.browser.firefox import ENTER, ESCAPE, F4, SHIFT, Firefox, firefox
from tests.browser.till_page import HAND_MS, MANAGER, SCANNER_MS, items
from tests.needed import Need, program_of
from tests.pins import PIN

SCAN = "document.getElementById('scan')"
FOCUSED = f"document.activeElement === {SCAN}"
TOTAL = "document.querySelector('[data-testid=total]')?.textContent.trim()"
BASKET = "(document.querySelector('ul.lines')?.textContent ?? '')"


@pytest_asyncio.fixture(loop_scope="session")
async def window(shop: Box, tmp_path: Path) -> AsyncIterator[Firefox]:
    """A till that can sell."""
    async with firefox(program_of(Need.FIREFOX), tmp_path / "profile") as window:
        await window.open(await shop.pairing_link("W1"))
        await window.click("button[type=submit]", "Pair")
        await window.click(".choices button", MANAGER)
        await window.until("document.activeElement?.id === 'pin'")
        await window.press(f"{PIN}{ENTER}", HAND_MS)
        await window.click("main button", "Open business day")
        await window.until("document.activeElement?.name === 'float'")
        await window.press(f"100{ENTER}", HAND_MS)
        await window.until(FOCUSED)
        yield window


async def test_in_firefox_the_scan_field_takes_text_and_scans_after_dialogs(
    window: Firefox, shop: Box
) -> None:
    """B18, B20: after a dialog with a field, in it, and on empty ground."""
    item = items(shop)[0]
    await window.press(F4, HAND_MS)
    await window.until("document.activeElement?.closest('dialog') !== null")
    await window.press("zz", HAND_MS)
    await window.press(SHIFT, 5 * HAND_MS)
    await window.press(f"{item.scan_code}{ENTER}", SCANNER_MS)
    await window.until(f"{BASKET}.includes({item.name!r})")
    assert await window.value("document.activeElement.value") == "zz"
    await window.press(ESCAPE, HAND_MS)
    await window.until("document.querySelector('dialog') === null")
    await window.press("ab", HAND_MS)
    await window.until(f"{SCAN}.value === 'ab'")
    await window.press(ESCAPE, HAND_MS)
    await window.value("document.activeElement.blur()")
    await window.press(f"{item.scan_code}{ENTER}", SCANNER_MS)
    await window.until(f"{BASKET}.includes('2 ×')")
    assert await window.value(f"{SCAN}.value") == ""


async def test_in_firefox_a_scan_is_no_weight_and_a_hand_types_one(
    window: Firefox, shop: Box
) -> None:
    """B7, B18."""
    loose, item = items(shop, "kg")[0], items(shop)[0]
    await window.press(f"{loose.scan_code}{ENTER}", SCANNER_MS)
    await window.until("document.activeElement?.name === 'weight'")
    await window.press(f"{item.scan_code}{ENTER}", SCANNER_MS)
    await window.until(f"{BASKET}.includes({item.name!r})")
    assert await window.value("document.activeElement.value") == ""
    await window.press(f"0.5{ENTER}", HAND_MS)
    await window.until(f"{BASKET}.includes('0.5 kg')")
    await window.press(f"{item.scan_code}{ENTER}", HAND_MS)
    await window.until(f"{BASKET}.includes('2 ×')")
