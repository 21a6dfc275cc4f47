"""Price books and packs at the till page: whose price a customer of a group has, a pack by its
code, a quantity that is reached by typing it, a price by hand above the limit; what the basket says
of each, wide and on a telephone, light and dark, in both languages, and what the receipt does."""

import os
from uuid import UUID

from playwright.async_api import Page, expect

from central.db.engine import unit_of_work
from central.domain.price_book import Typed
from central.server.serving import now_ms
from central.usecases.customer.group import set_group
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.price_book.pack import set_pack
from central.usecases.price_book.prices import set_book_price
from central.usecases.price_book.set import BookChanges, set_book
from sync.protocol.identity import CustomerId
from sync.protocol.money import format_minor
from tests.browser.chain import Box, Company
from tests.browser.dialog_look import AXE
from tests.browser.test_board import fits
from tests.browser.test_discounts import last_sale
from tests.browser.test_price import set_price
from tests.browser.till_page import (
    CASHIER,
    MANAGER,
    REFUSED,
    Sold,
    by_hand,
    items,
    open_till_page,
    pay_exactly,
    receipt_number,
    scan,
    sees_total,
    sign_in,
)
from tests.browser.watched import NARROW, WIDE, Tabs
from tests.builders import ean13
from tests.integration.test_central_background import until
from tests.pins import PIN

PICTURES = os.environ.get("PRICE_BOOK_PICTURES")
SIX = ean13(888_000_000_901)
LESS, LESS_OF_TEN, SET = 50, 100, 50
FOUND = """axe.run().then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)))"""


async def publish_gold(company: Company, box: Box, bun: Sold, tea: Sold) -> str:
    """A book for gold with a price of a bun, one from ten on and one of six teas; a member's name
    once the box has all of it."""
    office = company.office
    ((customer, name),) = box.rows(
        "SELECT customer_id, name FROM customer WHERE name <> '' ORDER BY name LIMIT 1"
    )
    prices = (
        Typed(bun.item_id, format_minor(bun.price_minor - LESS)),
        Typed(bun.item_id, format_minor(bun.price_minor - LESS_OF_TEN), "10"),
        Typed(tea.item_id, format_minor(6 * tea.price_minor - LESS), pack=SIX),
    )
    about = company.company_id
    async with unit_of_work(office.engine) as db:
        await set_group(db, about, CustomerId(UUID(bytes=customer)), "gold")
        changes = BookChanges("Gold members", group="gold", since="always")
        await set_book(db, about, "GOLD", changes, now_ms())
        await set_pack(db, about, SIX, tea.item_id, "6", "Carton of six")
        for price in prices:
            await set_book_price(db, about, "GOLD", price, now_ms())
    await drain_publications(office.engine)

    async def is_there() -> bool:
        held = ("customer_group", "price_book", "pack", "book_price")
        return [box.rows(f"SELECT count(*) FROM {one}")[0][0] for one in held] == [1, 1, 1, 3]

    await until(is_there)
    return str(name)


async def looked_at(page: Page, name: str) -> None:
    """At every size, light and dark: nothing sticks out, and axe finds nothing."""
    for width, height in (WIDE, NARROW):
        await page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert await fits(page)
            await page.evaluate(AXE.read_text())
            if PICTURES:
                await page.screenshot(path=f"{PICTURES}/{name}-{width}-{scheme}.png")
            found = await page.evaluate(FOUND)
            assert found == [], (name, width, scheme)
    await page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    await page.emulate_media(color_scheme="light")


async def speak(page: Page, menu: str, language: str) -> None:
    await page.get_by_role("button", name=menu, exact=True).click()
    await page.get_by_role("button", name=language).click()
    await page.keyboard.press("Escape")


async def test_a_member_is_asked_the_books_prices_and_each_line_says_so(
    tabs: Tabs, company: Company, store_box: Box
) -> None:
    tabs.expect(REFUSED)
    bun, tea, other, *_ = items(store_box)
    name = await publish_gold(company, store_box, bun, tea)
    page = await open_till_page(tabs, store_box)
    await page.get_by_role("button", name="change cashier").click()
    await sign_in(page, CASHIER)
    await scan(page, bun.scan_code)
    await sees_total(page, bun.price_minor)
    await page.keyboard.press("F4")
    await by_hand(page, name)
    await page.get_by_role("button", name=name).click()
    await sees_total(page, bun.price_minor - LESS)
    books = page.locator(".lines .less.book")
    await expect(books).to_have_text(["Gold members"])
    await by_hand(page, "*")
    await expect(page.get_by_role("textbox", name="Quantity")).to_be_focused()
    await by_hand(page, "10", enter=True)
    buns = 10 * (bun.price_minor - LESS_OF_TEN)
    await sees_total(page, buns)
    await expect(books).to_have_text(["Gold members, from 10"])
    await scan(page, SIX)
    pack = 6 * tea.price_minor - LESS
    await sees_total(page, buns + pack)
    lines = page.get_by_role("list", name="Basket").get_by_role("listitem")
    await expect(lines.filter(has_text="Carton of six")).to_contain_text(format_minor(pack))
    await scan(page, other.scan_code)
    await sees_total(page, buns + pack + other.price_minor)
    await set_price(page, format_minor(SET))
    total = buns + pack + SET
    await sees_total(page, total)
    await looked_at(page, "basket")
    await speak(page, "Menu", "中文")
    await expect(books.first).to_have_text("Gold members，满 10 起")
    await looked_at(page, "basket-zh")
    await speak(page, "菜单", "English")
    await pay_exactly(page)
    await page.get_by_role("dialog").get_by_role("button", name=MANAGER).click()
    await by_hand(page, PIN, enter=True)
    await receipt_number(page)
    await looked_at(page, "receipt")
    paper = page.get_by_test_id("receipt")
    for said in ("Carton of six", format_minor(buns), format_minor(pack), "Wrong label"):
        await expect(paper).to_contain_text(said)
    fact = last_sale(store_box)
    assert [each.price_book for each in fact.lines] == ["GOLD", "GOLD", None]
    assert [each.amount_minor for each in fact.lines] == [buns, pack, SET]
    assert [each.quantity_milli for each in fact.lines] == [10_000, 6_000, 1_000]
    assert fact.overrides[0].operator_id != fact.operator_id
