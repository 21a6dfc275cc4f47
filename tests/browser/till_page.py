"""A cashier at the till page: the steps that its tests are made of, and what they sell."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.async_api import Page, Route, expect

from sync.protocol.money import format_minor
from tests.browser.chain import Box
from tests.browser.watched import WIDE, Tabs
from tests.pins import PIN

MANAGER, CASHIER = "Mei Ling Tan", "Aisyah Rahman"
"""Of the sample."""
FLOAT_MINOR = 10_000
LOST = r"net::ERR_(CONNECTION_(RESET|REFUSED)|FAILED)"
"""What Chromium says of a request that has no answer."""
NO_SUCH_CODE = r"status of 404 .*/scans"
"""A code that no item has is no fault of the page."""
SCANNER_MS, HAND_MS = 5, 80
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
    await pair_by(page, await box.pairing_link(workstation))


async def pair_by(page: Page, link: str) -> None:
    await page.goto(link)
    await page.get_by_role("button", name="Pair").click()
    await expect(page.get_by_role("heading", name="Who is at the till?")).to_be_visible()


async def sign_in(page: Page, name: str = MANAGER, pin: str = PIN) -> None:
    """By name and PIN, with the keys alone once the name is chosen."""
    await page.locator("main").get_by_role("button", name=name).click()
    await expect(page.get_by_label("PIN", exact=True)).to_be_focused()
    await by_hand(page, pin, enter=True)
    await expect(page.get_by_label("PIN", exact=True)).to_have_count(0)


async def open_shop(page: Page) -> None:
    """From the choice of a cashier to the first scan."""
    await sign_in(page)
    await page.get_by_role("button", name="Open business day").click()
    await open_till(page)


async def open_till(page: Page) -> None:
    """With the usual float."""
    await page.get_by_label("Float in the drawer").fill(format_minor(FLOAT_MINOR))
    await page.get_by_role("button", name="Open till").click()
    await expect(page.get_by_label("Scan or search")).to_be_focused()


async def open_till_page(tabs: Tabs, box: Box, size: tuple[int, int] = WIDE) -> Page:
    """A page that can sell."""
    tabs.expect(NO_SUCH_CODE)
    page = await tabs.open(size=size)
    await pair(page, box)
    await open_shop(page)
    return page


async def scan(page: Page, code: str, *, enter_after_ms: int = SCANNER_MS) -> None:
    """As a scanner does it: quick keys into whatever has the focus, then Enter. In Chromium each
    bears the time at which a scanner sends it, however busy this machine is."""
    browser = page.context.browser
    if browser is None or browser.browser_type.name != "chromium":
        await page.keyboard.type(code, delay=SCANNER_MS)
        await page.keyboard.press("Enter")
        return
    times = [SCANNER_MS * place for place in range(len(code))]
    await _strike(page, [*code, "Enter"], [*times, times[-1] + enter_after_ms])


async def by_hand_in_one_go(page: Page, text: str) -> None:
    """As fingers do it, where the page decides by the pause behind a key whether it stands alone:
    the keys arrive together, each with the time at which fingers pressed it, so that no busy
    machine makes a pause of its own."""
    await _strike(page, text, [HAND_MS * (place + 1 - len(text)) for place in range(len(text))])


async def _strike(page: Page, keys: Sequence[str], at_ms: Sequence[int]) -> None:
    """By Chromium alone; each key so long after now."""
    line = await page.context.new_cdp_session(page)
    now_ms = time.time() * 1_000
    await asyncio.gather(
        *(
            line.send("Input.dispatchKeyEvent", {**event, "timestamp": (now_ms + ms) / 1_000})
            for ms, key in zip(at_ms, keys, strict=True)
            for event in _key_events(key)
        )
    )
    await line.detach()


def _key_events(key: str) -> list[dict[str, str | int]]:
    down: dict[str, str | int] = {"text": key}
    if key == "Enter":
        down = {"text": "\r", "windowsVirtualKeyCode": 13}
    return [{"type": "keyDown", "key": key, **down}, {"type": "keyUp", "key": key}]


async def without_quote(route: Route) -> None:
    """For a route: what was scanned is found, and what the basket comes to is not said with it."""
    answer = await route.fetch()
    await route.fulfill(json={**await answer.json(), "quote": None})


async def scan_cut_off(page: Page, code: str) -> None:
    """A scanner that loses its Enter."""
    await page.keyboard.type(code, delay=SCANNER_MS)


async def take_a_breath(page: Page) -> None:
    """The time in which a hand goes from the keys to the scanner."""
    await page.keyboard.press("Shift", delay=5 * HAND_MS)


async def by_hand(page: Page, text: str, *, enter: bool = False) -> None:
    """As fingers do it."""
    await page.keyboard.type(text, delay=HAND_MS)
    if enter:
        await page.keyboard.press("Enter", delay=HAND_MS)


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
