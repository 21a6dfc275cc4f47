"""Goods go to a shop without a line: head office wishes them, one shop sends them, the other takes
in what came by the number on the paper, and nobody waits for anybody. Once all have spoken, the
three of them say the same, and what did not come is settled with a reason. Two boxes and a head
office, as processes."""

from playwright.async_api import Page, expect

from tests.browser.chain import NOBODY_LISTENS, Box, Company
from tests.browser.office_page import SIZES, fits, open_office, wrong_with
from tests.browser.test_sale_to_board import sign_in
from tests.browser.till_page import LOST, items
from tests.browser.watched import Tabs
from tests.integration.test_central_background import until

ON_HAND = "SELECT on_hand_milli FROM stock_level WHERE item_id = ?"


async def comes_to_say(page: Page, url: str, within: str, what: str) -> None:
    """The page is asked again until it does: nobody tells it what the others said."""

    async def says() -> bool:
        await page.goto(url)
        return what in await page.locator(within).inner_text()

    await until(says)


async def test_goods_go_to_a_store_that_is_offline_and_all_three_agree_in_the_end(
    tabs: Tabs, company: Company, both: tuple[Box, Box]
) -> None:
    tabs.expect(LOST)
    sender, receiver = both
    item = items(sender)[0]
    line = receiver.central_url
    here, there = (f"{box.url}/office/stock/transfers" for box in both)

    board = await tabs.open()
    await sign_in(board, company)
    transfers = f"{company.office.url}/transfers"
    await board.goto(transfers)
    await board.get_by_label("From store").select_option("S01")
    await board.get_by_label("To store").select_option("S02")
    await board.get_by_label("Goods").fill(f"{item.item_id} 12")
    await board.get_by_label("Reason").last.fill("they ran out")
    await board.get_by_role("button", name="Ask", exact=True).click()
    await expect(board.locator("#transfers")).to_contain_text("Wished")

    theirs = await open_office(tabs, receiver)
    await receiver.kill()
    receiver.move_central(NOBODY_LISTENS)
    await receiver.start()

    page = await open_office(tabs, sender)
    await comes_to_say(page, here, "#tasks-table", "Send it")
    await page.get_by_role("link", name="Send it").click()
    await expect(page.get_by_label("To which shop")).to_have_value("S02")
    sending = page.locator("form").filter(has_text="Goods leave for another shop")
    goods = sending.get_by_label("Goods: a line each")
    await expect(goods).to_have_value(f"{item.item_id} 12")
    await goods.fill(f"{item.item_id} 12, L-7, 2030-12-31")
    await page.get_by_role("button", name="Send", exact=True).click()
    sent = page.get_by_role("status").filter(has_text="S01-")
    await expect(sent).to_be_visible()
    [(number,)] = sender.rows("SELECT number FROM transfer")
    assert await wrong_with(page) == {}
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert await fits(page), width
    await comes_to_say(board, transfers, "#transfers", "On its way")

    await theirs.goto(there)
    await expect(theirs.locator("#coming-table")).not_to_contain_text(number)
    taking = theirs.locator("form").filter(has_text="Goods came from another shop")
    await taking.get_by_label("Number as it stands").fill(number)
    await taking.get_by_label("From which shop").fill("S01")
    await taking.get_by_label("Goods: a line each").fill(f"{item.scan_code} 10")
    await taking.get_by_label("Reason").fill("two packets were torn")
    await taking.get_by_role("button", name="Receive").click()
    await expect(theirs.get_by_role("status").filter(has_text=number)).to_be_visible()
    assert receiver.rows(ON_HAND, item.item_id) == [(10_000,)]
    await comes_to_say(theirs, there, "#known-table", "not heard yet that it was sent")

    await receiver.kill()
    receiver.move_central(line)
    await receiver.start()
    await comes_to_say(board, transfers, "#transfers", "Differs")
    await comes_to_say(page, here, "#known-table", "Differs")
    await comes_to_say(theirs, there, "#known-table", "Differs")
    await comes_to_say(theirs, there, "#coming-table", "not there 2: lot L-7 2030-12-31")
    await theirs.get_by_role("link", name="Receive it").click()
    taking = theirs.locator("form").filter(has_text="Goods came from another shop")
    rest = f"{item.item_id} 2, L-7, 2030-12-31"
    await expect(taking.get_by_label("Goods: a line each")).to_have_value(rest)

    await (
        page.locator("#known-table tr")
        .filter(has_text="Differs")
        .get_by_role("link", name="Show")
        .first.click()
    )
    await page.get_by_label("Why not all of it came").fill("torn on the way, thrown away")
    await page.get_by_role("button", name="Settle").click()
    await comes_to_say(page, here, "#known-table", "Settled, though it differs")
    await comes_to_say(board, transfers, "#transfers", "Settled, though it differs")
    await comes_to_say(theirs, there, "#known-table", "torn on the way")
    assert receiver.rows(ON_HAND, item.item_id) == [(10_000,)]
