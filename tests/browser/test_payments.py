"""Exceptions of an acquirer's file, decided on in a browser with the keyboard alone."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.chain import Company
from tests.browser.dialog_look import AXE
from tests.browser.test_board import fits
from tests.browser.test_items import BUTTONS, SMALL, press_to, sign_in
from tests.browser.watched import NARROW, Tabs
from tests.integration.test_central_cli import central

ROWS = 30


@pytest.mark.parametrize("size", [(1280, 800), NARROW], ids=["wide", "narrow"])
async def test_an_exception_is_accepted_with_a_reason_by_keyboard(
    tabs: Tabs, company: Company, tmp_path: Path, size: tuple[int, int]
) -> None:
    rows = [f"2026-11-{1 + n % 28:02d} 1{n % 10}:05;REF-{n:05d};{n}.{n:02d}" for n in range(ROWS)]
    path = tmp_path / f"November {size[0]}.csv"
    path.write_text("\n".join(["Date;Reference;Amount", *rows]))
    await company.add_store("S01")
    url = company.office.engine.url.render_as_string(hide_password=False)
    said = ("import", "payments", str(path), "--source", "An acquirer with a long name")
    brought = await central(*said, "--company", company.name, url=url.replace("+asyncpg", ""))
    assert f"{ROWS} exceptions need a decision" in brought.shown
    page = await tabs.open(size=size)
    await sign_in(page, company)
    await page.get_by_role("link", name="Payments").click()
    await expect(page.locator("#summary")).to_contain_text("exceptions need a decision")
    assert await fits(page)
    await page.get_by_role("link", name=path.name).press("Enter")
    await expect(page.locator("#exceptions tbody tr")).to_have_count(ROWS)
    assert await fits(page)
    assert await page.eval_on_selector_all(BUTTONS, SMALL) == []
    await page.evaluate(AXE.read_text())
    told = await page.evaluate("axe.run({ resultTypes: ['violations'] })")
    assert [(one["id"], one["nodes"][0]["html"]) for one in told["violations"]] == []
    await press_to(page, "Why")
    await page.keyboard.type("The acquirer's own fee")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#summary")).to_contain_text(f"{ROWS - 1} exceptions")
    await expect(page.locator("#exceptions")).to_contain_text("The acquirer's own fee")
