"""A receipt that should not have been is taken back whole, once, on its own day."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from sync.protocol.facts import RetailTransaction
from tests.edge_store import CUSTOMER, MILK, WINE, Till, open_store, row_counts, sale
from tests.integration.people_fixtures import Counter, counter
from tests.integration.test_edge_sign_in import slug
from tests.integration.test_edge_take_back import back, paid, receipt, wine_sold

__all__ = ["counter"]


@pytest_asyncio.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_store(tmp_path / "S01") as opened:
        await opened.open_shop()
        yield opened


def void(sold: dict[str, Any], **more: Any) -> dict[str, Any]:
    named = {"post_void_of": sold["sale_id"], "note": "rang up for the wrong person"}
    values = {"lines": [], "tenders": [], "total_minor": -sold["total_minor"]}
    return sale(**values, **named) | more


async def refused(till: Till, body: dict[str, Any], word: str) -> dict[str, Any]:
    """And nothing of it remained."""
    before = row_counts(till.box.folder)
    answer = await till.call("POST", "/sales", body)
    assert slug(answer) == word, answer.text
    assert row_counts(till.box.folder) == before
    problem: dict[str, Any] = answer.json()
    return problem


async def test_it_gives_back_what_each_tender_paid_and_stands_on_both_receipts(till: Till) -> None:
    lines = [
        {"line_no": 1, "scan_code": WINE, "quantity_milli": 2_000},
        {"line_no": 2, "scan_code": MILK, "quantity_milli": 1_000},
        {"line_no": 3, "item_id": "loose", "quantity_milli": 1_000, "unit_price_minor": 4,
         "open_price_reason": "r"},
    ]  # fmt: skip
    tenders = paid(("cash", 2_000), ("card", 3_000), ("cash", 2_000))
    body = sale(lines=lines, tenders=tenders, total_minor=6_329, customer_id=str(CUSTOMER))
    sold = (await till.call("POST", "/sales", body)).json()
    assert (sold["rounding_minor"], sold["change_minor"], sold["points_earned"]) == (1, 670, 6)
    assert (await receipt(till, sold["receipt_number"]))["can_be_voided"] is True
    asked = {"operator_id": "anna", "lines": [], "post_void_of": sold["sale_id"]}
    told = (await till.call("POST", "/quotes", asked)).json()
    assert told["total_minor"] == -6_329
    done = await till.call("POST", "/sales", void(sold))
    assert done.status_code == 201, done.text
    gone = done.json()
    assert (gone["rounding_minor"], gone["due_minor"]) == (-1, -6_330)
    assert (gone["points_taken_back"], gone["points_here"]) == (6, 0)
    assert f"*** POST-VOID of {sold['receipt_number']} ***" in gone["receipt"]
    again = (await till.call("GET", f"/sales?receipt_number={sold['receipt_number']}")).json()
    assert f"*** VOIDED by {gone['receipt_number']} ***" in again["receipt"]
    found = await receipt(till, sold["receipt_number"])
    assert (found["voided_by"], found["can_be_voided"]) == (gone["receipt_number"], False)
    assert (found["payments"], {one["left_milli"] for one in found["lines"]}) == ([], {0})


async def test_it_is_done_once(till: Till) -> None:
    sold = await wine_sold(till, ("card", 8_970))
    first = void(sold)
    assert (await till.call("POST", "/sales", first)).status_code == 201
    assert (await till.call("POST", "/sales", first)).status_code == 200
    await refused(till, void(sold), "voided-already")


async def test_of_what_came_back_in_part_nothing_is_voided(till: Till) -> None:
    sold = await wine_sold(till, ("card", 8_970))
    returned = back(sold, tenders=paid(("card", -2_990)))
    done = (await till.call("POST", "/returns", returned)).json()
    problem = await refused(till, void(sold), "not-voidable")
    assert "came back already" in problem["detail"]
    problem = await refused(till, void(done), "not-voidable")
    assert "took goods back itself" in problem["detail"]


async def test_of_another_day_nothing_is_voided(till: Till) -> None:
    sold = await wine_sold(till, ("card", 8_970))
    unit = "UPDATE sale SET business_date = '2020-01-01'"
    await till.box.writer.run(lambda db: db.execute(unit).rowcount)
    problem = await refused(till, void(sold), "not-voidable")
    assert "2020-01-01" in problem["detail"]


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"note": None}, "void-reason-missing"),
        ({"post_void_of": "0199aaaa-0000-7000-8000-000000000009"}, "nothing-to-void"),
        ({"lines": sale()["lines"]}, "void-has-lines"),
        ({"tenders": paid(("cash", -8_970))}, "refund-elsewhere"),
        ({"total_minor": -1}, "total-differs"),
    ],
)
async def test_what_a_void_must_be(till: Till, more: dict[str, Any], word: str) -> None:
    sold = await wine_sold(till, ("card", 8_970))
    await refused(till, void(sold) | more, word)


async def test_a_cashier_voids_by_somebody_s_word(counter: Counter) -> None:
    await counter.open_shop()
    await counter.sign_in("ben")
    sold = (await counter.call("POST", "/sales", sale(operator_id="ben"))).json()
    body = void(sold, operator_id="ben")
    assert slug(await counter.call("POST", "/sales", body)) == "permission-needed"
    word = {"permission": "void", "subject": body["sale_id"], "amount_minor": 345}
    allowed = await counter.allow("cleo", **word)
    body["override_ids"] = [allowed.json()["override_id"]]
    done = await counter.call("POST", "/sales", body)
    assert done.status_code == 201, done.text
    facts = [fact for fact in await counter.facts() if isinstance(fact, RetailTransaction)]
    assert str(facts[-1].post_void_of) == sold["sale_id"]
    assert facts[-1].note == "rang up for the wrong person"
