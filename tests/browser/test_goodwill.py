"""A store lends points while its line is down: head office sets a budget, the till says how much
the shop lends, and head office counts it when the line is back."""

from playwright.async_api import expect

from tests.browser.chain import NOBODY_LISTENS, Box, Company
from tests.browser.test_box_put_back import told
from tests.browser.test_exceptions import picture
from tests.browser.test_items import sign_in
from tests.browser.test_points import member_of, one_of_two, pay_by_points, pays_the_rest
from tests.browser.till_page import LOST
from tests.browser.watched import WIDE, Tabs
from tests.integration.test_central_background import until

__all__ = ["one_of_two"]
BUDGET = 40
LENT = "SELECT amount FROM goodwill_spent"
COUNTED = "S01  points, goodwill: 40 a day, 40 lent in this one, 0 may be lent yet"


async def test_a_store_without_a_line_lends_within_its_budget_and_head_office_counts_it(
    tabs: Tabs, company: Company, one_of_two: Box
) -> None:
    box = one_of_two
    setting = ("goodwill", "set", "S01", str(BUDGET), "--period", "day", "--reason", "regulars")
    said = (await told(company, *setting)).shown
    assert "S01 lends up to 40 of points a day from " in said

    async def is_there() -> bool:
        return box.rows("SELECT amount FROM goodwill") == [(BUDGET,)]

    async def is_counted() -> bool:
        return COUNTED in (await told(company, "grants")).shown

    await until(is_there)
    await box.kill()
    online = box.central_url
    box.move_central(NOBODY_LISTENS)
    await box.start()
    member = member_of(box)
    page = await pay_by_points(tabs, box, member, WIDE)
    points = page.get_by_test_id("points")
    await expect(points).to_contain_text(f"{member.here} points can be spent here now.")
    await expect(points).to_contain_text(f"The shop lends up to {BUDGET} more.")
    both = member.here + BUDGET
    await expect(page.get_by_label("Points amount")).to_have_value(f"{both / 100:.2f}")
    await picture(page, "goodwill-till")
    await page.get_by_label("Points amount").press("Enter")
    await pays_the_rest(page)
    assert box.rows(LENT) == [(BUDGET,)]
    tabs.expect(LOST)
    await box.kill()
    box.move_central(online)
    await box.start()
    await until(is_counted)
    office = await tabs.open()
    await sign_in(office, company)
    await office.goto(f"{company.office.url}/loyalty")
    await expect(office.get_by_role("row").filter(has_text="S01")).to_contain_text("40 a day")
    await picture(office, "goodwill-loyalty")
