"""The till page's pure modules, table by table, in the browser that runs them."""

import json
import re
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.chain import Box
from tests.browser.watched import Tabs

ROOT = Path(__file__).parents[2]


async def run(page: Page, module: str, expression: str) -> Any:
    """What ``expression`` gives, with ``it`` the module as the page loads it."""
    root = await page.locator("script[type=module]").get_attribute("src")
    assert root is not None
    address = root.replace("app.js", module)
    return await page.evaluate(
        f"async (address) => {{ const it = await import(address); return {expression}; }}", address
    )


async def test_amounts_are_read_and_written_by_digits(tabs: Tabs, shop: Box) -> None:
    """B5: 12,500,000 dong is an amount; all that one figure may be can be typed."""
    page = await tabs.open(shop.url)
    for text, minor in (
        *(("12.5", 1250), ("12,50", 1250), ("1,204.35", 120435), (".05", 5), ("0", 0)),
        *(("1,204", 120400), ("", None), ("12.345", None), ("-1", None), ("1e3", None)),
        ("4006381333931", None),
        *(("1,000,000,000.00", 100_000_000_000), ("1000000000.01", None)),
    ):
        assert await run(page, "text.js", f"it.parseMinor('{text}', 2)") == minor, text
    for text, minor in (("12,500,000", 12_500_000), ("100000000000", 100_000_000_000)):
        assert await run(page, "text.js", f"it.parseMinor('{text}', 0)") == minor, text
    for text, milli in (("0.755", 755), ("2", 2000), ("0,755", 755), ("0.7555", None)):
        assert await run(page, "text.js", f"it.parseMilli('{text}')") == milli, text
    for minor, decimals, text in (
        *((120435, 2, "1,204.35"), (-5, 2, "-0.05"), (0, 2, "0.00"), (1204, 0, "1,204")),
        (900719925474099, 2, "9,007,199,254,740.99"),
    ):
        assert await run(page, "text.js", f"it.formatMinor({minor}, {decimals})") == text
    assert await run(page, "text.js", "[755, 3000].map(it.formatMilli)") == ["0.755", "3"]
    assert await run(page, "text.js", "[900, 825].map(it.percent)") == ["9 %", "8.25 %"]


async def test_an_id_is_a_uuid7_of_its_time_and_a_token_has_256_bits(tabs: Tabs, shop: Box) -> None:
    page = await tabs.open(shop.url)
    ids = await run(page, "ids.js", "Array.from({ length: 50 }, () => it.uuid7(1760000000000))")
    form = r"0199c82c-c000-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert len(set(ids)) == 50
    assert all(re.fullmatch(form, each) for each in ids), ids[0]
    token = await run(page, "ids.js", "it.newToken()")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)


async def test_the_wait_between_attempts_grows_and_ends_at_eight_seconds(
    tabs: Tabs, shop: Box
) -> None:
    page = await tabs.open(shop.url)
    waits = await run(page, "retry.js", "[1, 2, 3, 9, 5000].map((n) => it.delayMs(n, 1))")
    assert waits == [400, 800, 1600, 8000, 8000]
    assert await run(page, "retry.js", "it.delayMs(1, 0)") == 200


async def test_the_highest_head_is_of_the_latest_epoch(tabs: Tabs, shop: Box) -> None:
    page = await tabs.open(shop.url)
    told = "((epoch, seq) => ({ head: { epoch, seq, hash: 'ab' }, receipt_number: 'R' }))"
    for first, second, highest in (
        (("1-aa", 5), ("1-aa", 4), ("1-aa", 5)),
        (("1-aa", 5), ("1-aa", 6), ("1-aa", 6)),
        (("1-aa", 5), ("2-bb", 1), ("2-bb", 1)),
        (("2-bb", 1), ("1-aa", 9), ("2-bb", 1)),
    ):
        calls = f"it.higher(it.higher(null, {told}{first}), {told}{second})"
        found = await run(page, "head.js", calls)
        assert (found["epoch"], found["seq"]) == highest
    assert await run(page, "head.js", f"it.seenHeader(it.higher(null, {told}('1-aa', 5)))") == (
        "1-aa:5:ab:R"
    )


async def test_scans_say_how_many(tabs: Tabs, shop: Box) -> None:
    page = await tabs.open(shop.url)
    for text, quantity, code in (
        *(("4006381333931", None, "4006381333931"), (" 3*ABC ", 3000, "ABC")),
        *(("12 x milk", 12000, "milk"), ("0*ABC", None, "0*ABC"), ("3*", None, "3*")),
    ):
        found = await run(page, "basket.js", f"it.parseScan('{text}')")
        assert found == {"quantity_milli": quantity, "code": code}


EPOCH = "1-aabbccdd"


async def test_receipts_are_dropped_35_days_after_head_office_has_them_and_never_before(
    tabs: Tabs, shop: Box
) -> None:
    page = await tabs.open(shop.url)
    keep = ", ".join(
        f"await it.write({{}}, {{ receipt: {{ sale_id: '{name}',"
        f" head: {{ epoch: '{EPOCH}', seq: {seq} }} }} }})"
        for name, seq in (("old", 5), ("new", 6), ("owed", 7))
    )
    told = "await it.settle(['old'], 1000), await it.settle(['new'], 1001)"
    drop = "await it.dropOldReceipts(1001 + it.RECEIPTS_KEPT_MS)"
    look = "await Promise.all(['old', 'new', 'owed'].map(it.readReceipt))"
    old, new, owed = await run(page, "store.js", f"({keep}, {told}, {drop}, {look})")
    assert old is None
    assert (new["acknowledged_ms"], "owed" in new) == (1001, False)
    assert ("acknowledged_ms" in owed, owed["owed"]) == (False, EPOCH)
    much_later = "await it.dropOldReceipts(1e14), await it.readReceipt('owed')"
    assert await run(page, "store.js", f"({much_later})") is not None


async def test_what_is_owed_is_read_page_by_page_in_the_order_of_its_places(
    tabs: Tabs, shop: Box
) -> None:
    page = await tabs.open(shop.url)
    keep = ", ".join(
        f"await it.write({{}}, {{ receipt: {{ sale_id: 's{seq}',"
        f" head: {{ epoch: '{EPOCH}', seq: {seq} }} }} }})"
        for seq in (12, 2, 7)
    )
    first = "(await it.readOwed(null, 2)).map((one) => one.sale_id)"
    rest = f"(await it.readOwed(['{EPOCH}', 7], 2)).map((one) => one.sale_id)"
    assert await run(page, "store.js", f"({keep}, [{first}, {rest}])") == [["s2", "s7"], ["s12"]]


async def test_a_till_of_an_earlier_version_keeps_its_receipts_and_owes_them(
    tabs: Tabs, shop: Box
) -> None:
    page = await tabs.open(shop.url)
    root = await page.locator("script[type=module]").get_attribute("src")
    assert root is not None
    tabs.expect(r"favicon\.ico")
    await page.goto(shop.url + root)
    await page.evaluate(
        """([epoch]) => new Promise((resolve, reject) => {
            indexedDB.deleteDatabase("holdfast-till");
            const opening = indexedDB.open("holdfast-till", 1);
            opening.onupgradeneeded = () => {
              opening.result.createObjectStore("kept");
              const receipts = opening.result.createObjectStore("receipts", { keyPath: "sale_id" });
              receipts.createIndex("at_ms", "at_ms");
              receipts.put({ sale_id: "s3", at_ms: 1, head: { epoch, seq: 3 } });
            };
            opening.onsuccess = () => { opening.result.close(); resolve(); };
            opening.onerror = () => reject(opening.error);
        })""",
        [EPOCH],
    )
    await page.goto(shop.url)
    owed = await run(page, "store.js", "(await it.readOwed(null, 9)).map((one) => one.owed)")
    assert owed == [EPOCH]


SCANNER, HAND = 5, 80
KEYS = (
    "((typed) => typed.reduce(([burst, scans], [key, at, held]) => {"
    " const next = it.press(burst, { key, at, held: held ?? false });"
    " return [next.burst, next.scan === null ? scans : [...scans, next.scan]];"
    "}, [it.NO_BURST, []])[1])"
)
"""The scans that a row of [key, ms, held?] holds."""


def keys(
    text: str, gap: int, start: int = 0, enter: int | None = None, end: str = "Enter"
) -> list[list[Any]]:
    """``text`` with ``gap`` ms between the keys, then ``end``, after ``enter`` ms or as quick."""
    found: list[list[Any]] = [[key, start + gap * at] for at, key in enumerate(text)]
    return [*found, [end, found[-1][1] + (gap if enter is None else enter)]]


async def test_quick_keys_that_end_with_enter_are_a_scan_and_a_hands_are_none(
    tabs: Tabs, shop: Box
) -> None:
    """B7, B22: the one place that tells them apart."""
    page = await tabs.open(shop.url)
    shifted = [["Shift", 0], *keys("AB-123", SCANNER, 1)]
    for typed, scans in (
        (keys("4006381333931", SCANNER), ["4006381333931"]),
        (keys("4006381333931", 20), ["4006381333931"]),
        (keys("4011", SCANNER), ["4011"]),
        (keys("12x330", SCANNER), ["12x330"]),
        (shifted, ["AB-123"]),
        (keys("4006381333931", SCANNER, end="Tab"), ["4006381333931"]),
        (keys("4006381333931", SCANNER, enter=300), ["4006381333931"]),
        (keys("4006381333931", SCANNER, enter=900), []),
        (keys("123", SCANNER, enter=150), []),
        (keys("4006381333931", HAND), []),
        (keys("12.50", HAND), []),
        (keys("50", SCANNER), []),
        ([["5", 0], ["0", 80], ["0", 83], ["0", 163], ["0", 166], ["Enter", 246]], []),
        ([["7", at * 30, True] for at in range(9)] + [["Enter", 275]], []),
        (keys("3*", HAND)[:-1] + keys("4011222", SCANNER, 500), ["4011222"]),
        (keys("4011", SCANNER) + keys("4012", SCANNER, 60), ["4011", "4012"]),
        ([*keys("40", SCANNER, end="Backspace"), *keys("11", SCANNER, 25)], []),
        (keys("é中1234567", SCANNER), ["é中1234567"]),
        (keys("7" * 200, SCANNER), ["7" * 72]),
    ):
        assert await run(page, "keys.js", f"{KEYS}({json.dumps(typed)})") == scans, typed


async def test_a_store_that_could_not_be_opened_once_is_opened_again(tabs: Tabs, shop: Box) -> None:
    """B14: it stayed refused until the page was loaded again."""
    page = await tabs.open(shop.url)
    await expect(page.get_by_label("Pairing code")).to_be_visible()  # it has opened its own
    await page.evaluate(
        "() => { const open = indexedDB.open; indexedDB.open = () => {"
        " indexedDB.open = open; throw new DOMException('full'); } }"
    )
    first = "await it.openStore().then(() => 'opened', (error) => error.name)"
    again = "(await it.openStore()).name"
    address = "store.js?again"
    assert await run(page, address, first) == "Error"
    assert await run(page, address, again) == "holdfast-till"


def remedies() -> list[tuple[str, str]]:
    """What the store server's refusals tell clients to do, by slug, as it is written."""
    found = []
    for path in sorted((ROOT / "edge" / "domain").rglob("*.py")):
        for text in path.read_text().split("\nclass ")[1:]:
            slug = re.search(r'slug="([^"]+)"', text)
            said = re.search(r'remedy = \(?((?:\s*f?"[^"]*")+)', text)
            if slug is not None and said is not None:
                found.append((slug[1], "".join(re.findall(r'"([^"]*)"', said[1]))))
    return found


async def test_no_refusal_shows_a_cashier_the_api(tabs: Tabs, shop: Box) -> None:
    """B27: "Close it first: POST /business-days/…"."""
    page = await tabs.open(shop.url)
    told = remedies()
    assert any("POST /" in remedy for _, remedy in told)
    problems = [{"type": f"urn:holdfast:problem:{slug}", "remedy": said} for slug, said in told]
    shown = await run(page, "refusals.js", f"{json.dumps(problems)}.map(it.remedyOf)")
    for (slug, _), remedy in zip(told, shown, strict=True):
        assert remedy, slug
        assert re.search(r"(GET|POST|PATCH|DELETE) /|[a-z]_[a-z]", remedy) is None, (slug, remedy)


async def test_lists_that_come_by_pages_are_whole_before_anybody_chooses(
    tabs: Tabs, shop: Box
) -> None:
    """B15: the 201st operator and the 51st tender could not be chosen."""
    page = await tabs.open(shop.url)
    told = "{ operators: [1, 2], operators_left: 3, tenders: [1], tenders_left: 0 }"
    pages = "{ '/till/operators?offset=2': [3, 4], '/till/operators?offset=4': [5] }"
    found = await run(page, "refresh.js", f"await it.everyPage({told}, async (p) => ({pages})[p])")
    assert (found["operators"], found["tenders"]) == ([1, 2, 3, 4, 5], [1])
    gone = await run(page, "refresh.js", f"await it.everyPage({told}, async () => [])")
    assert gone["operators"] == [1, 2]
