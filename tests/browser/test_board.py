"""The board in a browser: by link to the stores, from a day to one receipt, and by itself anew."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from central.archive.postgres import PostgresArchive
from central.db.engine import unit_of_work
from central.db.tables import Store, table
from central.domain.access import UserRole
from central.server.serving import now_ms
from central.usecases.company.add import add_company
from central.usecases.people.add_user import add_user
from central.usecases.people.sign_in_link import create_sign_in_link, link_address
from sync.protocol.facts import RetailTransaction
from sync.protocol.identity import CompanyId
from sync.protocol.money import format_minor
from tests.browser.chain import PASSWORD, Office
from tests.browser.watched import NARROW, Tabs
from tests.head_office import apply_all, deliver, open_stream
from tests.shop_journal import DAY, Shop
from tests.shop_sales import tally

REFRESH_MS = 5_000
NUMBERS = count(1)


@dataclass
class Chain:
    """A company of this test's own with one store that traded and closed its day."""

    office: Office
    company_id: CompanyId
    name: str
    email: str
    shop: Shop

    async def arrive(self) -> None:
        archive = PostgresArchive(self.office.engine)
        await deliver(archive, self.shop)
        await apply_all(archive)

    async def link(self) -> str:
        async with unit_of_work(self.office.engine) as db:
            token = await create_sign_in_link(db, self.company_id, self.email, now_ms())
        return link_address(self.office.url, token)

    @property
    def total(self) -> str:
        """What the store says."""
        said = tally(self.shop.facts, DAY).totals()
        return format_minor(said.gross_minor - said.refunds_minor)


@pytest_asyncio.fixture(loop_scope="session")
async def chain(office: Office) -> AsyncIterator[Chain]:
    number = next(NUMBERS)
    name, email = f"Board {number}", f"board{number}@example.com"
    shop = Shop(number)
    async with unit_of_work(office.engine) as db:
        company_id = await add_company(db, name, "SGD")
        await add_user(db, company_id, email, "Ann Lee", PASSWORD, UserRole.ADMINISTER)
        store = {"company_id": company_id, "store_id": shop.store_id, "code": shop.code}
        said = {"name": "Orchard", "price_zone": "", "zone": "Asia/Singapore", "settings": b""}
        await db.execute(table(Store).insert(), {**store, **said, "last_epoch_number": 1})
    await open_stream(PostgresArchive(office.engine), office.engine, shop)
    shop.open()
    shop.trade(30)
    shop.close()
    made = Chain(office, company_id, name, email, shop)
    await made.arrive()
    yield made


async def sign_in(page: Page, chain: Chain) -> None:
    await page.goto(await chain.link())
    await page.get_by_role("button", name=f"Sign in as {chain.email}").click()
    await expect(page.get_by_role("heading", name="Board")).to_be_visible()


async def fits(page: Page) -> bool:
    """Nothing sticks out to the right: what is wider scrolls within its own frame."""
    script = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    return bool(await page.evaluate(script))


@pytest.mark.parametrize("size", [(1280, 800), NARROW], ids=["wide", "narrow"])
async def test_a_controller_goes_from_a_link_to_one_receipt(
    tabs: Tabs, chain: Chain, size: tuple[int, int]
) -> None:
    page = await tabs.open(size=size)
    link = await chain.link()
    await page.goto(link)
    button = page.get_by_role("button", name=f"Sign in as {chain.email}")
    await expect(button).to_be_focused()
    assert "link=" not in page.url
    assert await chain.office.rows("SELECT 1 FROM sign_in_link WHERE email = $1", chain.email)
    assert await fits(page)
    await button.press("Enter")
    row = page.locator(f"#store-{chain.shop.code}")
    await expect(row).to_contain_text("proven")
    await expect(row.locator('[data-label="Store says"]')).to_have_text(chain.total)
    await expect(row.locator('[data-label="Difference"]')).to_have_text("0.00")
    assert await fits(page)
    await row.get_by_role("link", name=chain.shop.code).click()
    total = page.locator("#figures-table tr", has_text="Total").first.get_by_role("link")
    await expect(total).to_have_text(chain.total)
    assert await fits(page)
    await total.click()
    await expect(page.locator("#row-sum")).to_have_text(chain.total)
    assert await fits(page)
    sale = sales_of(chain)[0]
    await page.get_by_role("link", name=sale.receipt_number).click()
    await expect(page.locator("#verdict")).to_contain_text("equal")
    await expect(page.locator("#lines-table")).to_contain_text(sale.lines[0].description)
    assert await fits(page)
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Password")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_a_used_link_says_so_and_a_pasted_one_is_taken_at_once(
    tabs: Tabs, chain: Chain
) -> None:
    tabs.expect("status of 401")
    page = await tabs.open(f"{chain.office.url}/sign-in")
    link = await chain.link()
    await page.goto(link)
    button = page.get_by_role("button", name=f"Sign in as {chain.email}")
    await button.click()
    await expect(page.get_by_role("heading", name="Board")).to_be_visible()
    other = await tabs.open(link)
    await other.get_by_role("button", name=f"Sign in as {chain.email}").click()
    await expect(other.get_by_role("alert")).to_contain_text("used already")


async def test_the_board_is_whole_without_scripts(chromium: Browser, chain: Chain) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    try:
        page = await context.new_page()
        await page.goto(f"{chain.office.url}/?date={DAY}")
        await page.get_by_label("Company").fill(chain.name)
        await page.get_by_label("E-mail").fill(chain.email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").last.click()
        await expect(page).to_have_url(f"{chain.office.url}/?date={DAY}")
        await expect(page.locator(f"#store-{chain.shop.code}")).to_contain_text(chain.total)
        await page.get_by_label("Business date").fill("2026-03-03")
        await page.get_by_role("button", name="Show").click()
        await expect(page.locator(f"#store-{chain.shop.code}")).to_contain_text("not known")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_label("Password")).to_be_visible()
    finally:
        await context.close()


def asked(tabs: Tabs, chain: Chain) -> int:
    """How often the board was asked for."""
    return sum(url == f"{chain.office.url}/" for url in tabs.requests)


async def test_the_board_keeps_itself_up_to_date_while_somebody_looks(
    tabs: Tabs, chain: Chain
) -> None:
    tabs.expect("status of 401")
    page = await tabs.open()
    await page.clock.install()
    await sign_in(page, chain)
    code = chain.shop.code
    await page.locator(f"#to-{code}").focus()
    sale = sales_of(chain)[0]
    async with unit_of_work(chain.office.engine) as db:
        raw = (await db.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.execute(
            "UPDATE sale_line SET amount_minor = amount_minor + 1"
            " WHERE store_id = $1 AND sale_id = $2 AND line_no = 1",
            chain.shop.store_id,
            UUID(bytes=sale.sale_id.bytes),
        )
    await page.clock.fast_forward(REFRESH_MS + 1)
    row = page.locator(f"#store-{code}")
    await expect(row.locator('[data-label="Difference"]')).to_have_text("0.01")
    await expect(row).to_contain_text(f"receipt {sale.receipt_number}")
    await expect(page.get_by_role("status")).to_have_text(
        "1 of 1 day differs, by 0.01. 1 store: 0 proven, 1 differs."
    )
    await expect(page.locator(f"#to-{code}")).to_be_focused()
    before = asked(tabs, chain)
    await page.evaluate(
        "Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})"
    )
    await page.clock.fast_forward(10 * REFRESH_MS)
    await expect(row).to_be_visible()
    assert asked(tabs, chain) == before
    await say_when_nobody_answers(tabs, page)
    await chain.office.rows("DELETE FROM board_session WHERE email = $1", chain.email)
    await page.clock.fast_forward(REFRESH_MS + 1)
    await expect(page.get_by_label("Password")).to_be_visible()


async def say_when_nobody_answers(tabs: Tabs, page: Page) -> None:
    """The figures stay, with a sentence beside them until head office answers again."""
    tabs.expect("Failed to load resource|Failed to fetch|htmx")
    await page.evaluate("Object.defineProperty(document, 'hidden', {get: () => false})")
    await page.route("**/", lambda route: route.abort("connectionrefused"), times=1)
    await page.clock.fast_forward(REFRESH_MS + 1)
    await expect(page.get_by_text("Head office does not answer")).to_be_visible()
    await expect(page.locator("#cells")).to_be_visible()
    await page.clock.fast_forward(REFRESH_MS + 1)
    await expect(page.get_by_text("Head office does not answer")).to_be_hidden()


def sales_of(chain: Chain) -> list[RetailTransaction]:
    return [
        one for one in chain.shop.facts if isinstance(one, RetailTransaction) and not one.training
    ]
