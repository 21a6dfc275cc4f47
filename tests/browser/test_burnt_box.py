"""A box burns, and what its till kept comes home: in real Chromium, from the page's own database,
while nobody is signed in; and the till that was open there goes on with what is counted.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from sync.protocol.codec import decode
from sync.protocol.facts import EventRecovered, TillSessionCarried
from sync.protocol.money import format_minor
from tests.browser.chain import NOBODY_LISTENS, Box, Company
from tests.browser.till_page import (
    LOST,
    REFUSED,
    by_hand,
    items,
    open_till_page,
    pair,
    pay_exactly,
    receipt_number,
    scan,
    sign_in,
)
from tests.browser.watched import Tabs
from tests.patience import PATIENCE_MS, PATIENCE_S

RECOVERED = """
SELECT e.body FROM raw_event e JOIN store s USING (store_id)
WHERE s.company_id = $1 AND e.kind = $2 ORDER BY e.seq
"""


@pytest_asyncio.fixture(loop_scope="session")
async def away(company: Company, tmp_path: Path) -> AsyncIterator[Box]:
    """A running store that does not find head office: what it sells, nobody else has."""
    box = await company.provision("S01", tmp_path / "S01")
    box.move_central(NOBODY_LISTENS)
    await box.start()
    try:
        yield box
    finally:
        await box.kill()


async def sell(page: Page, code: str) -> str:
    await scan(page, code)
    await pay_exactly(page)
    number = await receipt_number(page)
    await page.get_by_role("button", name="New sale").click()
    return number


async def arrived(company: Company, kind: str, count: int) -> list[bytes]:
    """The bodies of that many events in head office's raw journal, as soon as they are there."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            rows = await company.office.rows(RECOVERED, company.company_id, kind)
            if len(rows) == count:
                return [body for (body,) in rows]


async def test_three_receipts_of_a_burnt_box_come_home_and_its_till_goes_on(
    tabs: Tabs, company: Company, away: Box
) -> None:
    tabs.expect(LOST)
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, away)
    code = items(away)[0].scan_code
    numbers = [await sell(page, code) for _ in range(3)]
    ((session,),) = away.rows("SELECT till_session_id FROM till_session")

    await company.replace(away)
    held: list[Route] = []
    await page.context.route("**/kept", lambda route: held.append(route))
    await away.start()
    await page.goto("about:blank")
    await pair(page, away)
    status = page.get_by_test_id("status")
    await expect(status).to_contain_text(
        "3 receipts are being given back to the store box", timeout=PATIENCE_MS
    )
    await page.context.unroute("**/kept")
    for route in held:
        await route.continue_()

    bodies = await arrived(company, "event_recovered", 3)
    wrapped = [decode(EventRecovered, body) for body in bodies]
    assert {fact.source for fact in wrapped} == {"workstation"}
    assert [number for (number,) in away.rows("SELECT receipt_number FROM sale ORDER BY seq")] == (
        numbers
    )
    await expect(status).not_to_contain_text("given back", timeout=PATIENCE_MS)

    await sign_in(page)
    await page.get_by_role("button", name="Open business day").click()
    await expect(page.get_by_role("heading", name="Go on with the till")).to_be_visible()
    await expect(page.get_by_label("Cash in the drawer")).to_be_focused()
    await by_hand(page, format_minor(12_345), enter=True)
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    await sell(page, code)
    (body,) = await arrived(company, "till_session_carried", 1)
    fact = decode(TillSessionCarried, body)
    assert (fact.carried_id.bytes, fact.counted_cash_minor) == (session, 12_345)


OTHERS = (
    "UPDATE journal SET hash = zeroblob(32) WHERE kind = 'retail_transaction'",
    "UPDATE journal_head SET acknowledged_through = seq",
)


async def test_a_receipt_in_whose_place_the_box_has_another_event_is_given_back(
    tabs: Tabs, shop: Box
) -> None:
    """A copy of it gave that one: that its number is acknowledged says nothing of it."""
    page = await open_till_page(tabs, shop)
    await sell(page, items(shop)[0].scan_code)
    database = sqlite3.connect(shop.folder / "store.sqlite3", timeout=PATIENCE_S)
    with contextlib.closing(database) as db:
        for changed in OTHERS:
            db.execute(changed)
        db.commit()
    async with asyncio.timeout(PATIENCE_S):
        while not shop.rows("SELECT 1 FROM recovered"):
            await page.wait_for_event("response")


async def test_what_nobody_knows_yet_whose_it_is_is_offered_again_though_the_box_says_nothing_new(
    tabs: Tabs, shop: Box
) -> None:
    """It stayed with the till: the box took none of it, and its state was the same ever after."""
    page, given = await open_till_page(tabs, shop), list[str]()

    async def later(route: Route) -> None:
        given.append(route.request.method)
        if len(given) > 1:
            await route.continue_()
        else:
            await route.fulfill(json={"outcomes": [{"outcome": "later", "reason": None}]})

    await page.context.route("**/kept", later)
    await sell(page, items(shop)[0].scan_code)
    with contextlib.closing(
        sqlite3.connect(shop.folder / "store.sqlite3", timeout=PATIENCE_S)
    ) as db:
        for changed in OTHERS:
            db.execute(changed)
        db.commit()
    async with asyncio.timeout(PATIENCE_S):
        while not shop.rows("SELECT 1 FROM recovered"):
            await page.wait_for_event("response")
    assert given == ["POST", "POST"]


SOUGHT = (
    "INSERT INTO sought SELECT epoch_number, epoch_fingerprint, seq, hash FROM journal"
    " WHERE kind = 'retail_transaction'",
    "INSERT INTO missing_range SELECT epoch_number, epoch_fingerprint, 1, seq FROM journal"
    " WHERE kind = 'retail_transaction'",
)


@pytest.mark.parametrize("sought", SOUGHT, ids=["one event", "all of a range"])
async def test_what_head_office_seeks_is_given_back_though_it_was_acknowledged(
    tabs: Tabs, shop: Box, sought: str
) -> None:
    tabs.expect(LOST)
    page = await open_till_page(tabs, shop)
    await sell(page, items(shop)[0].scan_code)
    await shop.kill()
    with contextlib.closing(sqlite3.connect(shop.folder / "store.sqlite3")) as db:
        db.execute("UPDATE journal_head SET acknowledged_through = seq, acknowledged_hash = hash")
        db.execute(sought)
        db.commit()
    await shop.start()
    async with asyncio.timeout(PATIENCE_S):
        while not shop.rows("SELECT 1 FROM recovered"):
            await page.wait_for_event("response")
