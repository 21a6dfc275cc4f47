"""Goods that come back over HTTP: the receipt found by its code or number, with what is left of it;
money back to what paid."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from sync.protocol.facts import RetailTransaction
from tests.edge_store import WINE, Till, open_store, row_counts, sale
from tests.integration.people_fixtures import Counter, counter
from tests.integration.test_edge_sign_in import slug

__all__ = ["counter"]


@pytest_asyncio.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_store(tmp_path / "S01") as opened:
        await opened.open_shop()
        yield opened


def paid(*pairs: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"tender_id": name, "amount_minor": amount} for name, amount in pairs]


async def wine_sold(till: Till, *tenders: tuple[str, int], bottles: int = 3) -> dict[str, Any]:
    """So many bottles at 29.90, paid so."""
    lines = [{"line_no": 1, "scan_code": WINE, "quantity_milli": bottles * 1_000}]
    body = sale(total_minor=bottles * 2_990, lines=lines, tenders=paid(*tenders))
    answer = await till.call("POST", "/sales", body)
    assert answer.status_code == 201, answer.text
    sold: dict[str, Any] = answer.json()
    return sold


def back(sold: dict[str, Any], bottles: int = 1, **more: Any) -> dict[str, Any]:
    original = {"sale_id": sold["sale_id"], "line_no": 1}
    lines = [{"line_no": 1, "quantity_milli": bottles * 1_000, "original": original}]
    return sale(lines=lines, total_minor=-bottles * 2_990, **more)


async def receipt(till: Till, code: str) -> dict[str, Any]:
    answer = await till.client.get("/receipts", params={"code": code})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def proposal(till: Till, body: dict[str, Any]) -> list[tuple[str, int]]:
    asked = {"operator_id": body["operator_id"], "lines": body["lines"]}
    told = await till.call("POST", "/quotes", asked)
    assert told.status_code == 200, told.text
    return [(one["tender_id"], one["amount_minor"]) for one in told.json()["refunds"]]


def code_of(sold: dict[str, Any]) -> str:
    """What a scanner reads off the paper."""
    return str(re.findall(r"E\d+-[0-9a-f]{8}-\d+ [0-9a-f]{16}", sold["receipt"])[-1])


async def test_a_receipt_is_found_by_its_code_and_by_its_number(till: Till) -> None:
    await till.call("POST", "/sales", sale())
    sold = await wine_sold(till, ("card", 5_000), ("cash", 3_970))
    by_code = await receipt(till, code_of(sold))
    assert by_code == await receipt(till, f" {sold['receipt_number'].lower()} ")
    assert by_code == await receipt(till, code_of(sold).upper())
    assert (by_code["sale_id"], by_code["can_be_voided"]) == (sold["sale_id"], True)
    (line,) = by_code["lines"]
    assert (line["quantity_milli"], line["left_milli"], line["left_minor"]) == (3_000, 3_000, 8_970)
    payments = [(one["tender_id"], one["left_minor"]) for one in by_code["payments"]]
    assert payments == [("card", 5_000), ("cash", 3_970)]


async def test_a_code_of_another_paper_finds_nothing(till: Till) -> None:
    sold = await wine_sold(till, ("card", 8_970))
    code = code_of(sold)
    for other in (code[:-1] + ("0" if code[-1] != "0" else "1"), "S01-W1-E1-999999"):
        answer = await till.client.get("/receipts", params={"code": other})
        assert (answer.status_code, slug(answer)) == (404, "not-found")


async def test_money_goes_back_as_the_quote_says_until_all_of_it_is_back(till: Till) -> None:
    sold = await wine_sold(till, ("cash", 2_000), ("card", 5_000), ("cash", 2_000))
    asked = [[("card", -2_990)], [("card", -2_010), ("cash", -980)], [("cash", -2_990)]]
    for expected in asked:
        body = back(sold)
        told = await proposal(till, body)
        assert told == expected
        done = await till.call("POST", "/returns", {**body, "tenders": paid(*told)})
        assert done.status_code == 201, done.text
    found = await receipt(till, sold["receipt_number"])
    assert (found["payments"], found["lines"][0]["left_minor"]) == ([], 0)
    assert found["can_be_voided"] is False


async def test_cash_for_what_a_card_paid_takes_somebody_s_word(counter: Counter) -> None:
    await counter.open_shop()
    await counter.sign_in("ben")
    milk = sale(operator_id="ben", tenders=paid(("card", 345)))
    sold = (await counter.call("POST", "/sales", milk)).json()
    before = row_counts(counter.till.box.folder)
    body = {**back(sold, operator_id="ben", tenders=paid(("cash", -345))), "total_minor": -345}
    refused = await counter.call("POST", "/returns", body)
    assert (refused.status_code, slug(refused)) == (403, "refund-elsewhere")
    assert "3.45" in refused.json()["detail"]
    assert refused.json()["asks"]["permission"] == "refund_elsewhere"
    assert row_counts(counter.till.box.folder) == before
    word = {"permission": "refund_elsewhere", "subject": body["sale_id"], "amount_minor": 345}
    allowed = await counter.allow("cleo", **word)
    assert allowed.status_code == 201, allowed.text
    body["override_ids"] = [allowed.json()["override_id"]]
    done = await counter.call("POST", "/returns", body)
    assert done.status_code == 201, done.text
    facts = [fact for fact in await counter.facts() if isinstance(fact, RetailTransaction)]
    assert [(one.act, one.operator_id) for one in facts[-1].overrides] == [("return", "cleo")]
    found = await counter.call("GET", f"/receipts?code={sold['receipt_number']}")
    assert found.json()["payments"] == []


async def test_milk_paid_in_cash_comes_back_in_rounded_cash(till: Till) -> None:
    body = sale(
        lines=[{"line_no": 1, "item_id": "loose", "quantity_milli": 1_000, "unit_price_minor": 399,
                "open_price_reason": "r"}],
        total_minor=399,
        tenders=paid(("cash", 500)),
    )  # fmt: skip
    sold = (await till.call("POST", "/sales", body)).json()
    assert (sold["rounding_minor"], sold["change_minor"]) == (1, 100)
    returned = back(sold)
    assert await proposal(till, returned) == [("cash", -400)]
