"""A cashier at the till page: the steps that its tests are made of, and what they sell."""

from dataclasses import dataclass

from playwright.async_api import Page, Route, expect

from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.watched import WIDE, Tabs

FLOAT_MINOR = 10_000
LOST = r"net::ERR_(CONNECTION_(RESET|REFUSED)|FAILED)"
"""What Chromium says of a request that has no answer."""
REFUSED = r"responded with a status of"
"""And of one that is refused."""
_ITEMS = (
    "SELECT s.scan_code, i.item_id, i.name, p.unit_price_minor FROM item i"
    " JOIN scan_code s USING (item_id) JOIN price p USING (item_id)"
    " WHERE i.unit = ? AND i.active AND length(s.scan_code) = 13 GROUP BY i.item_id"
    " ORDER BY i.item_id LIMIT 5"
)


@dataclass(frozen=True)
class Sold:
    """An item of the sample chain."""

    scan_code: str
    item_id: str
    name: str
    price_minor: int


def items(box: Box, unit: str = "each") -> list[Sold]:
    """Some that are sold by ``unit``."""
    return [Sold(*row) for row in box.rows(_ITEMS, unit)]


def sales(box: Box) -> list[tuple[str, int]]:
    """Receipt numbers and totals, as the store has them."""
    return [
        (str(number), int(total))
        for number, total in box.rows("SELECT receipt_number, total_minor FROM sale ORDER BY seq")
    ]


async def pair(page: Page, box: Box, workstation: str = "W1") -> None:
    """By a technician's link."""
    await page.goto(await box.pairing_link(workstation))
    await page.get_by_role("button", name="Pair").click()
    await expect(page.get_by_role("heading", name="Who is at the till?")).to_be_visible()


async def open_shop(page: Page) -> None:
    """From the choice of a cashier to the first scan."""
    await page.locator("main button").first.click()
    await page.get_by_role("button", name="Open business day").click()
    await page.get_by_label("Float in the drawer").fill(format_minor(FLOAT_MINOR))
    await page.get_by_role("button", name="Open till").click()
    await expect(page.get_by_label("Scan or search")).to_be_focused()


async def open_till_page(tabs: Tabs, box: Box, size: tuple[int, int] = WIDE) -> Page:
    """A page that can sell."""
    page = await tabs.open(size=size)
    await pair(page, box)
    await open_shop(page)
    return page


async def scan(page: Page, code: str) -> None:
    field = page.get_by_label("Scan or search")
    await field.fill(code)
    await field.press("Enter")


async def sees_total(page: Page, minor: int) -> None:
    await expect(page.get_by_test_id("total")).to_have_text(format_minor(minor))


async def pay_exactly(page: Page, clicks: int = 1) -> None:
    """In cash."""
    await page.get_by_role("button", name="Pay", exact=False).first.click()
    await page.get_by_role("button", name="Exact").click(click_count=clicks)


async def receipt_number(page: Page) -> str:
    await expect(page.get_by_role("heading", name="Sold")).to_be_visible()
    return await page.get_by_test_id("receipt-number").inner_text()


async def kill_at_the_next_sale(page: Page, box: Box, *, written: bool) -> None:
    """SIGKILL before the next sale arrives, or (``written``) when it is on disk and its answer is
    on the way: the page gets none."""

    async def cut(route: Route) -> None:
        if written:
            assert (await route.fetch()).status == 201
        await box.kill()
        await route.abort("connectionreset")

    await page.context.route("**/sales", cut, times=1)
