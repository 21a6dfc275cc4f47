"""The till page by keyboard and hand: settled elsewhere, split, words, tabs, pairing, the count."""

from playwright.async_api import Page, Route, expect

from edge.domain.till import NoOpenTill
from sync.protocol.identity import WorkstationId
from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.till_page import (
    FLOAT_MINOR,
    LOST,
    REFUSED,
    by_hand,
    items,
    kill_at_the_next_sale,
    open_shop,
    open_till_page,
    pair,
    pay_exactly,
    receipt_number,
    sales,
    scan,
    sees_total,
    sign_in,
    without_quote,
)
from tests.browser.till_shared import problem_of
from tests.browser.watched import NARROW, Tabs

OFFLINE = r"net::ERR_INTERNET_DISCONNECTED"
ANOTHER_STORE = "0199ffff-0000-7000-8000-000000000001"


async def test_a_page_whose_till_was_settled_elsewhere_asks_to_open_it(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)

    async def settled(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(json={**await answer.json(), "till_session": None})

    await page.context.route("**/till", settled)
    refused = problem_of(NoOpenTill(WorkstationId("W1")), 409)
    await page.context.route("**/scans", without_quote)
    await page.context.route("**/quotes", lambda route: route.fulfill(status=409, json=refused))
    await scan(page, items(shop)[0].scan_code)
    await expect(page.get_by_role("heading", name="Open the till")).to_be_visible()


async def test_part_by_card_and_the_rest_in_cash_is_one_receipt(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await page.get_by_role("button", name="Pay").click()
    await page.get_by_role("button", name="Credit card").click()
    await page.get_by_label("Credit card amount").fill("1.00")
    await page.get_by_label("Credit card reference").fill("A1B2C3")
    await page.get_by_role("button", name="Take Credit card").click()
    await expect(page.get_by_role("list", name="Paid so far")).to_contain_text("A1B2C3")
    await page.reload()
    await expect(page.get_by_role("list", name="Paid so far")).to_contain_text("1.00")
    await page.get_by_role("button", name="Exact").click()
    await receipt_number(page)
    found = shop.rows("SELECT tender_id, amount_minor, reference FROM sale_tender ORDER BY kind")
    assert [row[0] for row in found] == ["card", "cash"]
    assert (found[0][1:], found[1][2]) == ((100, "A1B2C3"), None)


async def test_words_a_weight_and_a_customer_by_keyboard_alone(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop, NARROW)
    loose = items(shop, "kg")[0]
    await by_hand(page, loose.name.split()[0].lower())
    await expect(page.get_by_role("option").first).to_be_visible()
    names = await page.get_by_role("option").locator("span:first-child").all_inner_texts()
    for _ in range(names.index(loose.name) + 1):
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Weight in kg")).to_be_focused()
    await by_hand(page, "0.755", enter=True)
    await expect(page.get_by_role("list", name="Basket")).to_contain_text("0.755 kg")
    await page.keyboard.press("F4")
    await by_hand(page, "6599887766")
    await expect(page.get_by_text("Nobody is found by that")).to_be_visible()
    await page.get_by_role("button", name="New customer").press("Enter")
    await expect(page.get_by_label("Phone", exact=True)).to_have_value("6599887766")
    await by_hand(page, "Mei Tan", enter=True)
    await expect(page.get_by_test_id("customer")).to_contain_text("Mei Tan")
    await expect(page.get_by_test_id("customer")).to_contain_text("0 points")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("F2")
    await page.get_by_role("button", name="Exact").press("Enter")
    await receipt_number(page)
    named = "SELECT name FROM sale JOIN customer USING (customer_id)"
    assert shop.rows(named) == [("Mei Tan",)]
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert wide is False


async def test_one_tab_sells_and_the_other_takes_over_when_it_is_closed(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    other = await page.context.new_page()
    await other.goto(shop.url)
    await expect(other.get_by_role("heading", name="Another tab sells")).to_be_visible()
    await page.close()
    await sees_total(other, item.price_minor)


async def test_a_link_fills_the_form_and_is_gone_from_the_address(tabs: Tabs, shop: Box) -> None:
    page = await tabs.open()
    await page.goto(await shop.pairing_link("W7"))
    await expect(page.get_by_label("Workstation")).to_have_value("W7")
    assert page.url == f"{shop.url}/"
    await expect(page.get_by_label("Pairing code")).not_to_have_value("")
    await page.goto(await shop.pairing_link("W8"))
    await expect(page.get_by_label("Workstation")).to_have_value("W8")


async def test_a_wrong_code_says_what_to_do_and_a_lost_answer_needs_no_new_code(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(LOST)
    tabs.expect(REFUSED)
    page = await tabs.open(shop.url)
    await page.get_by_label("Workstation").fill("W8")
    await page.get_by_label("Pairing code").fill("AAA-AAA-AAA")
    await page.get_by_role("button", name="Pair").click()
    await expect(page.get_by_test_id("problem")).to_contain_text("edge pair")

    async def lose(route: Route) -> None:
        assert (await route.fetch()).status == 200
        await route.abort("connectionreset")

    await page.get_by_label("Pairing code").fill(await shop.pairing_code("W8"))
    await page.context.route("**/pair", lose, times=1)
    await page.get_by_role("button", name="Pair").click()
    await expect(page.get_by_test_id("problem")).to_contain_text("does not answer")
    await page.get_by_role("button", name="Pair").click()
    await expect(page.get_by_role("heading", name="Who is at the till?")).to_be_visible()


async def test_the_count_is_blind_and_the_day_closes(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await pay_exactly(page)
    await receipt_number(page)
    await page.get_by_role("button", name="New sale").click()
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Settle till").click()
    [(cash,)] = shop.rows("SELECT sum(amount_minor) FROM sale_tender")
    expected = format_minor(FLOAT_MINOR + cash)
    assert expected not in await page.inner_text("body")
    await page.get_by_label("Cash counted").fill(format_minor(FLOAT_MINOR + cash - 50))
    await page.get_by_role("button", name="Commit count").click()
    settled = page.get_by_role("dialog", name="Till settled")
    await expect(settled).to_contain_text(expected)
    await expect(settled).to_contain_text("Short")
    await expect(settled.get_by_test_id("over-short")).to_have_text("0.50")
    await settled.get_by_role("button", name="Done").click()
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Close business day").click()
    sure = page.get_by_role("dialog", name="Close the business day")
    await expect(sure).to_contain_text("It closes 1 receipt.")
    await sure.get_by_role("button", name="Close 2").click()
    await expect(page.get_by_role("heading", name="is closed")).to_be_visible()
    assert shop.rows("SELECT state FROM business_day") == [("closed",)]


async def test_the_highest_head_is_stated_and_the_envelope_is_kept(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await pay_exactly(page)
    number = await receipt_number(page)
    await page.get_by_role("button", name="New sale").click()
    async with page.expect_request("**/scans") as asked:
        await scan(page, item.scan_code)
    stated = (await asked.value).headers["holdfast-seen"]
    [(seq, digest)] = shop.rows("SELECT j.seq, hex(j.hash) FROM sale JOIN journal j USING (seq)")
    assert stated.split(":")[1:] == [str(seq), digest.lower(), number]
    kept = await page.evaluate(READ_RECEIPTS)
    assert [(each["receipt_number"], each["hash"]) for each in kept] == [(number, digest.lower())]
    assert all(each["envelope"] and each["signature"] for each in kept)


READ_RECEIPTS = """() => new Promise((resolve) => {
  indexedDB.open("holdfast-till").onsuccess = ({ target }) => {
    const all = target.result.transaction("receipts").objectStore("receipts").getAll();
    all.onsuccess = () => resolve(all.result);
  };
})"""

WITHOUT = """
delete Navigator.prototype.locks;
delete Navigator.prototype.serviceWorker;
delete Navigator.prototype.storage;
delete Crypto.prototype.randomUUID;
delete Crypto.prototype.subtle;
"""
"""What a browser lacks on plain HTTP over a shop's network."""


async def test_it_sells_without_what_plain_http_lacks_and_in_one_tab_only(
    tabs: Tabs, shop: Box
) -> None:
    page = await tabs.open()
    await page.context.add_init_script(WITHOUT)
    await pair(page, shop)
    assert await page.evaluate("[navigator.locks, crypto.subtle]") == [None, None]
    await open_shop(page)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    other = await page.context.new_page()
    await other.goto(shop.url)
    await expect(other.get_by_role("heading", name="Another tab sells")).to_be_visible()
    await pay_exactly(page)
    number = await receipt_number(page)
    assert sales(shop) == [(number, item.price_minor)]
    await page.close()
    assert await receipt_number(other) == number


async def lose_the_pairing(page: Page, box: Box, *, written: bool) -> None:
    """A sale is not answered, the box lives again, and another device is paired as W1 meanwhile."""
    item = items(box)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await kill_at_the_next_sale(page, box, written=written)
    await pay_exactly(page)
    await expect(page.get_by_test_id("status")).to_contain_text("The store box does not answer.")
    await page.context.set_offline(True)
    await box.start()
    asked = {"workstation_id": "W1", "code": await box.pairing_code("W1"), "token": "A" * 43}
    assert (await page.context.request.post(f"{box.url}/pair", data=asked)).status == 200
    await page.context.set_offline(False)
    await expect(page.get_by_role("heading", name="Pair this till")).to_be_visible()
    await expect(page.get_by_test_id("problem")).to_contain_text("Pair it again")


async def pair_again(page: Page, box: Box) -> None:
    await page.get_by_label("Workstation").fill("W1")
    await page.get_by_label("Pairing code").fill(await box.pairing_code("W1"))
    await page.get_by_role("button", name="Pair").click()


async def test_a_till_whose_pairing_ended_finishes_its_sale_after_pairing_again(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(LOST)
    tabs.expect(OFFLINE)
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)
    await lose_the_pairing(page, shop, written=True)
    await pair_again(page, shop)
    await sign_in(page)
    number = await receipt_number(page)
    assert [sale[0] for sale in sales(shop)] == [number]


async def test_what_was_begun_at_another_store_is_never_sold_at_this_one(
    tabs: Tabs, shop: Box
) -> None:
    """The same address, another store behind it."""
    tabs.expect(LOST)
    tabs.expect(OFFLINE)
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)

    async def elsewhere(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(json={**await answer.json(), "store_id": ANOTHER_STORE})

    await lose_the_pairing(page, shop, written=False)
    await page.context.route("**/till", elsewhere)
    await pair_again(page, shop)
    await expect(page.get_by_test_id("notice")).to_contain_text("set aside")
    await expect(page.get_by_role("heading", name="Who is at the till?")).to_be_visible()
    await sign_in(page)
    await sees_total(page, 0)
    assert sales(shop) == []
