"""Head office's pages of stock in a browser: from the worth of all stores to one receipt, what
expires, a serial number that was sold twice, what is on its way; with nothing, a little and much in
them, wide and narrow, light and dark, and on paper."""

import os
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from playwright.async_api import Page, expect

from central.db.engine import unit_of_work
from central.usecases.feed.publish_reference import publish_items
from sync.protocol.facts import (
    StockLine,
    StockMoved,
    StockMovementKind,
    StockTransferred,
    TaxClass,
    TransferDirection,
)
from sync.protocol.identity import ItemId, MovementId
from sync.protocol.reference import Item
from sync.protocol.transfers import intent_of
from tests.browser.chain import Office
from tests.browser.office_page import SIZES, fits, wrong_with
from tests.browser.test_board import Chain, chain, sign_in
from tests.browser.watched import Tabs
from tests.shop_journal import ANNA, COMPANY, DAY, Shop

__all__ = ["chain"]
LONG = "红豆面包 a long name that somebody typed without a thought for how narrow a telephone is"
PAGES = (
    "/stock",
    "/stock/value?store={code}",
    "/stock/item?store={code}&item=I1",
    f"/stock/margin?first={DAY}&last={DAY}",
    f"/stock/margin?store={{code}}&first={DAY}&last={DAY}",
    f"/stock/margin/lines?store={{code}}&item=I1&first={DAY}&last={DAY}",
    "/stock/lots?days=-1",
    "/stock/serials?serial=SN-1",
    "/transfers",
)
Scheme = Literal["light", "dark"]


def traded(shop: Shop, count: int) -> None:
    """So many items with a lot, one of them with a serial number that is sold twice, and as many
    transfers that nobody has taken in yet."""
    lots = tuple(
        StockLine(
            *(ItemId(f"I{number}"), 12_000, None, f"L-{number:03d}", 4_800),
            date(2026, 2, 20) if number % 2 else date(2027, 1, 1 + number % 9),
        )
        for number in range(1, count + 1)
    )
    lines = (*lots, StockLine(ItemId("I1"), 1_000, None, None, 400, None, "SN-1"))
    receipt = StockMovementKind.RECEIPT
    shop.append(StockMoved(MovementId(shop.new_id()), receipt, ANNA, DAY, "delivery", lines))
    for _ in range(2):
        sale = shop.sale(((1, 1_000, 650),))
        said = tuple(
            msgspec.structs.replace(line, serial="SN-1", cost_minor=400) for line in sale.lines
        )
        shop.append(msgspec.structs.replace(sale, lines=said))
    for number in range(1, count + 1):
        paper = f"{shop.code}-S99-1AABBCCDD-{number}"
        gone = (StockLine(ItemId(f"I{number}"), -1_000, None, None, -400),)
        what = (intent_of(COMPANY, paper), None, ANNA, DAY, "they ran out", gone, paper)
        shop.append(StockTransferred(MovementId(shop.new_id()), TransferDirection.OUT, *what))


async def named(office: Office, chain: Chain, count: int) -> None:
    names = [LONG, "Kaya Bun", "Cherries"]
    items = [
        Item(ItemId(f"I{number}"), names[number % 3], "", TaxClass.STANDARD, ())
        for number in range(1, count + 1)
    ]
    async with unit_of_work(office.engine) as db:
        await publish_items(db, chain.company_id, items)


async def looked_at(page: Page, chain: Chain, name: str) -> None:
    """Every page fits every window, and axe finds nothing; pictures for whoever looks, into the
    folder that PICTURES names."""
    found = {}
    for number, path in enumerate(PAGES):
        await page.goto(f"{chain.office.url}{path.format(code=chain.shop.code)}")
        for width, height in SIZES:
            await page.set_viewport_size({"width": width, "height": height})
            if not await fits(page):
                found[f"{path} {width}"] = {"fits": ["not"]}
            if folder := os.environ.get("PICTURES"):
                await page.screenshot(
                    path=Path(folder) / f"{name}-{number}-{width}.png", full_page=True
                )
        if wrong := await wrong_with(page):
            found[path] = wrong
    assert found == {}
    await page.emulate_media(media="print")
    assert not await page.locator("header nav").first.is_visible()


@pytest.mark.parametrize("count", [0, 3, 30])
async def test_every_page_of_stock_is_accessible_and_fits_whatever_is_in_it(
    tabs: Tabs, office: Office, chain: Chain, count: int
) -> None:
    scheme: Scheme = "dark" if count == 3 else "light"
    page = await tabs.open(scheme=scheme)
    if count:
        await named(office, chain, count)
        traded(chain.shop, count)
        await chain.arrive()
    await sign_in(page, chain)
    await looked_at(page, chain, f"{count}-{scheme}")


async def test_a_controller_goes_from_what_all_goods_are_worth_to_one_receipt(
    tabs: Tabs, office: Office, chain: Chain
) -> None:
    await named(office, chain, 3)
    traded(chain.shop, 3)
    await chain.arrive()
    page = await tabs.open()
    await sign_in(page, chain)
    await page.get_by_role("link", name="Stock").click()
    worth = page.locator("#stores-table tbody td").last
    whole = await page.locator("#stores-table tfoot td").last.inner_text()
    await expect(worth).to_have_text(whole)
    await worth.get_by_role("link").click()
    await expect(page.locator("#items-table tfoot td").last).to_have_text(whole)
    row = page.locator("#items-table tbody tr").filter(has_text="I1")
    sold = row.locator('[data-label="Cost of sales"]')
    figure = await sold.inner_text()
    await sold.get_by_role("link").click()
    await expect(page.locator('#sum [data-label="Cost of sales"]')).to_have_text(figure)
    receipt = page.locator("#moves-table tbody tr").first.get_by_role("link").first
    number = await receipt.inner_text()
    await receipt.click()
    await expect(page.get_by_role("heading", name=number)).to_be_visible()
    await page.get_by_role("link", name="To look at").click()
    await expect(page.locator("#serial-twice")).to_contain_text("SN-1 was sold 2 times")
    await page.get_by_role("link", name="Stock").click()
    await page.get_by_role("link", name="Serial numbers").click()
    await page.get_by_label("Serial number").fill("SN-1")
    await page.keyboard.press("Enter")
    await expect(page.locator("#met-table tbody tr")).to_have_count(3)
    await page.get_by_role("link", name="Transfers").click()
    await page.locator("#states-table").get_by_role("link", name="On its way").click()
    await expect(page.locator("#transfers tbody tr")).to_have_count(3)
