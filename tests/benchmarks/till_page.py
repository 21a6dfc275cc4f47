"""What a cashier waits for at the till page, in Chromium, in a store of 300,000 items: from a
scan's Enter until its line is painted with its price, and from the key that pays to the painted
receipt.

A page, a box and the machine between them: the keys are Chromium's own, the box is a process, and
the clock is the page's. Against both stands what the same page waits for the same questions alone.
"""

import asyncio
import statistics
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

from playwright.async_api import Page, async_playwright, expect

from edge.commands.running_box import call_edge
from tests.benchmarks.running import edge_serving
from tests.benchmarks.search import fill_store
from tests.benchmarks.shop import Shop, make_shop
from tests.browser.conftest import FLAGS
from tests.browser.till_page import open_till, pair_by, scan, sign_in
from tests.needed import Need, program_of
from tests.patience import STEP_PATIENCE_MS
from tests.pins import give_pins

ITEMS = 300_000
SALES = 40
ASKED = 100
LINES = 5
WORKSTATION = "W99"
WATCH = """(() => {
  const lines = () => [...document.querySelectorAll(".basket .lines > li")];
  const priced = () => lines().filter((li) => !li.textContent.includes("…"));
  window.waited = { scan: [], pay: [] };
  let scanned = null;
  let paid = null;
  const painted = (kind, since) => requestAnimationFrame(() => setTimeout(() => {
    window.waited[kind].push(performance.now() - since);
  }));
  addEventListener("keydown", ({ key }) => {
    if (key === "Enter") scanned = { since: performance.now(), had: priced().length };
    if (key === "F10") paid = performance.now();
  }, true);
  new MutationObserver(() => {
    if (scanned !== null && priced().length > scanned.had) {
      painted("scan", scanned.since);
      scanned = null;
    }
    if (paid !== null && document.querySelector("[data-testid=receipt-number]") !== null) {
      painted("pay", paid);
      paid = null;
    }
  }).observe(document, { childList: true, subtree: true, characterData: true });
})()"""
"""Before the page hears a key."""
ASK = """async (times) => {
  const waited = [];
  for (let asked = 0; asked < times; asked += 1) {
    const since = performance.now();
    await (await fetch("/health", { cache: "no-store" })).text();
    waited.push(performance.now() - since);
  }
  return waited;
}"""


class Found(NamedTuple):
    """Milliseconds: half of them within, 95 % within; ``ask``: a bare question of that page."""

    scan_p50_ms: float
    scan_p95_ms: float
    pay_p50_ms: float
    pay_p95_ms: float
    ask_p50_ms: float
    ask_p95_ms: float


async def measure_till_page(
    folder: Path, say: Callable[[str], None], *, items: int = ITEMS, sales: int = SALES
) -> Found:
    """Sell ``sales`` baskets of five lines at the page."""
    shop, draw = make_shop(folder / "shop"), Random(7)
    fill_store(shop.folder, draw, say, customers=0, items=items)
    give_pins(shop.folder)
    async with edge_serving(shop.folder) as edge, _page_at(edge.address, shop) as page:
        asked = await page.evaluate(ASK, ASKED)
        for number in range(sales):
            say(f"sale {number + 1} of {sales}")
            await _sell(page, [each.scan_code for each in draw.sample(shop.articles, LINES)])
        waited = await page.evaluate("window.waited")
    scan, pay = waited["scan"], waited["pay"]
    if (len(scan), len(pay)) != (sales * LINES, sales):
        raise RuntimeError(f"{len(scan)} lines and {len(pay)} receipts were seen")
    return Found(*_of(scan), *_of(pay), *_of(asked))


def _of(took: list[float]) -> tuple[float, float]:
    return statistics.median(took), statistics.quantiles(took, n=20, method="inclusive")[-1]


@asynccontextmanager
async def _page_at(url: str, shop: Shop) -> AsyncIterator[Page]:
    """A paired page with an open till."""
    expect.set_options(timeout=STEP_PATIENCE_MS)
    made = await asyncio.to_thread(
        call_edge, shop.folder, "POST", "/pairing-codes", {"workstation_id": WORKSTATION}
    )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program_of(Need.BROWSER), args=list(FLAGS)
        )
        page = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
        await page.add_init_script(WATCH)
        await pair_by(page, f"{url}/#pair={WORKSTATION}:{made.document['code']}")
        await sign_in(page, "Anna")
        await open_till(page)
        yield page
        await browser.close()


async def _sell(page: Page, codes: list[str]) -> None:
    """The codes as a scanner sends them, each when the line before is there; exact cash."""
    for number, code in enumerate(codes, start=1):
        await scan(page, code)
        await expect(page.locator(".basket .lines > li .amount")).to_have_count(number)
        await expect(page.locator(".basket .lines")).not_to_contain_text("…")
    await expect(page.get_by_role("button", name="Exact cash")).to_be_enabled()
    await page.keyboard.press("F10")
    await expect(page.get_by_test_id("receipt-number")).to_be_visible()
    await page.get_by_role("button", name="New sale").click()
    await expect(page.get_by_test_id("receipt-number")).to_have_count(0)
