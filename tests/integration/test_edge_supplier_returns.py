"""Goods go back to a supplier: out of the stock at what they had cost, with a reason, and what the
supplier credits for them adds up when it comes."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from edge.db.stock import held_of
from edge.db.supplier_returns import SupplierReturn, list_returns
from edge.domain.item import UnknownItem
from edge.domain.supplier import UnknownSupplier, UnknownSupplierReturn
from edge.usecases.supplier_return.note_credit import NoteCredit, note_credit
from edge.usecases.supplier_return.send_back import GoodsBack, SendBack, send_back
from sync.protocol.buying import Supplier
from sync.protocol.facts import StockMoved, StockMovementKind, SupplierCredited
from sync.protocol.identity import ItemId, MovementId
from tests.builders import ANNA, moment
from tests.edge_store import MILK
from tests.integration.office_fixtures import Browser, browser
from tests.integration.test_edge_office_orders import ITEM, ORDERS, says
from tests.integration.test_edge_office_receiving import lines_in
from tests.integration.test_edge_purchase_orders import BUN, Buying

__all__ = ["browser"]
RETURNS = f"{ORDERS}/returns"
WHY = "they were stale"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Buying]:
    made = Buying(tmp_path / "store.sqlite3")
    yield made
    made.close()


def back(shop: Buying, milli: int, item: ItemId = BUN, supplier: str = "ACME") -> SupplierReturn:
    lines = (GoodsBack(item, milli),)
    asked = SendBack(MovementId(uuid4()), ANNA, supplier, WHY, lines, "RMA-7")
    return send_back(shop.db, asked, moment())


def test_what_goes_back_leaves_at_what_it_had_cost_with_a_reason(shop: Buying) -> None:
    shop.receive("I01", 10_000, unit_cost_minor=150)
    went = back(shop, 4_000)
    assert (went.supplier_id, went.reason, went.document) == ("ACME", WHY, "RMA-7")
    assert (went.cost_minor, went.credited_minor) == (600, 0)
    assert shop.on_hand("I01") == 6_000
    assert held_of(shop.db, [BUN])[BUN].worth_minor == 900
    fact = shop.facts(StockMoved)[-1]
    assert (fact.kind, fact.supplier_id) == (StockMovementKind.SUPPLIER_RETURN, "ACME")
    assert [(one.quantity_milli, one.cost_minor) for one in fact.lines] == [(-4_000, -600)]


def test_credit_notes_of_a_return_are_facts_and_add_up(shop: Buying) -> None:
    went = back(shop, 4_000)
    for number, amount in (("CN-1", 400), ("CN-2", 150)):
        asked = NoteCredit(MovementId(uuid4()), ANNA, number, amount)
        credited = note_credit(shop.db, went.movement_id, asked, moment())
    assert credited.credited_minor == 550
    assert list_returns(shop.db, 10, 0) == (credited,)
    facts = shop.facts(SupplierCredited)
    assert [(one.movement_id, one.number) for one in facts] == [
        (went.movement_id, "CN-1"),
        (went.movement_id, "CN-2"),
    ]
    with pytest.raises(UnknownSupplierReturn):
        note_credit(shop.db, uuid4(), asked, moment())


def test_nothing_goes_back_to_nobody_and_nothing_that_is_not_known(shop: Buying) -> None:
    with pytest.raises(UnknownSupplier):
        back(shop, 1_000, supplier="NOBODY")
    with pytest.raises(UnknownItem):
        back(shop, 1_000, ItemId("no such"))
    assert list_returns(shop.db, 10, 0) == ()


async def test_the_api_sends_back_and_notes_a_credit_once(browser: Browser) -> None:
    await browser.do(says(Supplier("ACME", "Acme Foods")))
    call, movement_id = browser.till.call, str(uuid4())
    lines = [{"item_id": ITEM, "quantity_milli": 2_000}]
    who = {"movement_id": movement_id, "operator_id": "anna"}
    body = {**who, "supplier_id": "ACME", "reason": WHY, "lines": lines}
    sent = await call("POST", "/supplier-returns", body)
    assert (sent.status_code, sent.json()["supplier_name"]) == (201, "Acme Foods"), sent.text
    credit = {"credit_id": str(uuid4()), "operator_id": "anna", "number": "CN-1"}
    for status in (201, 200):
        noted = await call(
            "POST", f"/supplier-returns/{movement_id}/credits", {**credit, "amount_minor": 500}
        )
        assert (noted.status_code, noted.json()["credits"]) == (status, [["CN-1", 500]])
    listed = (await call("GET", "/supplier-returns")).json()["returns"]
    assert [one["movement_id"] for one in listed] == [movement_id]


async def test_the_page_sends_back_by_scanner_and_notes_the_credit(browser: Browser) -> None:
    await browser.do(says(Supplier("ACME", "Acme Foods")))
    await browser.enter()
    scanned = await browser.send_from(RETURNS, f"{RETURNS}/lines", scan=f"3*{MILK}")
    said = {"supplier": "ACME", "reason": WHY, **lines_in(scanned.text)}
    assert said["quantity_1"] == "3"
    went = await browser.send_from(RETURNS, RETURNS, **said)
    assert went.status_code == 303, went.text
    at = went.headers["location"]
    assert WHY in await browser.text(at)
    for wrong in ("0", "x"):
        refused = await browser.send_from(at, f"{at}/credits", number="CN-1", amount=wrong)
        assert refused.status_code == 400
    noted = await browser.send_from(at, f"{at}/credits", number="CN-1", amount="4.50")
    assert noted.status_code == 303, noted.text
    assert "CN-1" in await browser.text(at)
    assert "4.50" in await browser.text(RETURNS)
    without = await browser.send_from(RETURNS, RETURNS, **{**said, "reason": ""})
    assert without.status_code == 400
    await browser.send("/office/language", language="zh-Hans", next=at)
    assert "贷项通知单" in await browser.text(at)
