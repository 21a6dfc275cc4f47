"""Head office's people in a browser: an operator with a starting PIN, a user invited, one-time
codes set up and asked for; accessible, and no wider than a telephone."""

import re
from typing import Any, Literal

import pyotp
import pytest
from playwright.async_api import Page, expect

from tests.browser.chain import Company
from tests.browser.dialog_look import AXE
from tests.browser.test_board import fits
from tests.browser.test_items import sign_in
from tests.browser.watched import NARROW, Tabs

PAGES = ("/people", "/people/O01", "/people/acts", "/users", "/audit", "/account")


@pytest.mark.parametrize("size", [(1280, 800), NARROW], ids=["wide", "narrow"])
async def test_somebody_is_let_work_and_somebody_is_let_in(
    tabs: Tabs, company: Company, size: tuple[int, int]
) -> None:
    page = await tabs.open(size=size)
    await sign_in(page, company)
    await page.get_by_role("link", name="People", exact=True).click()
    await page.get_by_label("Id", exact=False).first.fill("O77")
    await page.get_by_label("Name").fill("Zoë 王 with a name longer than a telephone is wide")
    await page.get_by_role("button", name="Add").click()
    await expect(page.get_by_role("status")).to_contain_text(re.compile(r"\d{6}"))
    assert await fits(page)
    await page.get_by_role("link", name="Users of head office").click()
    await page.get_by_label("E-mail").fill("bob@example.com")
    await page.get_by_label("Name").fill("Bob")
    await page.get_by_role("button", name="Add, and make the link").click()
    await expect(page.get_by_role("status")).to_contain_text("/sign-in#link=")
    assert await fits(page)
    await page.get_by_role("link", name="Audit").click()
    await expect(page.locator("#audit tbody tr").first).to_contain_text("user added")
    assert await fits(page)


async def test_one_time_codes_are_set_up_from_the_picture_and_asked_for(
    tabs: Tabs, company: Company
) -> None:
    page = await tabs.open()
    await sign_in(page, company)
    await page.get_by_role("link", name=company.email).click()
    await page.get_by_role("button", name="Set up").click()
    picture = page.get_by_role("img", name="QR code of the secret")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("one => one.naturalWidth > 100")
    secret = await page.locator("#codes code.id").inner_text()
    await page.get_by_label("Code").fill(code_of(secret))
    await page.get_by_role("button", name="Turn on").click()
    await expect(page.locator(".secrets li")).to_have_count(10)
    recovery = await page.locator(".secrets li").first.inner_text()
    await page.get_by_role("button", name="Sign out", exact=True).first.click()
    await page.goto(await company.sign_in_link())
    await page.get_by_role("button", name="Sign in as").click()
    await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    await page.get_by_label("Code").fill(recovery)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Board")).to_be_visible()


def code_of(secret: str) -> str:
    """The app's, now."""
    return pyotp.TOTP(secret).now()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_pages_of_people_are_accessible(
    tabs: Tabs, company: Company, scheme: Literal["light", "dark"]
) -> None:
    page = await tabs.open(scheme=scheme)
    await company.add_store("S01")
    await sign_in(page, company)
    found: dict[str, Any] = {}
    for path in PAGES:
        await look(page, f"{company.office.url}{path}", found)
    assert found == {}


async def look(page: Page, address: str, found: dict[str, Any]) -> None:
    await page.goto(address)
    await page.evaluate(AXE.read_text())
    told = await page.evaluate("axe.run({ resultTypes: ['violations'] })")
    for each in told["violations"]:
        found[f"{address}: {each['id']}"] = [node["html"] for node in each["nodes"]]
