"""The till page in a real browser on a real store server: nothing is lost, nothing is sold twice,
and the cashier is told plainly how things stand.
"""

import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import Request, Route, expect

from edge.db.connection.errors import DiskRefused
from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.till_page import (
    LOST,
    REFUSED,
    by_hand,
    items,
    kill_at_the_next_sale,
    open_till_page,
    pay_exactly,
    receipt_number,
    sales,
    scan,
    sees_total,
)
from tests.browser.till_shared import problem_of
from tests.browser.watched import Tabs


async def test_a_reload_keeps_the_basket_and_says_what_it_found(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    first, second, *_ = items(shop)
    await scan(page, f"3*{first.scan_code}")
    await scan(page, second.scan_code)
    total = 3 * first.price_minor + second.price_minor
    await sees_total(page, total)
    await page.reload()
    said = f"Found again: a basket of 2 lines, {format_minor(total)}."
    await expect(page.get_by_test_id("found")).to_have_text(said)
    await sees_total(page, total)
    await pay_exactly(page)
    number = await receipt_number(page)
    await page.reload()
    await expect(page.get_by_test_id("found")).to_have_text(
        f"Found again: receipt {number}, finished."
    )
    assert sales(shop) == [(number, total)]
    await page.get_by_role("button", name="New sale").click()
    await sees_total(page, 0)


async def test_a_double_click_on_the_last_button_is_one_sale(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await pay_exactly(page, clicks=2)
    number = await receipt_number(page)
    assert [sale[0] for sale in sales(shop)] == [number]


async def test_enter_struck_twice_on_the_cash_given_is_one_sale(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.keyboard.press("F2")
    await expect(page.get_by_label("Cash given")).to_be_focused()
    await by_hand(page, format_minor(item.price_minor + 1_000), enter=True)
    await page.keyboard.press("Enter")
    await receipt_number(page)
    await expect(page.get_by_test_id("change")).to_contain_text("10.0")
    assert len(sales(shop)) == 1


@pytest.mark.parametrize("written", [True, False], ids=["written", "not arrived"])
async def test_a_box_killed_between_pay_and_answer_finishes_the_sale_once(
    tabs: Tabs, shop: Box, written: bool
) -> None:
    tabs.expect(LOST)
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await kill_at_the_next_sale(page, shop, written=written)
    await pay_exactly(page)
    await expect(page.get_by_role("heading", name="Finishing the sale")).to_be_visible()
    await expect(page.get_by_test_id("status")).to_contain_text("The store box does not answer.")
    assert len(sales(shop)) == int(written)
    await shop.start()
    number = await receipt_number(page)
    assert sales(shop) == [(number, item.price_minor)]


async def test_the_page_and_an_unsent_sale_are_there_while_the_box_is_down(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(LOST)
    page = await open_till_page(tabs, shop)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await kill_at_the_next_sale(page, shop, written=False)
    await pay_exactly(page)
    await expect(page.get_by_role("button", name="Give this sale up")).to_be_visible()
    await page.reload()
    await expect(page.get_by_test_id("found")).to_have_text(
        f"Found again: a sale of {format_minor(item.price_minor)} that was sent but not answered; "
        "asking the store box …"
    )
    await shop.start()
    number = await receipt_number(page)
    assert sales(shop) == [(number, item.price_minor)]


async def test_it_says_that_the_box_is_away_and_when_it_is_back(tabs: Tabs, shop: Box) -> None:
    tabs.expect(LOST)
    page = await open_till_page(tabs, shop)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    status = page.get_by_test_id("status")
    await expect(status).to_contain_text("head office", ignore_case=True)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await shop.kill()
    await scan(page, item.scan_code)
    await expect(status).to_have_text(
        "The store box does not answer. The basket is safe here; trying again."
    )
    waiting = page.get_by_test_id("scans")
    await expect(waiting).to_contain_text("Waits: the store box does not answer.")
    await page.reload()
    said = f"Found again: a basket of 1 line, {format_minor(item.price_minor)}."
    await expect(page.get_by_test_id("found")).to_have_text(said)
    await sees_total(page, item.price_minor)
    await expect(waiting).to_contain_text(item.scan_code)
    await shop.start()
    await expect(status).to_contain_text("head office", ignore_case=True)
    await sees_total(page, 2 * item.price_minor)
    await expect(waiting).to_have_count(0)


async def test_a_sale_that_is_given_up_can_never_be_sold_and_its_basket_is_back(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(LOST)
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    tried: list[Request] = []
    page.context.on("request", lambda each: tried.append(each) if "/sales" in each.url else None)
    await kill_at_the_next_sale(page, shop, written=False)
    await pay_exactly(page)
    await page.get_by_role("button", name="Give this sale up").click()
    await expect(page.get_by_role("heading", name="Giving the sale up")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Giving the sale up")).to_be_visible()
    await shop.start()
    await expect(page.get_by_test_id("notice")).to_contain_text("nothing was sold")
    await sees_total(page, item.price_minor)
    assert sales(shop) == []
    assert shop.rows("SELECT count(*) FROM abandoned_id") == [(1,)]
    late = await page.context.request.post(
        f"{shop.url}/sales",
        data=tried[0].post_data_buffer,
        headers={
            "Content-Type": "application/json",
            "Authorization": tried[0].headers["authorization"],
            "Holdfast-Session": tried[0].headers["holdfast-session"],
        },
    )
    assert (late.status, sales(shop)) == (409, [])


async def test_a_sale_given_up_after_it_was_finished_shows_its_receipt(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(LOST)
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await kill_at_the_next_sale(page, shop, written=True)
    await pay_exactly(page)
    await page.get_by_role("button", name="Give this sale up").click()
    await shop.start()
    number = await receipt_number(page)
    assert sales(shop) == [(number, item.price_minor)]


async def test_a_refused_sale_says_why_and_gives_the_basket_back(tabs: Tabs, shop: Box) -> None:
    """The price changes after the customer saw it: the store refuses the total."""
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)

    async def change_price(route: Route) -> None:
        with closing(sqlite3.connect(shop.folder / "store.sqlite3")) as db:
            changed = "UPDATE price SET unit_price_minor = unit_price_minor + 100 WHERE item_id = ?"
            db.execute(changed, (item.item_id,))
            db.commit()
        await route.continue_()

    await page.context.route("**/sales", change_price, times=1)
    await pay_exactly(page)
    await expect(page.get_by_test_id("problem")).to_contain_text("total")
    assert sales(shop) == []
    await sees_total(page, item.price_minor + 100)
    await page.get_by_role("button", name="Take back").click()
    await page.get_by_role("button", name="Exact").click()
    number = await receipt_number(page)
    assert sales(shop) == [(number, item.price_minor + 100)]


async def test_a_box_that_cannot_now_is_asked_again_with_the_same_sale(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    sent: list[str | None] = []

    async def full(route: Route) -> None:
        sent.append(route.request.post_data)
        await route.fulfill(status=507, json=refused)

    async def free(route: Route) -> None:
        sent.append(route.request.post_data)
        await route.continue_()

    refused = problem_of(DiskRefused(full=True, cause="database or disk is full"), 507)
    await page.context.route("**/sales", full)
    await pay_exactly(page)
    await expect(page.get_by_test_id("problem")).to_contain_text("Free some space")
    await page.context.route("**/sales", free)
    await page.get_by_role("button", name="Try again").click()
    number = await receipt_number(page)
    assert sales(shop) == [(number, item.price_minor)]
    assert len(sent) > 1 == len(set(sent))
