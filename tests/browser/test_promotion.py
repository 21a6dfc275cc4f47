"""A promotion at head office in a browser: written with the keyboard alone, worked out while it is
typed, approved, by somebody else where two are wanted, in sight of what was published meanwhile;
wide and on a telephone, light and dark, with nothing that axe finds."""

import os
import re
from dataclasses import replace
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from central.db.engine import unit_of_work
from central.domain.access import UserRole
from central.server.serving import now_ms
from central.usecases.people.add_user import add_user
from central.usecases.promotion.draft import draft_promotion, say_by_two
from central.usecases.promotion.set import PromotionChanges, set_promotion
from sync.protocol.promotions.kinds import BY_CODE
from tests.browser.chain import PASSWORD, Company
from tests.browser.dialog_look import AXE
from tests.browser.test_board import fits
from tests.browser.test_items import press_to, sign_in
from tests.browser.watched import NARROW, Tabs

SIZES = pytest.mark.parametrize("size", [(1280, 800), NARROW], ids=["wide", "narrow"])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
Scheme = Literal["light", "dark"]
BEA = "bea@example.com"
THREE = PromotionChanges(
    "3 for 20.00", "several_for", {"of": "BAK-011", "pieces": "3", "price": "20.00"}
)
CHEAPER = PromotionChanges(arguments={"price": "18.00"})
LONGER = PromotionChanges(until="2030-12-24T18:00+00:00", hours="mon-fri 17:00-19:00")

PICTURES = os.environ.get("PROMOTION_PICTURES")


async def looked_at(page: Page, name: str) -> None:
    assert await fits(page)
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run().then(found => found.violations.map(one => one.id))")
    assert found == []
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


@SCHEMES
@SIZES
async def test_a_promotion_is_written_worked_out_and_approved_by_keyboard(
    tabs: Tabs, company: Company, size: tuple[int, int], scheme: Scheme
) -> None:
    page = await tabs.open(size=size)
    await page.emulate_media(color_scheme=scheme)
    await sign_in(page, company)
    await page.goto(f"{company.office.url}/promotion?kind=several_for")
    name = f"{size[0]}-{scheme}"
    for label, typed in (
        ("Id", f"B{size[0]}{scheme}"),
        ("Name", "3 for 20.00"),
        ("Of what", "BAK-011"),
        ("Pieces together", "3"),
        ("Price", "20.00"),
    ):
        await press_to(page, label)
        await page.keyboard.type(typed)
    await expect(page.locator("#example")).to_contain_text("3 × 7.90 = 23.70 → 20.00")
    await looked_at(page, f"form-{name}")
    await press_to(page, "Keep as a draft")
    await page.keyboard.press("Enter")
    await expect(page.locator("#state")).to_have_text("draft")
    await press_to(page, "Approve and publish")
    await page.keyboard.press("Enter")
    await expect(page.locator("#state")).to_have_text("in force")
    await looked_at(page, f"approved-{name}")
    await page.goto(f"{company.office.url}/promotions")
    await looked_at(page, f"list-{name}")


@SIZES
async def test_the_form_of_every_kind_fits_and_is_worked_out_or_says_what_it_lacks(
    tabs: Tabs, company: Company, size: tuple[int, int]
) -> None:
    page = await tabs.open(size=size)
    await sign_in(page, company)
    for kind in BY_CODE:
        await page.goto(f"{company.office.url}/promotion?kind={kind}")
        await expect(page.locator("#draft")).to_be_visible()
        await looked_at(page, f"kind-{kind}-{size[0]}")


@SCHEMES
@SIZES
async def test_a_form_that_is_refused_keeps_what_was_typed_and_leads_to_its_field(
    tabs: Tabs, company: Company, size: tuple[int, int], scheme: Scheme
) -> None:
    page = await tabs.open(size=size)
    tabs.expect("status of 400")
    await page.emulate_media(color_scheme=scheme)
    await sign_in(page, company)
    await page.goto(f"{company.office.url}/promotion?kind=buy_get")
    typed = {
        "Id": "TWO",
        "Name": "Two, the third free",
        "Who buys of": "BAK-011",
        "Pieces to buy": "2",
        "Gets of": "BAK-011",
        "Pieces cheaper": "one",
        "Hours": "mon-fri 17:00-19:00",
    }
    for label, words in typed.items():
        await page.get_by_label(label, exact=True).fill(words)
    await page.get_by_label("Stands alone").check()
    await page.get_by_role("button", name="Keep as a draft").click()
    wrong = page.get_by_label("Pieces cheaper", exact=True)
    await expect(wrong).to_be_focused()
    await expect(page.locator("#about-argument-get_pieces")).to_have_text("it must be a number.")
    await expect(page.get_by_role("alert")).to_contain_text("Pieces cheaper: it must be a number.")
    for label, words in typed.items():
        await expect(page.get_by_label(label, exact=True)).to_have_value(words)
    await expect(page.get_by_label("Stands alone")).to_be_checked()
    await looked_at(page, f"refused-{size[0]}-{scheme}")
    await wrong.fill("1")
    await page.get_by_role("button", name="Keep as a draft").click()
    await expect(page.locator("#state")).to_have_text("draft")
    await expect(page.locator("#example")).to_contain_text("3 × 7.90 = 23.70 → 15.80")


@SCHEMES
@SIZES
async def test_somebody_else_approves_in_sight_of_what_was_published_since_it_was_drafted(
    tabs: Tabs, company: Company, size: tuple[int, int], scheme: Scheme
) -> None:
    about = (company.company_id, "BUN3")
    async with unit_of_work(company.office.engine) as db:
        await add_user(db, company.company_id, BEA, "Bea", PASSWORD, UserRole.ADMINISTER)
        await set_promotion(db, *about, THREE, now_ms())
        await say_by_two(db, company.company_id, two=True)
        await draft_promotion(db, *about, LONGER, company.email, now_ms())
        await set_promotion(db, *about, CHEAPER, now_ms())
    drafted = await tabs.open(size=size)
    await drafted.emulate_media(color_scheme=scheme)
    await sign_in(drafted, company)
    await drafted.goto(f"{company.office.url}/promotion?id=BUN3")
    await expect(drafted.get_by_text("somebody else has to approve it")).to_be_visible()
    await expect(drafted.get_by_role("button", name="Approve")).to_have_count(0)
    page = await tabs.open(size=size)
    await page.emulate_media(color_scheme=scheme)
    await sign_in(page, replace(company, email=BEA))
    await page.goto(f"{company.office.url}/promotions")
    await looked_at(page, f"waits-{size[0]}-{scheme}")
    await page.locator("#drafts").get_by_role("link", name="3 for 20.00").click()
    row = page.locator("#since tbody tr")
    await expect(row).to_have_text(re.compile(r"Price\s*20\.00\s*18\.00\s*20\.00"))
    changed = page.locator("#changes tbody tr")
    await expect(changed).to_contain_text(["Price", "Until", "Hours"])
    await looked_at(page, f"behind-{size[0]}-{scheme}")
    await drafted.get_by_role("button", name="Take it into the draft").click()
    await expect(drafted.get_by_role("status").first).to_contain_text("has what was published")
    tabs.expect("status of 409")
    await page.get_by_role("button", name="Approve the draft in its place").click()
    await expect(page.get_by_role("alert")).to_contain_text("somebody changed it")
    await looked_at(page, f"changed-{size[0]}-{scheme}")
    await page.get_by_role("button", name="Approve and publish").click()
    await expect(page.locator("#state")).to_have_text("in force")
    await expect(page.get_by_label("Price", exact=True)).to_have_value("18.00")
