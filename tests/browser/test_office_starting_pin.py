"""A manager gives somebody a PIN to begin with on the People page, by keyboard, at every size."""

import re
from typing import Literal

import pytest
from playwright.async_api import expect

from tests.browser.chain import Box
from tests.browser.office_page import SIZES, fits, open_office, wrong_with
from tests.browser.watched import Tabs

SIX = re.compile(r"^[0-9]{6}$")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_pin_to_begin_with_is_given_by_keyboard(
    tabs: Tabs, shop: Box, scheme: Literal["light", "dark"]
) -> None:
    page = await open_office(tabs, shop, scheme)
    await page.goto(f"{shop.url}/office/people")
    giving = page.get_by_text("Give a PIN to begin with").first
    await giving.focus()
    await page.keyboard.press("Enter")
    form = page.locator("details[open] form")
    await expect(form.get_by_label("PIN to begin with")).to_have_value(SIX)
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert await fits(page), width
    assert await wrong_with(page) == {}
    await form.get_by_label("Reason").fill("forgot it")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("signs in with it")
