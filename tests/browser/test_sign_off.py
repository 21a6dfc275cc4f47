"""A red day in a browser, by keyboard alone: to the one receipt that differs, put right with a
reason, signed off by another person, and open again when a late sale comes."""

import json
from dataclasses import dataclass

from msgspec.structs import replace
from playwright.async_api import Locator, Page, expect

from central.archive.postgres import PostgresArchive
from central.db.engine import unit_of_work
from central.domain.access import UserRole
from central.projections.line_up import KEY_CHARACTERS_MAX
from central.server.serving import now_ms
from central.usecases.journal.correct_event import EventPlace, release_event
from central.usecases.people.add_user import add_user
from central.usecases.people.sign_in_link import create_sign_in_link, link_address
from sync.protocol.facts import BusinessDayClosed, RetailTransaction
from sync.protocol.identity import ReceiptNumber
from sync.protocol.money import format_minor
from tests.browser.chain import PASSWORD
from tests.browser.dialog_look import AXE
from tests.browser.test_board import Chain, chain, fits
from tests.browser.watched import NARROW, Tabs
from tests.head_office import apply_all, deliver
from tests.shop_journal import ANNA, DAY, Shop

__all__ = ["chain"]


@dataclass
class Red:
    """A day on which a sale is missing: it came under a number that no receipt can have, and
    somebody let it go."""

    chain: Chain
    shop: Shop
    meant: RetailTransaction

    async def arrive(self) -> None:
        archive = PostgresArchive(self.chain.office.engine)
        await deliver(archive, self.shop)
        await apply_all(archive)


async def made_red(chain: Chain) -> Red:
    shop = chain.shop
    meant = shop.sale()
    red = Red(chain, shop, meant)
    endless = ReceiptNumber(meant.receipt_number.ljust(KEY_CHARACTERS_MAX + 1, "0"))
    shop.append(replace(meant, receipt_number=endless))
    seq = len(shop.events)
    shop.append(BusinessDayClosed(DAY, ANNA, shop.manifest()))
    await red.arrive()
    async with unit_of_work(chain.office.engine) as db:
        place = EventPlace(shop.store_id, shop.epoch, seq)
        why = ("it looked like a second copy", "carla@example.com", now_ms())
        await release_event(db, chain.company_id, place, *why)
    return red


async def enter(page: Page, chain: Chain, email: str) -> None:
    async with unit_of_work(chain.office.engine) as db:
        token = await create_sign_in_link(db, chain.company_id, email, now_ms())
    await page.goto(link_address(chain.office.url, token))
    await follow(page, page.get_by_role("button", name=f"Sign in as {email}"))
    await expect(page.get_by_role("heading", name="Board")).to_be_visible()


async def follow(page: Page, there: Locator) -> None:
    """By keyboard: what is not reached by it fails here."""
    await there.focus()
    await expect(there).to_be_focused()
    await page.keyboard.press("Enter")


async def looks_well(page: Page) -> None:
    """Accessible, and nothing sticks out, on a desk and on a telephone."""
    wide = page.viewport_size
    assert wide is not None
    for width, height in ((wide["width"], wide["height"]), NARROW):
        await page.set_viewport_size({"width": width, "height": height})
        assert await fits(page), (page.url, width)
        await page.evaluate(AXE.read_text())
        told = await page.evaluate("axe.run({ resultTypes: ['violations'] })")
        found = [(one["id"], node["target"]) for one in told["violations"] for node in one["nodes"]]
        assert found == [], (page.url, width)
    await page.set_viewport_size(wide)


async def walk_to_the_difference(page: Page, red: Red) -> None:
    """From the board's red cell to the receipt that the store recorded and head office lacks."""
    code = red.shop.code
    by = f"-{format_minor(sum(line.amount_minor for line in red.meant.lines))}"
    cell = page.locator(f"#at-{code}-{DAY}")
    await expect(cell).to_contain_text(f"differs {by}")
    await expect(page.locator("#summary")).to_contain_text(f"1 of 1 day differs, by {by}")
    await looks_well(page)
    await follow(page, cell)
    differing = page.locator("#differing li")
    await expect(differing).to_have_count(1)
    await expect(differing).to_contain_text("head office counts no such receipt")
    await looks_well(page)
    await follow(page, differing.get_by_role("link", name="What the store recorded"))
    await expect(page.locator("#lines-table")).to_contain_text(red.meant.lines[0].description)
    await expect(page.locator("#batch")).to_contain_text(str(red.shop.epoch))
    await looks_well(page)


async def put_right(page: Page, red: Red) -> None:
    await follow(page, page.locator("#looked-at").get_by_role("link"))
    await expect(page.locator("#decided")).to_contain_text("carla@example.com")
    await looks_well(page)
    body = page.locator('textarea[name="body"]')
    text = json.loads(await body.input_value())
    await body.fill(json.dumps(text | {"receipt_number": red.meant.receipt_number}))
    await page.locator('#repair input[name="reason"]').fill("the paper roll says so")
    await page.keyboard.press("Enter")
    await expect(page.locator("#decided")).to_contain_text("the paper roll says so")


async def test_a_red_day_is_put_right_and_signed_by_another_person_and_a_late_sale_reopens_it(
    tabs: Tabs, chain: Chain
) -> None:
    tabs.expect("status of 403")
    red = await made_red(chain)
    day = f"{chain.office.url}/stores/{red.shop.code}/{DAY}"
    ann = await tabs.open()
    await enter(ann, chain, chain.email)
    await walk_to_the_difference(ann, red)
    await put_right(ann, red)
    await ann.goto(day)
    await expect(ann.locator("#verdict")).to_contain_text("proven")
    await follow(ann, ann.get_by_role("button", name="Sign off"))
    await expect(ann.get_by_role("alert")).to_contain_text("Ask another person who may sign off")
    await looks_well(ann)
    other = f"ben-{chain.email}"
    async with unit_of_work(chain.office.engine) as db:
        may = UserRole.SIGN_OFF
        await add_user(db, chain.company_id, other, "Ben Ong", PASSWORD, may)
    ben = await tabs.open()
    await enter(ben, chain, other)
    await follow(ben, ben.locator(f"#at-{red.shop.code}-{DAY}"))
    await follow(ben, ben.get_by_role("button", name="Sign off"))
    await expect(ben.locator("#verdict")).to_contain_text("signed")
    await expect(ben.locator("#signings")).to_contain_text(f"{other} signed")
    await looks_well(ben)
    late = red.shop.sale()
    red.shop.append(late)
    await red.arrive()
    await ben.goto(chain.office.url)
    said = f"+1 receipt, +{format_minor(sum(line.amount_minor for line in late.lines))}"
    cell = ben.locator(f"#at-{red.shop.code}-{DAY}")
    await expect(cell).to_contain_text(f"reopened {said}")
    await looks_well(ben)
    await follow(ben, cell)
    await expect(ben.locator("#correction")).to_contain_text(f"Reopened: {said} since")
    await expect(ben.locator("#late")).to_contain_text(late.receipt_number)
    await looks_well(ben)
    await follow(ben, ben.get_by_role("link", name="in sequence"))
    await expect(ben.locator("#sequence-table")).to_contain_text(late.receipt_number)
    await looks_well(ben)
