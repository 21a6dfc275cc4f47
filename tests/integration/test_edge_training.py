"""Training over the real API: everything works, nothing counts, nothing can be mistaken."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from sync.protocol.codec import decode
from sync.protocol.facts import RetailTransaction
from tests.edge_store import CUSTOMER, MILK, RICE, Till, open_store, row_counts, sale

pytestmark = pytest.mark.asyncio(loop_scope="module")
COUNTED = ("stock_level", "stock_movement", "points_right", "points_debt")
"""What a sale moves beside its own rows."""


@pytest_asyncio.fixture(loop_scope="module")
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        yield till


def to_a_customer(*, training: bool) -> dict[str, Any]:
    """Milk and rice, which earn points."""
    lines = [
        {"line_no": 1, "scan_code": MILK, "quantity_milli": 1_000},
        {"line_no": 2, "scan_code": RICE, "quantity_milli": 1_000},
    ]
    given = [{"tender_id": "cash", "amount_minor": 2_000}]
    body = {"customer_id": str(CUSTOMER), "training": training, "total_minor": 1_644}
    return sale(lines=lines, tenders=given, **body)


async def sold(till: Till, body: dict[str, Any]) -> dict[str, Any]:
    answer = await till.call("POST", "/sales", body)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def returning(of: dict[str, Any], *, training: bool) -> dict[str, Any]:
    """One litre of milk comes back for cash."""
    line: dict[str, Any] = {"line_no": 1, "quantity_milli": 1_000}
    line["original"] = {"sale_id": of["sale_id"], "line_no": 1}
    tenders = [{"tender_id": "cash", "amount_minor": -345}]
    return sale(lines=[line], tenders=tenders, total_minor=-345, training=training)


async def test_a_training_receipt_says_so_and_moves_nothing(till: Till) -> None:
    before, totals = row_counts(till.box.folder), (await till.call("GET", "/totals")).json()
    answer = await sold(till, to_a_customer(training=True))
    assert "*** TRAINING, NOT A SALE ***" in answer["receipt"]
    after = row_counts(till.box.folder)
    assert {name for name in after if after[name] != before[name]} == {
        *("journal", "sale", "sale_line", "sale_tax", "sale_tender", "receipt_series"),
    }
    assert (await till.call("GET", "/totals")).json()["totals"] == totals["totals"]
    shop = (await till.call("GET", "/till")).json()
    assert shop["day_receipts"] == 0


async def test_the_fact_says_training_and_the_next_sale_says_nothing_of_it(till: Till) -> None:
    await sold(till, to_a_customer(training=True))
    real = await sold(till, to_a_customer(training=False))
    assert "TRAINING" not in real["receipt"]
    query = "SELECT body FROM journal WHERE kind = 'retail_transaction' ORDER BY seq"
    facts = await till.box.reader.read(lambda db: [row[0] for row in db.execute(query)])
    assert [decode(RetailTransaction, fact).training for fact in facts] == [True, False]
    counts = row_counts(till.box.folder)
    assert [counts[name] for name in COUNTED] == [2, 2, 1, 0]


async def test_a_drawer_holds_no_cash_of_training(till: Till) -> None:
    await sold(till, to_a_customer(training=True))
    session = (await till.call("GET", "/till")).json()["till_session"]["till_session_id"]
    body = {"event_id": str(uuid4()), "operator_id": "anna", "counted_cash_minor": 10_000}
    settled = await till.call("POST", f"/till-sessions/{session}/settle", body)
    assert settled.json()["over_short_minor"] == 0, settled.text


async def test_training_takes_back_training_once_and_moves_nothing(till: Till) -> None:
    receipt = await sold(till, to_a_customer(training=True))
    before = row_counts(till.box.folder)
    back = await sold(till, returning(receipt, training=True))
    assert "TRAINING" in back["receipt"]
    after = row_counts(till.box.folder)
    assert [after[name] for name in COUNTED] == [before[name] for name in COUNTED]
    again = await till.call("POST", "/sales", returning(receipt, training=True))
    assert again.json()["type"].endswith("returned-more-than-sold")


@pytest.mark.parametrize("was_training", [True, False])
async def test_a_sale_and_training_take_back_nothing_of_each_other(
    till: Till, was_training: bool
) -> None:
    receipt = await sold(till, sale(training=was_training))
    before = row_counts(till.box.folder)
    refused = await till.call("POST", "/sales", returning(receipt, training=not was_training))
    assert (refused.status_code, refused.json()["type"].split(":")[-1]) == (422, "training-differs")
    assert receipt["receipt_number"] in refused.json()["detail"]
    assert row_counts(till.box.folder) == before


async def test_a_quote_of_training_is_the_sales_own(till: Till) -> None:
    lines = sale()["lines"]
    asked = {"operator_id": "anna", "lines": lines, "training": True}
    quoted = (await till.call("POST", "/quotes", asked)).json()
    assert quoted["total_minor"] == 345
