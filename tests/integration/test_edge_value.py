"""Gift cards and store credit over the box's API: loaded, spent, refunded, voided; what it refuses
leaves nothing behind."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from sync.protocol.cards import account_of, card_number, note_number
from sync.protocol.identity import SaleId
from tests.edge_store import COMPANY, CUSTOMER, WINE, Till, open_store, sale
from tests.integration.test_edge_take_back import back, paid, proposal
from tests.integration.test_edge_void import refused, void

CARD = card_number(7)
BY_CARD = {"kind": "gift_value", "card": CARD}
CREDIT = {"kind": "store_credit", "customer_id": str(CUSTOMER)}
ALSO = (
    "INSERT INTO item (item_id, name, department, unit, tax_class, open_price, unit_cost_minor,"
    " active, version) SELECT 'gift', 'Gift card', 'Cards', 'each', 'out_of_scope', 1, NULL, 1,"
    " version FROM item LIMIT 1",
    "INSERT INTO item_rule VALUES ('gift', 0, NULL, NULL, 0, 0, NULL, 1000, 0, 'gift_value')",
    "INSERT INTO tender VALUES ('gift', 'Gift card', 'stored_value', 1, 1)",
    "INSERT INTO tender VALUES ('points', 'Points', 'points', 0, 1) ON CONFLICT DO NOTHING",
)


@pytest_asyncio.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_store(tmp_path / "S01") as opened:
        await opened.box.writer.run(put_also)
        await opened.open_shop()
        yield opened


def put_also(db: sqlite3.Connection) -> None:
    """What a controller published: an item that loads cards, and the tenders."""
    for statement in ALSO:
        db.execute(statement)


def load(minor: int, **more: Any) -> dict[str, Any]:
    line = {"line_no": 1, "item_id": "gift", "quantity_milli": 1_000, "card": CARD}
    price = {"unit_price_minor": minor, "open_price_reason": "as wished"}
    lines = [{**line, **price}]
    return sale(lines=lines, tenders=paid(("card", minor)), total_minor=minor) | more


def wine(minor: int, account: dict[str, Any], bottles: int = 1, **more: Any) -> dict[str, Any]:
    """Paid out of an account as far as said, and by card."""
    total = bottles * 2_990
    tenders = [{"tender_id": "gift", "amount_minor": minor, "account": account}]
    tenders += paid(("card", total - minor)) if total > minor else []
    lines = [{"line_no": 1, "scan_code": WINE, "quantity_milli": bottles * 1_000}]
    return sale(lines=lines, tenders=tenders, total_minor=total, **more)


async def done(till: Till, body: dict[str, Any]) -> dict[str, Any]:
    answer = await till.call("POST", "/sales", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def here(till: Till, account: dict[str, Any]) -> int:
    answer = await till.call("POST", "/rights/balances", {"account": account})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["in_all"], answer.json()["to_ask_for"]) == (None, None)
    return int(answer.json()["here"])


async def test_a_card_is_loaded_spent_and_its_number_stands_nowhere(till: Till) -> None:
    sold = await done(till, load(5_000))
    assert sold["points_earned"] == 0
    assert f"**** {CARD[-4:]}" in sold["receipt"]
    await done(till, wine(2_990, BY_CARD))
    assert await here(till, BY_CARD) == 2_010
    await refused(till, wine(2_011, BY_CARD), "value-not-here")
    await done(till, wine(2_010, BY_CARD))
    assert await here(till, BY_CARD) == 0
    dump = await till.box.reader.read(lambda db: "\n".join(str(row) for row in tables(db)))
    assert CARD not in dump
    assert str(account_of(COMPANY, CARD)) not in CARD


def tables(db: Any) -> list[Any]:
    """Every row of what a sale writes."""
    names = ("sale", "sale_line", "sale_tender", "points_right", "value_move", "journal")
    return [row for name in names for row in db.execute(f"SELECT * FROM {name}")]


async def test_the_same_sale_twice_loads_once(till: Till) -> None:
    body = load(5_000)
    await done(till, body)
    assert (await till.call("POST", "/sales", body)).status_code == 200
    assert await here(till, BY_CARD) == 5_000


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"lines": [{**load(100)["lines"][0], "card": None}]}, "card-missing"),
        ({"lines": [{**load(100)["lines"][0], "card": "123"}]}, "wrong-card-number"),
        (
            {"tenders": [{"tender_id": "card", "amount_minor": 100, "account": BY_CARD}]},
            "account-not-for-tender",
        ),
        (
            {"tenders": [{"tender_id": "gift", "amount_minor": 100, "account": BY_CARD}]},
            "value-buys-no-value",
        ),
    ],
)
async def test_what_a_load_must_be(till: Till, more: dict[str, Any], word: str) -> None:
    await refused(till, load(100, **more), word)


async def test_what_a_card_paid_goes_back_onto_it_in_any_parts(till: Till) -> None:
    await done(till, load(5_000))
    sold = await done(till, wine(5_000, BY_CARD, bottles=3))
    assert await here(till, BY_CARD) == 0
    for left in (2_990, 5_000, 5_000):
        body = back(sold)
        refunds = (await quoted(till, body))["refunds"]
        tenders = [
            {name: one[name] for name in ("tender_id", "amount_minor", "reference", "account")}
            for one in refunds
        ]
        await done(till, {**body, "tenders": tenders})
        assert await here(till, BY_CARD) == left


async def quoted(till: Till, body: dict[str, Any]) -> dict[str, Any]:
    asked = {"operator_id": body["operator_id"], "lines": body["lines"]}
    told: dict[str, Any] = (await till.call("POST", "/quotes", asked)).json()
    return told


async def test_a_refund_goes_into_credit_and_is_spent(till: Till) -> None:
    sold = await done(till, sale(lines=wine(0, CREDIT)["lines"], tenders=paid(("card", 2_990)),
                                 total_minor=2_990))  # fmt: skip
    assert await proposal(till, back(sold)) == [("card", -2_990)]
    into = [{"tender_id": "gift", "amount_minor": -2_990, "account": CREDIT}]
    await done(till, back(sold, tenders=into))
    assert await here(till, CREDIT) == 2_990
    await done(till, wine(2_990, CREDIT))
    assert await here(till, CREDIT) == 0


async def test_a_note_is_printed_and_whoever_shows_it_spends_it(till: Till) -> None:
    sold = await done(till, sale(lines=wine(0, CREDIT)["lines"], tenders=paid(("card", 2_990)),
                                 total_minor=2_990))  # fmt: skip
    note = {"kind": "store_credit"}
    into = [{"tender_id": "gift", "amount_minor": -2_990, "account": note}]
    returned = await done(till, back(sold, tenders=into))
    number = note_number(SaleId(UUID(returned["sale_id"])))
    assert number in returned["receipt"]
    again = await till.call("GET", f"/sales?receipt_number={returned['receipt_number']}")
    assert number in again.json()["receipt"]
    shown = {"kind": "store_credit", "card": number}
    await done(till, wine(1_000, shown))
    assert await here(till, shown) == 1_990


async def test_a_load_comes_back_as_far_as_it_is_not_spent(till: Till) -> None:
    sold = await done(till, load(5_000))
    await done(till, wine(1, BY_CARD))
    original = {"sale_id": sold["sale_id"], "line_no": 1}
    lines = [{"line_no": 1, "quantity_milli": 1_000, "original": original}]
    body = sale(lines=lines, tenders=paid(("card", -5_000)), total_minor=-5_000)
    await refused(till, body, "load-spent")
    await done(till, load(1))
    await done(till, body)
    assert await here(till, BY_CARD) == 0


async def test_a_void_puts_back_what_card_and_points_paid(till: Till) -> None:
    await done(till, load(1_000))
    member: dict[str, Any] = {"customer_id": str(CUSTOMER)}
    many = wine(0, CREDIT, bottles=20)["lines"]
    total = 20 * 2_990
    await done(till, sale(lines=many, tenders=paid(("card", total)), total_minor=total, **member))
    points = 59
    body = wine(1_000, BY_CARD, **member)
    body["tenders"] = [body["tenders"][0], *paid(("points", points), ("card", 1_990 - points))]
    sold = await done(till, body)
    left = sold["points_here"]
    gone = await done(till, void(sold))
    assert await here(till, BY_CARD) == 1_000
    assert gone["points_here"] == left + points - sold["points_earned"]
