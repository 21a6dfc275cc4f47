"""Cash at the till page without a sale: loan, pickup, paid in and out with their reason, alone or
by somebody else's word; and the drawer counted blind by notes and coins before it is settled."""

from playwright.async_api import Locator, Page, expect

from sync.protocol.codec import decode_fact
from sync.protocol.denominations import Pieces
from sync.protocol.facts import AnyFact, TillCounted, TillMoved, TillSessionSettled
from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.till_page import (
    CASHIER,
    FLOAT_MINOR,
    MANAGER,
    REFUSED,
    by_hand,
    items,
    open_till_page,
    pay_exactly,
    receipt_number,
    scan,
    sees_total,
    sign_in,
)
from tests.browser.watched import NARROW, Tabs
from tests.pins import PIN


def facts(box: Box) -> list[AnyFact]:
    """What happened to the till, without its sales."""
    statement = (
        "SELECT kind, kind_version, body FROM journal WHERE kind IN"
        " ('till_moved', 'till_counted', 'till_session_settled') ORDER BY seq"
    )
    return [decode_fact(*row) for row in box.rows(statement)]


def moved(box: Box) -> list[tuple[str, int, str, str]]:
    return [
        (fact.kind.value, fact.amount_minor, fact.reason, fact.other_side)
        for fact in facts(box)
        if isinstance(fact, TillMoved)
    ]


async def ask_cash(page: Page) -> Locator:
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Cash in or out").press("Enter")
    dialog = page.get_by_role("dialog", name="Cash in or out, without a sale")
    await expect(dialog.get_by_label("Amount")).to_be_focused()
    return dialog


async def test_a_loan_needs_amount_and_reason_and_goes_by_keyboard_alone(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop, NARROW)
    dialog = await ask_cash(page)
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_test_id("problem")).to_be_visible()
    await by_hand(page, "50.00", enter=True)
    await expect(dialog.get_by_test_id("problem")).to_contain_text("needs a reason")
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert wide is False
    await page.keyboard.press("Tab")
    await by_hand(page, "coins ran out", enter=True)
    await expect(page.get_by_test_id("notice")).to_contain_text("50.00 came from the safe")
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    dialog = await ask_cash(page)
    await dialog.get_by_role("button", name="Paid out").click()
    await dialog.get_by_label("Amount").fill("7.20")
    await dialog.get_by_role("button", name="Bought for the shop").click()
    await dialog.get_by_role("button", name="Put it down").click()
    await expect(page.get_by_test_id("notice")).to_contain_text("7.20 was paid out")
    assert moved(shop) == [
        ("loan", 5_000, "coins ran out", "safe"),
        ("paid_out", -720, "Bought for the shop", ""),
    ]


async def test_enter_on_what_is_chosen_goes_on_to_what_is_missing_and_then_does_it(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop)
    dialog = await ask_cash(page)
    pickup = dialog.get_by_role("button", name="Pickup, into the safe")
    await pickup.focus()
    await page.keyboard.press("Enter")
    await expect(pickup).to_have_attribute("aria-pressed", "true")
    await expect(pickup).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_label("Amount")).to_be_focused()
    await by_hand(page, "40")
    await dialog.get_by_role("button", name="Large notes").focus()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_label("Reason")).to_have_value("Large notes")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("notice")).to_contain_text("40.00 went from the drawer")
    assert moved(shop) == [("pickup", -4_000, "Large notes", "safe")]


async def test_a_loan_is_told_by_its_coins_and_what_is_paid_out_goes_to_the_safe(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop, NARROW)
    dialog = await ask_cash(page)
    await dialog.get_by_text("By notes and coins").click()
    faces = dialog.get_by_role("group", name="Notes and coins")
    await faces.get_by_label("10.00", exact=True).fill("2")
    await faces.get_by_label("0.50", exact=True).fill("3")
    await expect(dialog.get_by_test_id("counted-so-far")).to_have_text("21.50")
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert wide is False
    await dialog.get_by_role("button", name="Coins ran out").click()
    await dialog.get_by_role("button", name="Put it down").click()
    await expect(page.get_by_test_id("notice")).to_contain_text("21.50 came from the safe")
    dialog = await ask_cash(page)
    await expect(dialog.get_by_role("group", name="From or to")).to_have_count(0)
    await dialog.get_by_role("button", name="Paid out").click()
    await dialog.get_by_role("button", name="Safe", exact=True).click()
    await dialog.get_by_label("Amount").fill("5")
    await dialog.get_by_role("button", name="Bought for the shop").click()
    await dialog.get_by_role("button", name="Put it down").click()
    await expect(page.get_by_test_id("notice")).to_contain_text("5.00 was paid out")
    loan, paid = (fact for fact in facts(shop) if isinstance(fact, TillMoved))
    assert loan.pieces == (Pieces(1_000, 2), Pieces(50, 3))
    assert (loan.amount_minor, loan.other_side) == (2_150, "safe")
    assert (paid.amount_minor, paid.other_side, paid.pieces) == (-500, "safe", ())


async def test_who_may_not_move_cash_is_allowed_by_somebody_else_or_nothing_moves(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)
    await page.get_by_role("button", name="change cashier").click()
    await sign_in(page, CASHIER)
    for pin in (None, PIN):
        dialog = await ask_cash(page)
        await dialog.get_by_role("button", name="Pickup, into the safe").click()
        await dialog.get_by_label("Amount").fill("30")
        await dialog.get_by_role("button", name="Large notes").click()
        await dialog.get_by_role("button", name="Put it down").click()
        asked = page.get_by_role("dialog", name="Somebody else has to allow this")
        await expect(asked).to_contain_text("move cash of this amount")
        if pin is None:
            await asked.get_by_role("button", name="Do not do it").click()
            await expect(page.get_by_test_id("problem")).to_be_visible()
            assert moved(shop) == []
        else:
            await asked.get_by_role("button", name=MANAGER).click()
            await by_hand(page, pin, enter=True)
    await expect(page.get_by_test_id("notice")).to_contain_text("30.00 went from the drawer")
    assert moved(shop) == [("pickup", -3_000, "Large notes", "safe")]


async def test_the_drawer_is_counted_blind_by_notes_again_where_it_is_short_and_then_settled(
    tabs: Tabs, shop: Box
) -> None:
    page = await open_till_page(tabs, shop, NARROW)
    item = items(shop)[0]
    await scan(page, item.scan_code)
    await sees_total(page, item.price_minor)
    await pay_exactly(page)
    await receipt_number(page)
    await page.get_by_role("button", name="New sale").click()
    [(cash,)] = shop.rows("SELECT sum(amount_minor) FROM sale_tender")
    expected = FLOAT_MINOR + cash
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Settle till").click()
    await page.get_by_text("Count by notes and coins").click()
    assert format_minor(expected) not in await page.inner_text("body")
    faces = page.get_by_role("group", name="Notes and coins")
    await faces.get_by_label("100.00", exact=True).fill("a lot")
    await page.get_by_role("button", name="Commit count").click()
    await expect(page.get_by_test_id("problem")).to_contain_text("no number of notes")
    await faces.get_by_label("100.00", exact=True).fill("1")
    await expect(page.get_by_test_id("counted-so-far")).to_have_text("100.00")
    await page.get_by_role("button", name="Commit count").click()
    counted = page.get_by_role("dialog", name="The drawer is counted")
    await expect(counted).to_contain_text(format_minor(expected))
    await expect(counted.get_by_test_id("over-short")).to_have_text(format_minor(cash))
    await counted.get_by_role("button", name="Count again").click()
    for face in (200, 100, 50, 20, 10, 5):
        pieces, cash = divmod(cash, face)
        await faces.get_by_label(format_minor(face), exact=True).fill(str(pieces))
    await page.get_by_role("button", name="Commit count").click()
    await expect(counted.get_by_test_id("over-short")).to_have_text("0.00")
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert wide is False
    await counted.get_by_role("button", name="Settle with this count").click()
    settled = page.get_by_role("dialog", name="Till settled")
    await expect(settled.get_by_test_id("over-short")).to_have_text("0.00")
    await settled.get_by_role("button", name="Done").click()
    first, second, done = facts(shop)
    assert isinstance(first, TillCounted)
    assert isinstance(second, TillCounted)
    assert isinstance(done, TillSessionSettled)
    assert (first.counted_cash_minor, second.counted_cash_minor) == (FLOAT_MINOR, expected)
    assert (done.count_id, done.over_short_minor) == (second.count_id, 0)
