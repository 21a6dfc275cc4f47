"""Head office goes back to its dump of the morning, and the box that had sent the day burnt: what
its till was told is acknowledged stands nowhere else any more. In real Chromium, by real processes,
from the page's own database, to the proven day."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest_asyncio
from playwright.async_api import Page, expect

from central.database.embedded import PostgresServer
from sync.protocol.money import format_minor
from tests.browser.chain import Box, Company, office_on
from tests.browser.test_box_put_back import COUNTED, day_page, sent, told
from tests.browser.test_burnt_box import sell
from tests.browser.test_day import ask_to_close
from tests.browser.test_till_modules import run
from tests.browser.till_page import (
    LOST,
    REFUSED,
    by_hand,
    items,
    open_till_page,
    pair,
    sign_in,
)
from tests.browser.watched import Tabs
from tests.central_fixtures import migrated_template
from tests.crash.forge import Forge
from tests.integration.test_central_background import until
from tests.patience import PATIENCE_MS
from tests.put_back import dump, take_back


@pytest_asyncio.fixture(loop_scope="session")
async def database(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """Of a head office of the test's own: its name."""
    name = f"browser_{uuid4().hex}"
    admin = await asyncpg.connect(postgres_server.dsn_for("postgres"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {migrated_template(postgres_server)}")
    yield name
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def counted(company: Company, receipts: int) -> None:
    async def all_counted() -> bool:
        return await company.office.rows(COUNTED, company.company_id) == [(receipts, receipts)]

    await until(all_counted)


async def test_what_head_office_and_a_burnt_box_lost_a_till_gives_again_though_it_was_acknowledged(
    tabs: Tabs, forge: Forge, postgres_server: PostgresServer, database: str, tmp_path: Path
) -> None:
    for complaint in (LOST, REFUSED):
        tabs.expect(complaint)
    (tmp_path / "office").mkdir()
    url, dsn = postgres_server.url_for(database), postgres_server.dsn_for(database)
    async with office_on(url, tmp_path / "office", forge) as office:
        company = await office.company()
        box = await company.provision("S01", tmp_path / "S01")
        await box.start()
        page = await open_till_page(tabs, box)
        code = items(box)[0].scan_code
        numbers = [await sell(page, code)]
        await sent(box)
        await counted(company, 1)
        await asyncio.to_thread(dump, dsn, tmp_path / "morning")
        numbers += [await sell(page, code) for _ in range(2)]
        await sent(box)
        await counted(company, 3)
        await nothing_owed(page)
        await company.replace(box)
        await box.start()
        await page.goto("about:blank")
        await pair(page, box)
        await nothing_owed(page)
        assert box.rows("SELECT * FROM recovered") == []
        await box.kill()
    await asyncio.to_thread(take_back, dsn, tmp_path / "morning")
    async with office_on(url, tmp_path / "office", forge) as office:
        company.office = office
        box.move_central(office.url)
        await box.start()
        await counted(company, 3)
        assert [
            number for (number,) in box.rows("SELECT receipt_number FROM sale ORDER BY seq")
        ] == (numbers[1:])
        day = await close_the_day(page, box, code)
        await sent(box)
        await counted(company, 4)
        await settled(company, day, format_minor(4 * items(box)[0].price_minor))
        await box.kill()


async def nothing_owed(page: Page) -> None:
    """The till was told that head office has all that it keeps."""

    async def none() -> bool:
        return bool(await run(page, "store.js", "(await it.readOwed(null, 9)).length") == 0)

    await until(none)


async def close_the_day(page: Page, box: Box, code: str) -> str:
    """At the new box: what lies in the drawer is counted, one more is sold, all is settled."""
    await sign_in(page)
    await page.get_by_role("button", name="Open business day").click()
    await expect(page.get_by_role("heading", name="Go on with the till")).to_be_visible()
    held = 10_000 + 3 * items(box)[0].price_minor
    await by_hand(page, format_minor(held), enter=True)
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    await sell(page, code)
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Settle till").click()
    held += items(box)[0].price_minor
    await by_hand(page, format_minor(held), enter=True)
    await page.get_by_role("dialog", name="Till settled").get_by_role("button").click()
    await ask_to_close(page)
    sure = page.get_by_role("dialog", name="Close the business day")
    await sure.get_by_role("button", name="Close 2").click()
    await expect(page.get_by_role("heading", name="is closed")).to_be_visible(timeout=PATIENCE_MS)
    ((day,),) = box.rows("SELECT business_date FROM business_day")
    return str(day)


async def settled(company: Company, day: str, total: str) -> None:
    """The receipts are there; of what else the burnt box wrote nobody has anything: a person gives
    it up, and the day is proven."""
    epochs = (await told(company, "epochs", "S01")).shown
    first = re.search(r"1-[0-9a-f]{8}", epochs)
    assert first is not None, epochs
    why = ("--reason", "The box burnt")
    given_up = await told(company, "write-off", "S01", first[0], "--yes", *why)
    assert given_up.code == 0, given_up.shown
    listed = (await told(company, "alarm", "list")).shown
    for number in re.findall(r"^S01  (\S+)", listed, re.MULTILINE):
        cleared = await told(company, "alarm", "clear", "S01", number, *why)
        assert cleared.code == 0, cleared.shown

    async def proven() -> bool:
        shown = await day_page(company, day)
        return total in shown and "proven" in shown and "not proven" not in shown

    await until(proven)
