"""The battery is pulled: the browser's processes are killed, and started again on the same disk.
The basket is there, and a sale that was sent finishes once."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright, expect

from tests.browser.chain import Box
from tests.browser.conftest import FLAGS
from tests.browser.till_page import (
    items,
    open_shop,
    pair,
    receipt_number,
    sales,
    scan,
    sees_total,
)
from tests.needed import Need, program_of
from tests.patience import STEP_PATIENCE_MS


def processes_of(profile: Path) -> list[int]:
    """Of the browser that keeps its things there."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if f"--user-data-dir={profile}".encode() in command:
                found.append(int(entry.name))
    return found


@asynccontextmanager
async def till_on(profile: Path) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile, executable_path=program_of(Need.BROWSER), args=list(FLAGS), locale="en-GB"
        )
        context.set_default_timeout(STEP_PATIENCE_MS)
        yield context.pages[0]
        await context.close()


async def pull_battery(page: Page, profile: Path) -> None:
    gone = asyncio.Event()
    page.context.on("close", lambda _: gone.set())
    for process in processes_of(profile):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
    await gone.wait()


async def test_a_basket_and_a_sale_under_way_are_there_after_the_battery_was_pulled(
    shop: Box, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    item = items(shop)[0]
    async with till_on(profile) as page:
        await pair(page, shop)
        await open_shop(page)
        await scan(page, item.scan_code)
        await sees_total(page, item.price_minor)
        await pull_battery(page, profile)
    async with till_on(profile) as page:
        await page.goto(shop.url)
        await expect(page.get_by_test_id("found")).to_contain_text("a basket of 1 line")
        await sees_total(page, item.price_minor)
        await expect(page.get_by_role("button", name="Exact cash")).to_be_enabled()
        with shop.frozen():
            await page.keyboard.press("F10")
            await expect(page.get_by_role("heading", name="Finishing the sale")).to_be_visible()
            await pull_battery(page, profile)
    async with till_on(profile) as page:
        await page.goto(shop.url)
        number = await receipt_number(page)
        assert sales(shop) == [(number, item.price_minor)]
