"""The one form for what somebody may not do alone, in the back office: a cashier fills it in, a
manager gives PIN and reason, and it is done, once; a wrong PIN does nothing and loses nothing of
what was typed, and after some of them there is a wait, for the right one too."""

from playwright.async_api import Locator, Page, expect

from sync.protocol.codec import decode_fact
from sync.protocol.facts import OperatorAct, OperatorActed
from tests.browser.chain import Box
from tests.browser.office_page import fits, wrong_with
from tests.browser.test_till_cash import moved
from tests.browser.till_page import CASHIER, MANAGER, REFUSED, open_till_page
from tests.browser.watched import NARROW, Tabs
from tests.pins import PIN

WRONG = "0007"
REASON = "The drawer is too full"
WORD = f"move cash of this amount: {REASON}"
"""As it is written down."""
SEND_AGAIN = """([address, body]) => fetch(address, {
  method: 'POST', body, redirect: 'manual',
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
}).then((answer) => answer.type)"""
"""As a browser does that sends a form a second time."""


def overrides(box: Box) -> list[str]:
    """What the log has of words that were given: why."""
    rows = box.rows("SELECT kind, kind_version, body FROM journal WHERE kind = 'operator_acted'")
    facts = [fact for row in rows if isinstance(fact := decode_fact(*row), OperatorActed)]
    return [one.reason for one in facts if one.act == OperatorAct.OVERRIDE_GIVEN]


async def cashiers_form(tabs: Tabs, shop: Box) -> tuple[Page, Locator]:
    """A cashier fills in a pickup at the till's page of the office, and may not do it alone."""
    tabs.expect(REFUSED)
    await open_till_page(tabs, shop)
    offer = await shop.ask("POST", "/pairing-codes", {"workstation_id": "M1", "kind": "office"})
    page = await tabs.open(f"{shop.url}/office/pair#pair=M1:{offer['code']}")
    await page.get_by_role("button", name="Let it in").click()
    await expect(page.get_by_label("Who")).to_be_focused()
    await page.keyboard.type(CASHIER)
    await page.get_by_label("PIN").fill(PIN)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    await page.goto(f"{shop.url}/office/tills")
    await page.locator("table a[href*='/office/tills/']").first.click()
    form = page.locator("form[action$='/move']")
    await page.locator("details").filter(has=form).locator("summary").click()
    await form.locator("[name=kind]").select_option("pickup")
    await form.locator("[name=amount]").fill("30.00")
    await form.locator("[name=reason]").fill("Large notes")
    await form.get_by_role("button").click()
    await expect(form.get_by_role("group", name="Somebody else has to allow this")).to_be_visible()
    await expect(form.locator("[name=amount]")).to_have_value("30.00")
    await expect(form.locator("[name=reason]")).to_have_value("Large notes")
    assert moved(shop) == []
    return page, form


async def allow(form: Locator, pin: str, reason: str = REASON) -> None:
    await form.get_by_label("Who").select_option(label=await _who(form))
    await form.locator("[name=allowed_pin]").fill(pin)
    await form.locator("[name=allowed_why]").fill(reason)
    await form.get_by_role("button").click()


async def _who(form: Locator) -> str:
    option = form.locator("[name=allowed_by] option").filter(has_text=MANAGER)
    return (await option.inner_text()).strip()


async def test_a_manager_allows_it_and_it_is_done_once_however_often_it_is_sent(
    tabs: Tabs, shop: Box
) -> None:
    page, form = await cashiers_form(tabs, shop)
    for width, height in ((1280, 800), NARROW):
        await page.set_viewport_size({"width": width, "height": height})
        assert await fits(page)
        assert await wrong_with(page) == {}
    await allow(form, WRONG)
    await expect(page.get_by_role("alert")).to_contain_text("Type it again")
    await expect(form.locator("[name=amount]")).to_have_value("30.00")
    await expect(form.locator("[name=allowed_pin]")).to_have_value("")
    assert (moved(shop), overrides(shop)) == ([], [])
    async with page.expect_request(lambda asked: asked.method == "POST") as sent:
        await allow(form, PIN)
    request = await sent.value
    await expect(page.locator("#moves-table")).to_contain_text("Large notes")
    done = [("pickup", -3_000, "Large notes", "safe")]
    assert moved(shop) == done
    assert overrides(shop) == [WORD]
    again = await page.evaluate(SEND_AGAIN, [request.url, request.post_data])
    assert again == "opaqueredirect"
    assert moved(shop) == done
    assert overrides(shop) == [WORD]


async def test_after_some_wrong_pins_there_is_a_wait_and_nothing_was_done(
    tabs: Tabs, shop: Box
) -> None:
    page, form = await cashiers_form(tabs, shop)
    for _ in range(3):
        await allow(form, WRONG)
        await expect(page.get_by_role("alert")).to_be_visible()
    await allow(form, PIN)
    await expect(page.get_by_role("alert")).to_contain_text("Too many wrong PINs")
    await expect(form.locator("[name=amount]")).to_have_value("30.00")
    assert (moved(shop), overrides(shop)) == ([], [])
