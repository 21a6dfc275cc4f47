"""Discounts, promotions and coupons at the till page: by keyboard, above the limit with somebody
else's PIN on the same screen, and what the customer saves never leaves the bar."""

import sqlite3
from contextlib import closing

import msgspec
from playwright.async_api import Page, expect

from edge.box.folder import database_of
from edge.db.promotions import take_promotions
from sync.protocol.codec import decode_fact, encode
from sync.protocol.facts import RetailTransaction
from sync.protocol.identity import PromotionId
from sync.protocol.money import format_minor
from sync.protocol.promotions.conditions import Condition
from sync.protocol.promotions.once import once_number, picture_of
from sync.protocol.promotions.percent_off import PERCENT_OFF, PercentOff
from sync.protocol.promotions.several_for import SEVERAL_FOR, SeveralFor
from sync.protocol.promotions.shape import Pick
from sync.protocol.reference import PublishedPromotion
from tests.browser.chain import Box
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
    take_a_breath,
)
from tests.browser.watched import NARROW, Tabs
from tests.pins import PIN


def publish(box: Box, *rows: PublishedPromotion) -> None:
    with closing(sqlite3.connect(database_of(box.folder))) as db, db:
        take_promotions(db, list(enumerate(rows, start=1)))


def half_by_coupon(item: Sold) -> PublishedPromotion:
    asked = encode(PercentOff(Pick(items=(item.item_id,)), 5_000))
    condition = Condition(coupons=("SAVE50",))
    return PublishedPromotion(PromotionId("half"), "Half", PERCENT_OFF.code, asked, condition)


def three_for(item: Sold, minor: int) -> PublishedPromotion:
    asked = encode(SeveralFor(Pick(items=(item.item_id,)), 3, minor))
    return PublishedPromotion(PromotionId("three"), "3 for 1.00", SEVERAL_FOR.code, asked)


def last_sale(box: Box) -> RetailTransaction:
    statement = (
        "SELECT kind, kind_version, body FROM journal WHERE kind = 'retail_transaction'"
        " ORDER BY seq DESC LIMIT 1"
    )
    fact = decode_fact(*box.rows(statement)[0])
    assert isinstance(fact, RetailTransaction)
    return fact


async def take_off(page: Page, much: str, reason: str = "Damaged") -> None:
    """By F3, of the chosen line."""
    await page.keyboard.press("F3")
    await expect(page.get_by_label("Percent or amount")).to_be_focused()
    await by_hand(page, much)
    await page.get_by_role("button", name=reason).click()
    await page.get_by_role("button", name="Take it off").click()


async def test_a_discount_above_the_limit_is_allowed_on_the_same_screen(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)
    await page.get_by_role("button", name="change cashier").click()
    await sign_in(page, CASHIER)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await take_off(page, "50%")
    off = (item.price_minor + 1) // 2
    await sees_total(page, item.price_minor - off)
    await expect(page.get_by_text(f"saved {format_minor(off)}")).to_be_visible()
    await pay_exactly(page)
    asked = page.get_by_role("dialog")
    await expect(asked).to_contain_text("Somebody else has to allow this")
    await asked.get_by_role("button", name=MANAGER).click()
    await by_hand(page, PIN, enter=True)
    await receipt_number(page)
    fact = last_sale(shop)
    (modifier,) = fact.lines[0].modifiers
    assert (modifier.kind, modifier.amount_minor, modifier.reason) == ("discount", -off, "Damaged")
    assert len(fact.overrides) == 1
    assert fact.operator_id != fact.overrides[0].operator_id


async def test_whom_nobody_allows_it_has_the_basket_back(tabs: Tabs, shop: Box) -> None:
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)
    await page.get_by_role("button", name="change cashier").click()
    await sign_in(page, CASHIER)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await take_off(page, "50%")
    await sees_total(page, item.price_minor // 2)
    await pay_exactly(page)
    await page.get_by_role("button", name="Do not do it").click()
    await expect(page.get_by_test_id("problem")).to_contain_text("limit")
    await sees_total(page, item.price_minor // 2)
    assert shop.rows("SELECT count(*) FROM sale") == [(0,)]
    await take_a_breath(page)
    await expect(page.get_by_test_id("problem")).to_contain_text("limit")


async def test_the_page_says_what_almost_applies_and_a_coupon_is_scanned_like_goods(
    tabs: Tabs, shop: Box
) -> None:
    item, other = items(shop)[:2]
    publish(shop, three_for(item, 100), half_by_coupon(other))
    page = await open_till_page(tabs, shop, NARROW)
    await scan(page, item.scan_code)
    await scan(page, item.scan_code)
    await expect(page.get_by_text("One more for 3 for 1.00")).to_be_visible()
    await scan(page, item.scan_code)
    await sees_total(page, 100)
    await scan(page, "SAVE50")
    await expect(page.get_by_text("nothing for it in the basket yet")).to_be_visible()
    await scan(page, other.scan_code)
    await sees_total(page, 100 + other.price_minor // 2)
    await page.get_by_role("button", name="Take away: Coupon SAVE50").click()
    await sees_total(page, 100 + other.price_minor)
    await pay_exactly(page)
    await receipt_number(page)
    assert last_sale(shop).total_minor == 100 + other.price_minor


async def test_a_coupon_scanned_first_waits_for_its_goods_and_one_that_is_good_once_says_why_not(
    tabs: Tabs, shop: Box
) -> None:
    """Head office has given it to nobody, and is not asked for more than it has."""
    item = items(shop)[0]
    once = half_by_coupon(item)
    asked = Condition(coupons=("SAVE50", picture_of(7)))
    publish(shop, msgspec.structs.replace(once, condition=asked))
    page = await open_till_page(tabs, shop)
    await scan(page, once_number(7, 1))
    problem = page.get_by_test_id("problem")
    await expect(problem).to_contain_text("It is good once")
    await expect(page.get_by_role("button", name="Take away: Coupon")).to_have_count(0)
    await scan(page, "SAVE50")
    await expect(page.get_by_text("nothing for it in the basket yet")).to_be_visible()
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor // 2)
    await pay_exactly(page)
    await receipt_number(page)
    assert last_sale(shop).lines[0].modifiers[0].coupon == "SAVE50"


async def test_what_is_no_discount_is_refused_with_what_to_type(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    await scan(page, items(shop)[0].scan_code)
    await sees_total(page, items(shop)[0].price_minor)
    for much, said in (("101%", "That is no discount"), ("5%", "needs a reason")):
        await page.keyboard.press("F3")
        await page.get_by_label("Percent or amount").fill(much)
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("problem")).to_contain_text(said)
        await page.keyboard.press("Escape")
