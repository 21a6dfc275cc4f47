"""The loyalty programme from head office to the till and back: a tier that a person gave is shown
beside the customer's name and multiplies what the basket earns, points pay in part, and head
office's statement names the receipt."""

from uuid import UUID

from playwright.async_api import expect

from tests.browser.chain import Box, Company
from tests.browser.test_box_put_back import told
from tests.browser.test_exceptions import picture
from tests.browser.test_items import sign_in
from tests.browser.test_points import member_of, one_of_two, pays_the_rest
from tests.browser.till_page import by_hand, items, open_till_page, receipt_number, scan
from tests.browser.watched import NARROW, WIDE, Tabs
from tests.integration.test_central_background import until

__all__ = ["one_of_two"]
NAMED = "SELECT customer_id, phone FROM customer"
HELD = "SELECT tier FROM customer_tier"
RULES = "SELECT rule_id FROM points_rule"
PAID = "SELECT tender_id, amount_minor FROM sale_tender ORDER BY tender_id"
EARNED = "SELECT points_earned FROM sale"
A_FEW_MINOR = 5


async def test_a_tier_is_shown_and_multiplies_and_the_statement_names_the_receipt(
    tabs: Tabs, company: Company, one_of_two: Box
) -> None:
    box = one_of_two
    member = member_of(box)
    ids = {phone: UUID(bytes=customer_id) for customer_id, phone in box.rows(NAMED)}
    customer = str(ids[member.phone])
    tier = ("gold", "--name", "Gold", "--spend", "90000.00", "--times", "2")
    await told(company, "loyalty", "tier", "set", *tier)
    rule = ("ALL", "--name", "Double week", "--times", "2")
    await told(company, "loyalty", "times", "set", *rule)
    said = (await told(company, "loyalty", "put", customer, "gold", "--reason", "card")).shown
    assert f"{customer} is in gold" in said

    async def is_there() -> bool:
        return bool(box.rows(HELD)) and bool(box.rows(RULES))

    await until(is_there)
    page = await open_till_page(tabs, box, WIDE)
    dearest = max(items(box), key=lambda item: item.price_minor)
    pieces = 1 + 1_000 // dearest.price_minor
    for _ in range(pieces):
        await scan(page, dearest.scan_code)
    await page.keyboard.press("F4")
    await by_hand(page, member.phone.removeprefix("+65 ").replace(" ", ""))
    await page.get_by_role("button", name=member.name).press("Enter")
    await expect(page.get_by_test_id("tier")).to_contain_text("Gold, 2 × points")
    four_times = 4 * pieces * dearest.price_minor // 1_000
    await expect(page.locator(".sums")).to_contain_text(f"{four_times} points")
    await picture(page, "tier-wide")
    await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    await picture(page, "tier-narrow")
    await page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    await page.keyboard.press("F2")
    await page.get_by_role("button", name="Points").press("Enter")
    await page.get_by_label("Points amount").fill("0.05")
    await page.get_by_label("Points amount").press("Enter")
    await pays_the_rest(page)
    number = await receipt_number(page)
    assert ("points", A_FEW_MINOR) in box.rows(PAID)
    ((earned,),) = box.rows(EARNED)
    assert earned == 4 * (pieces * dearest.price_minor - A_FEW_MINOR) // 1_000

    async def is_counted() -> bool:
        return number in (await told(company, "loyalty", "statement", customer)).shown

    await until(is_counted)
    office = await tabs.open()
    await sign_in(office, company)
    await office.goto(f"{company.office.url}/customers/{customer}/points")
    await expect(office.locator("#movements")).to_contain_text(number)
    await picture(office, "statement-wide")
    await office.goto(f"{company.office.url}/loyalty")
    await expect(office.locator("#tiers")).to_contain_text("Gold")
    await expect(office.locator("#rules")).to_contain_text("Double week")
    await picture(office, "programme-wide")
