"""The frame of the selling page: one line is chosen and has its tools, keys do what the table says,
a sign is a key only where it is no text."""

from playwright.async_api import Locator, Page, expect

from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.test_discounts import publish, three_for
from tests.browser.test_till_modules import run
from tests.browser.till_page import (
    Sold,
    by_hand,
    by_hand_in_one_go,
    items,
    open_till_page,
    receipt_number,
    sales,
    scan,
    sees_total,
)
from tests.browser.watched import NARROW, Tabs


def line_of(page: Page, item: Sold) -> Locator:
    return (
        page.get_by_role("list", name="Basket").get_by_role("listitem").filter(has_text=item.name)
    )


async def is_chosen(page: Page, item: Sold) -> None:
    """Its tools are open, and nobody else's."""
    await expect(line_of(page, item).get_by_role("group", name="Tools for")).to_be_visible()
    await expect(page.get_by_role("group", name="Tools for")).to_have_count(1)


async def basket_of_three(tabs: Tabs, shop: Box) -> tuple[Page, list[Sold]]:
    page = await open_till_page(tabs, shop)
    three = items(shop)[:3]
    for item in three:
        await scan(page, item.scan_code)
    await sees_total(page, sum(item.price_minor for item in three))
    return page, three


async def test_the_line_that_was_touched_last_is_chosen_and_arrows_move_on(
    tabs: Tabs, shop: Box
) -> None:
    page, (first, second, third) = await basket_of_three(tabs, shop)
    await is_chosen(page, third)
    await page.keyboard.press("ArrowUp")
    await is_chosen(page, second)
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await is_chosen(page, first)
    await scan(page, third.scan_code)
    await is_chosen(page, third)
    await line_of(page, second).click()
    await is_chosen(page, second)
    await expect(page.get_by_label("Scan or search")).to_be_focused()


async def test_keys_change_the_chosen_line_and_take_it_out(tabs: Tabs, shop: Box) -> None:
    page, (first, second, third) = await basket_of_three(tabs, shop)
    rest = first.price_minor + second.price_minor
    await by_hand(page, "++")
    await sees_total(page, rest + 3 * third.price_minor)
    await by_hand(page, "-")
    await sees_total(page, rest + 2 * third.price_minor)
    await by_hand(page, "*")
    await expect(page.get_by_role("textbox", name="Quantity")).to_be_focused()
    await by_hand(page, "1.5", enter=True)
    await expect(page.get_by_test_id("problem")).to_contain_text("sold whole")
    await page.get_by_role("textbox", name="Quantity").fill("")
    await by_hand(page, "7", enter=True)
    await sees_total(page, rest + 7 * third.price_minor)
    await page.keyboard.press("Delete")
    await sees_total(page, rest)
    await is_chosen(page, second)


async def test_tools_are_reached_by_touch_on_a_telephone(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop, NARROW)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await page.get_by_role("button", name=f"One more {item.name}").click()
    await sees_total(page, 2 * item.price_minor)
    await page.get_by_role("button", name=f"Quantity 2, {item.name}").click()
    await page.get_by_role("textbox", name="Quantity").fill("5")
    await page.get_by_role("button", name="Take it").click()
    await sees_total(page, 5 * item.price_minor)
    await page.get_by_role("button", name=f"Remove {item.name}").click()
    await expect(page.get_by_text("Nothing in it yet")).to_be_visible()


async def test_a_sign_within_a_text_or_a_scan_is_no_key(tabs: Tabs, shop: Box) -> None:
    """Codes of health goods begin with a plus; a name may hold any sign."""
    page, (first, second, third) = await basket_of_three(tabs, shop)
    total = first.price_minor + second.price_minor + third.price_minor
    field = page.get_by_label("Scan or search")
    await by_hand_in_one_go(page, "+65")
    await expect(field).to_have_value("+65")
    await page.keyboard.press("Escape")
    await by_hand_in_one_go(page, "a+?")
    await expect(field).to_have_value("a+?")
    await page.keyboard.press("Escape")
    await scan(page, "+A99912345")
    await expect(page.get_by_test_id("scans")).to_contain_text("+A99912345")
    await expect(field).to_have_value("")
    await sees_total(page, total)
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_all_keys_are_shown_by_one_and_pressed_there(tabs: Tabs, shop: Box) -> None:
    page, three = await basket_of_three(tabs, shop)
    await by_hand(page, "?")
    shown = page.get_by_role("dialog", name="All keys")
    await expect(shown).to_contain_text("F2")
    await shown.get_by_role("button", name="Exact cash").click()
    number = await receipt_number(page)
    assert sales(shop) == [(number, sum(item.price_minor for item in three))]
    await by_hand(page, "?")
    await expect(shown.get_by_role("button", name="New sale")).to_be_enabled()
    await page.keyboard.press("Escape")
    await page.keyboard.press("F2")
    await expect(page.get_by_text("Nothing in it yet")).to_be_visible()


async def test_no_key_means_two_things_on_one_screen(tabs: Tabs, shop: Box) -> None:
    page = await tabs.open(shop.url)
    table = await run(page, "keys_table.js", "it.KEYS.map(({ key, on }) => ({ key, on }))")
    for place in ("selling", "paying", "sold", None):
        here = [row["key"] for row in table if not row["on"] or place in row["on"]]
        assert len(here) == len(set(here)), place
    assert len(table) > 10


async def test_the_bar_counts_pieces_and_shows_what_promotions_save(tabs: Tabs, shop: Box) -> None:
    item = items(shop)[0]
    publish(shop, three_for(item, 100))
    page = await open_till_page(tabs, shop)
    await scan(page, f"3*{item.scan_code}")
    await sees_total(page, 100)
    saved = 3 * item.price_minor - 100
    await expect(page.locator(".sums")).to_contain_text(f"3 items · saved {format_minor(saved)}")
    await expect(line_of(page, item)).to_contain_text("3 for 1.00")
    await expect(line_of(page, item)).to_contain_text(format_minor(-saved))
