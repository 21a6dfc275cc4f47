"""The pages of stock: levels, an item unit by unit, counts from beginning to booking."""

import csv
import io
import re
import sqlite3
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from edge.db.epochs import writing
from edge.usecases.box.branch_off import Opening, branch_off
from edge.usecases.shelf_count.look import TOLD_FOR_MS
from sync.engine.outbox import BranchCause
from sync.protocol.change import Epoch, Genesis
from sync.protocol.codec import decode, encode
from tests.edge_store import MILK, RICE, sale
from tests.integration.office_fixtures import Browser, browser

__all__ = ["browser"]
STOCK, COUNTS = "/office/stock", "/office/stock/counts"


async def go_on(browser: Browser) -> None:
    """The box goes on in another epoch."""
    opening = Opening(Ed25519PrivateKey.generate(), uuid4(), uuid4().bytes)
    why = (BranchCause.REWOUND, "for a test", browser.till.box.clock.moment(), opening)
    await browser.do(lambda db: branch_off(db, writing(db).epoch, *why))


async def receive(browser: Browser, item: str, milli: int) -> None:
    body = {
        "movement_id": str(uuid4()),
        "operator_id": "anna",
        "reason": "from the dairy",
        "lines": [{"item_id": item, "quantity_milli": milli, "unit_cost_minor": 200}],
    }
    answer = await browser.till.call("POST", "/stock/receipts", body)
    assert answer.status_code == 201, answer.text


async def begin(browser: Browser, **fields: str) -> str:
    sent = await browser.send_from(
        COUNTS, COUNTS, event_id=str(uuid4()), **{"name": "Week 48", **fields}
    )
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


async def say(browser: Browser, count: str, text: str, **fields: str) -> str:
    sent = await browser.send_from(count, count, event_id=str(uuid4()), text=text, **fields)
    assert sent.status_code == 303, sent.text
    return await browser.text(sent.headers["location"])


async def test_a_count_that_was_begun_before_another_epoch_is_booked_and_its_page_says_so(
    browser: Browser,
) -> None:
    await browser.till.open_shop()
    await browser.enter()
    await receive(browser, "item-1", 10_000)
    count = await begin(browser)
    assert "new series of receipt numbers" not in await say(browser, count, MILK, quantity="9")
    assert (await browser.till.call("POST", "/sales", sale())).status_code == 201
    await go_on(browser)
    counting, look = await browser.text(count), await browser.text(f"{count}/look")
    for page in (counting, look):
        assert "the box began a new series of receipt numbers" in page
    assert "1 of 1 item differs." in look
    assert "to be counted again" not in counting.lower()
    booked = await browser.send_from(f"{count}/look", f"{count}/book", event_id=str(uuid4()))
    assert booked.status_code == 303, booked.text
    assert (await browser.till.call("GET", "/stock/item-1")).json()["on_hand_milli"] == 8_000


async def test_a_box_that_took_anothers_place_says_that_counts_there_are_not_here(
    browser: Browser,
) -> None:
    await browser.enter()
    assert "took another one" not in await browser.text(COUNTS)
    now_ms = browser.till.box.clock.moment().wall_ms
    await browser.do(lambda db: grown_from_another(db, now_ms - 86_400_000))
    assert "This box took another one&#39;s place on" in await browser.text(COUNTS)
    await browser.do(lambda db: grown_from_another(db, now_ms - TOLD_FOR_MS))
    assert "took another one" not in await browser.text(COUNTS)


def grown_from_another(db: sqlite3.Connection, at_ms: int) -> None:
    """As if head office had given this box its epoch then, in another one's place."""
    genesis = decode(Genesis, writing(db).genesis)
    changed = replace(genesis, parent=Epoch(1, b"gone"), issued_at_ms=at_ms)
    db.execute("UPDATE journal_head SET genesis = ?", (encode(changed),))


async def test_a_count_goes_from_the_first_scan_to_its_booking_while_a_till_sells(
    browser: Browser,
) -> None:
    await browser.till.open_shop()
    await browser.enter()
    await receive(browser, "item-1", 10_000)
    await receive(browser, "item-2", 4_000)
    count = await begin(browser)
    page = await say(browser, count, MILK, quantity="8")
    assert "Taken: 8 each of" in page
    said = page.split('id="said-table"')[1].split("</table>")[0]
    assert re.search(r">\s*10\b", said) is None
    assert (await browser.till.call("POST", "/sales", sale())).status_code == 201
    assert "Taken: 1 each of" in await say(browser, count, RICE)
    look = await browser.text(f"{count}/look")
    assert "2 of 2 items differ." in look
    assert "short -10.00" in look
    again = await browser.send_from(
        f"{count}/look", f"{count}/again", event_id=str(uuid4()), item_id="item-2"
    )
    assert again.status_code == 303
    refused = await browser.send_from(f"{count}/look", f"{count}/book", event_id=str(uuid4()))
    assert refused.status_code == 409
    assert "still to be counted again" in refused.text
    await say(browser, count, RICE, quantity="4")
    booked = await browser.send_from(
        f"{count}/look", f"{count}/book", event_id=str(uuid4()), reason="yearly"
    )
    assert booked.status_code == 303, booked.text
    assert "1 of 2 items differs." in await browser.text(booked.headers["location"])
    assert (await browser.till.call("GET", "/stock/item-1")).json()["on_hand_milli"] == 7_000
    history = await browser.text(f"{STOCK}/items/item-1")
    assert [kind for kind in ("received", "counted", "sold") if kind in history] == [
        "received",
        "counted",
        "sold",
    ]
    assert "yearly" in history
    assert "from the dairy" in history
    assert "S01-W1-E1-000001" in history


async def test_what_is_said_wrongly_comes_again_as_it_was_typed(browser: Browser) -> None:
    await browser.enter()
    count = await begin(browser, department="dairy")
    for fields in ({"text": "no such code"}, {"text": MILK, "quantity": "many"}):
        sent = await browser.send_from(count, count, event_id=str(uuid4()), **fields)
        assert sent.status_code in (400, 422)
        assert f'value="{fields["text"]}"' in sent.text
    nameless = await browser.send_from(COUNTS, COUNTS, event_id=str(uuid4()), items=MILK)
    assert nameless.status_code == 400
    assert f'value="{MILK}"' in nameless.text
    missing = await browser.get(f"{COUNTS}/{uuid4()}")
    assert missing.status_code == 404


async def test_a_count_is_booked_by_who_may_or_with_their_word(browser: Browser) -> None:
    await browser.enter()
    count = await begin(browser)
    await say(browser, count, MILK, quantity="3")
    await browser.enter("cleo")
    asked = await browser.send_from(f"{count}/look", f"{count}/book", event_id=str(uuid4()))
    assert asked.status_code == 403
    assert "allowed_pin" in asked.text
    assert "Anna" in asked.text


async def test_levels_are_found_by_words_and_what_is_below_zero_is_explained(
    browser: Browser,
) -> None:
    await browser.till.open_shop()
    await browser.enter()
    assert (await browser.till.call("POST", "/sales", sale())).status_code == 201
    await receive(browser, "item-2", 4_000)
    page = await browser.text(STOCK)
    assert "is below zero" in page
    below = await browser.text(f"{STOCK}?only=oversold")
    table = below.split('id="levels-table"')[1]
    assert "item-1" in table
    assert "item-2" not in table
    item = await browser.text(f"{STOCK}/items/item-1")
    explained = item.split('id="explained-table"')[1].split("</table>")[0]
    assert "S01-W1-E1-000001" in explained
    named = await browser.text(f"{STOCK}?text={RICE}")
    assert "item-2" in named.split('id="levels-table"')[1]
    rows = list(csv.reader(io.StringIO((await browser.get(f"{STOCK}?as=csv")).text)))
    assert any("item-2" in cell for row in rows for cell in row)
    assert (await browser.get(f"{STOCK}/items/nothing")).status_code == 404


async def test_ageing_shows_how_long_ago_what_is_there_came(browser: Browser) -> None:
    await browser.enter()
    await receive(browser, "item-1", 4_000)
    await browser.do(
        lambda db: db.execute("UPDATE stock_movement SET moved_at_ms = moved_at_ms - 8640000000")
    )
    await receive(browser, "item-1", 1_000)
    page = await browser.text(f"{STOCK}/ageing")
    row = page.split('id="ages-table"')[1].split("<tbody>")[1]
    cells = re.findall(r'class="amount[^"]*">([^<]*)<', row)
    assert cells[:5] == ["5 each", "1", "", "4", ""]
