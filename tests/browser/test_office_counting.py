"""A department is counted in the back office while the till goes on selling: what was sold after an
item was counted is no difference, what was sold between its two places asks for it again, and what
is booked explains each unit."""

from playwright.async_api import Page, expect

from tests.browser.chain import Box
from tests.browser.office_page import SIZES, fits, open_office, wrong_with
from tests.browser.till_page import Sold, items, pay_exactly, receipt_number, scan
from tests.browser.watched import Tabs

ON_HAND = "SELECT on_hand_milli FROM stock_level WHERE item_id = ?"
DIFFERENCES = """
SELECT item_id, quantity_milli FROM stock_movement WHERE kind NOT IN ('sale', 'receipt')
ORDER BY item_id
"""
OF_ONE_DEPARTMENT = """
SELECT department FROM item WHERE active GROUP BY 1 HAVING count(*) > 2 ORDER BY 1 LIMIT 1
"""


async def sell(till: Page, item: Sold, pieces: int) -> None:
    await till.bring_to_front()
    await scan(till, f"{pieces}*{item.scan_code}")
    await pay_exactly(till)
    assert await receipt_number(till)
    await till.get_by_role("button", name="New sale").click()


async def count(page: Page, item: Sold, pieces: int) -> None:
    await page.bring_to_front()
    await expect(page.get_by_label("Code or item")).to_be_focused()
    await page.keyboard.type(item.scan_code)
    await page.get_by_label("How many").fill(str(pieces))
    await page.keyboard.press("Enter")
    taken = page.get_by_role("status").filter(has_text=f"of {item.name}")
    await expect(taken).to_contain_text(f"Taken: {pieces}")


async def test_a_department_is_counted_while_the_till_sells(tabs: Tabs, shop: Box) -> None:
    page = await open_office(tabs, shop)
    till = page.context.pages[0]
    [(department,)] = shop.rows(OF_ONE_DEPARTMENT)
    inside = {
        row[0] for row in shop.rows("SELECT item_id FROM item WHERE department = ?", department)
    }
    over, none, twice = [one for one in items(shop) if one.item_id in inside][:3]

    await page.get_by_role("link", name="Stock").click()
    await page.get_by_role("link", name="Counts").click()
    await page.get_by_label("What is counted").fill("Week 48")
    await page.get_by_role("combobox", name="Department").select_option(department)
    await page.get_by_role("button", name="Begin").click()
    await count(page, over, 8)
    await sell(till, over, 3)
    await count(page, none, 0)
    await sell(till, none, 1)
    await count(page, twice, 4)
    await sell(till, twice, 1)
    await count(page, twice, 2)
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert await fits(page), width
    assert await wrong_with(page) == {}
    await expect(page.get_by_role("columnheader", name="Books")).to_have_count(0)

    await page.get_by_role("link", name="Beside the books").click()
    rows = page.locator("#beside-table tbody tr")
    await expect(rows).to_have_count(3)
    await expect(rows.filter(has_text=over.name)).not_to_contain_text("count it again")
    await expect(rows.filter(has_text=twice.name)).to_contain_text("count it again")
    await page.get_by_role("button", name=f"Count again: {twice.name}").click()
    await page.get_by_role("link", name="Count on").click()
    await count(page, twice, 5)

    await page.get_by_role("link", name="Beside the books").click()
    await expect(page.locator("#summary")).to_contain_text("2 of 3 items differ.")
    await page.get_by_role("button", name="Book", exact=True).click()
    await expect(page.locator("#booked-table tbody tr")).to_have_count(3)
    left = {one.name: shop.rows(ON_HAND, one.item_id) for one in (over, none, twice)}
    assert left == {
        over.name: [(8_000 - 3_000,)],
        none.name: [(0 - 1_000,)],
        twice.name: [(5_000,)],
    }
    counted = sorted([(over.item_id, 8_000), (none.item_id, 0), (twice.item_id, 6_000)])
    assert shop.rows(DIFFERENCES) in (counted, [row for row in counted if row[1]])
