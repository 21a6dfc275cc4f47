"""The words of the till page: each in English and in Chinese, chosen by whoever is at the till."""

import re
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.chain import Box
from tests.browser.test_till_modules import run
from tests.browser.till_page import CASHIER, by_hand, items, open_till_page, scan, sign_in
from tests.browser.watched import Tabs

TILL = Path(__file__).parents[2] / "edge" / "web" / "till"
NO_WORDS = re.compile(r"^\([^)]*\) =>|\$\{[^}]*\}")
LETTER = re.compile(r"[A-Za-z]")
SAME_IN_BOTH = {"PIN"}
"""What Chinese writes in the same letters."""
WALK = """(it) => {
  const found = [];
  const walk = (words, path) => {
    for (const [name, each] of Object.entries(words)) {
      const at = `${path}.${name}`;
      if (!Array.isArray(each)) { walk(each, at); continue; }
      found.push({ at, both: each.map((one) => ({
        kind: typeof one,
        takes: typeof one === "function" ? one.length : 0,
        fields: typeof one === "object" ? Object.keys(one) : [],
        text: typeof one === "string" ? one : typeof one === "function" ? String(one)
          : JSON.stringify(one),
      })) });
    }
  };
  it.CATALOGUES.forEach((catalogue, at) => walk(catalogue, String(at)));
  return found;
}"""


def catalogues() -> list[str]:
    return sorted(path.name for path in TILL.glob("words*.js"))


async def pairs(page: Page) -> list[dict[str, Any]]:
    """Every pair of words, with what each of the two is."""
    loads = ", ".join(
        f"await import(address.replace('language.js', '{name}'))" for name in catalogues()
    )
    found: list[dict[str, Any]] = await run(page, "language.js", f"([{loads}], ({WALK})(it))")
    return found


async def test_every_string_has_its_chinese(tabs: Tabs, shop: Box) -> None:
    page = await tabs.open(shop.url)
    found = await pairs(page)
    assert len(found) > 300
    for each in found:
        assert len(each["both"]) == 2, each["at"]
        english, chinese = each["both"]
        for what in ("kind", "takes", "fields"):
            assert english[what] == chinese[what], (each["at"], what)
        said = NO_WORDS.sub("", chinese["text"])
        is_chinese = any("一" <= letter <= "鿿" for letter in said)
        assert is_chinese or LETTER.search(said) is None or said in SAME_IN_BOTH, each["at"]


async def test_what_a_catalogue_gives_is_in_both_languages(tabs: Tabs, shop: Box) -> None:
    """A string that stands beside the pairs would be English for ever."""
    page = await tabs.open(shop.url)
    for name in catalogues():
        plain = (
            "Object.entries(it).filter(([, each]) => typeof each !== 'function' &&"
            " !Object.values(Object.getOwnPropertyDescriptors(each)).every(({ get }) => get))"
            ".map(([name]) => name)"
        )
        assert await run(page, name, plain) == [], name


async def test_a_cashier_chooses_chinese_and_another_keeps_english(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    await scan(page, items(shop)[0].scan_code)
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("list", name="购物篮")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    await page.reload()
    await expect(page.get_by_test_id("found")).to_contain_text("已找回")
    await page.get_by_role("button", name="更换收银员").click()
    await page.locator("main").get_by_role("button", name=CASHIER).click()
    await page.get_by_role("button", name="其他人").click()
    await sign_in(page, CASHIER)
    await expect(page.get_by_role("list", name="Basket")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "en")


async def test_what_the_box_says_is_said_in_the_page_s_language(tabs: Tabs, shop: Box) -> None:
    """Its refusals and how it stands with head office were English on a Chinese page."""
    page = await open_till_page(tabs, shop)
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="中文").click()
    await page.keyboard.press("Escape")
    await expect(page.locator(".status")).to_contain_text("销售照常")
    tabs.expect("status of 404")
    await page.keyboard.press("F7")
    await by_hand(page, "S01-W1-E1-999999", enter=True)
    await expect(page.get_by_test_id("problem")).to_contain_text("无法执行")
    await expect(page.get_by_test_id("problem")).to_contain_text("请核对号码")


async def test_a_till_at_which_nobody_is_speaks_what_was_chosen_there(
    tabs: Tabs, shop: Box
) -> None:
    page = await tabs.open(shop.url)
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("heading", name="配对此收银台")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="配对此收银台")).to_be_visible()
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="Pair this till")).to_be_visible()
