"""The drawer without a sale at the till page: by F9, with a reason, by whoever may; where nobody
allows it nothing is noted."""

from playwright.async_api import Locator, Page, expect

from sync.protocol.codec import decode_fact
from sync.protocol.facts import OperatorAct, OperatorActed
from tests.browser.chain import Box
from tests.browser.till_page import CASHIER, MANAGER, REFUSED, by_hand, open_till_page, sign_in
from tests.browser.watched import Tabs
from tests.pins import PIN


def openings(box: Box) -> list[tuple[str | None, bool]]:
    """Why the drawer was opened, and whether somebody else allowed it."""
    statement = (
        "SELECT kind, kind_version, body FROM journal WHERE kind = 'operator_acted' ORDER BY seq"
    )
    acts = [decode_fact(*row) for row in box.rows(statement)]
    return [
        (act.reason, act.by_operator_id is not None)
        for act in acts
        if isinstance(act, OperatorActed) and act.act == OperatorAct.NO_SALE
    ]


async def ask_drawer(page: Page) -> Locator:
    await page.keyboard.press("F9")
    dialog = page.get_by_role("dialog", name="Open the drawer without a sale")
    await expect(dialog.get_by_label("Reason")).to_be_focused()
    return dialog


async def test_a_drawer_is_opened_for_a_reason_by_keyboard_alone(tabs: Tabs, shop: Box) -> None:
    page = await open_till_page(tabs, shop)
    dialog = await ask_drawer(page)
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_test_id("problem")).to_contain_text("needs a reason")
    await by_hand(page, "float is short", enter=True)
    await expect(page.get_by_test_id("notice")).to_contain_text("Open the drawer")
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    assert openings(shop) == [("float is short", False)]


async def test_who_may_not_is_allowed_by_somebody_else_or_nothing_is_noted(
    tabs: Tabs, shop: Box
) -> None:
    tabs.expect(REFUSED)
    page = await open_till_page(tabs, shop)
    await page.get_by_role("button", name="change cashier").click()
    await sign_in(page, CASHIER)
    for pin in (None, PIN):
        dialog = await ask_drawer(page)
        await dialog.get_by_role("button", name="Change for a note").click()
        await dialog.get_by_role("button", name="Open the drawer").click()
        asked = page.get_by_role("dialog", name="Somebody else has to allow this")
        await expect(asked).to_contain_text("open the drawer without a sale")
        if pin is None:
            await asked.get_by_role("button", name="Do not do it").click()
            await expect(page.get_by_test_id("problem")).to_be_visible()
            assert openings(shop) == []
        else:
            await asked.get_by_role("button", name=MANAGER).click()
            await by_hand(page, pin, enter=True)
    await expect(page.get_by_test_id("notice")).to_contain_text("Open the drawer")
    assert openings(shop) == [("Change for a note", True)]
