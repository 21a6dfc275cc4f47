"""Prices by hand over the real API: what is refused leaves nothing, what is beyond the limit takes
somebody else's word on the same screen."""

from typing import Any

import pytest

from sync.protocol.facts import RetailTransaction
from tests.edge_store import WINE, row_counts, sale
from tests.integration.people_fixtures import Counter, counter
from tests.integration.test_edge_sign_in import slug

__all__ = ["counter"]


def priced(
    operator_id: str, asked: Any, total_minor: int, *, beside: Any = None, **more: Any
) -> Any:
    """A bottle of wine at 29.90 for another price."""
    line = {"line_no": 1, "scan_code": WINE, "quantity_milli": 1_000, "price_override": asked}
    paid = [{"tender_id": "card", "amount_minor": total_minor}]
    values = {"operator_id": operator_id, "tenders": paid, "total_minor": total_minor}
    return sale(lines=[{**line, **(beside or {})}], **{**values, **more})


def at(unit_price_minor: int, reason: str = "wrong label") -> dict[str, Any]:
    return {"unit_price_minor": unit_price_minor, "reason": reason}


async def last_sale(counter: Counter) -> RetailTransaction:
    return [fact for fact in await counter.facts() if isinstance(fact, RetailTransaction)][-1]


async def test_a_price_within_the_limit_stands_on_the_line_with_who_set_it_and_why(
    counter: Counter,
) -> None:
    await counter.open_shop()
    await counter.sign_in("cleo")
    body = priced("cleo", at(2_500), 2_500)
    quoted = {"operator_id": "cleo", "lines": body["lines"]}
    said = (await counter.call("POST", "/quotes", quoted)).json()
    assert said["total_minor"] == 2_500
    assert said["lines"][0]["unit_price_minor"] == 2_990
    assert said["lines"][0]["modifiers"] == [{"reason": "wrong label", "amount_minor": -490}]
    done = await counter.call("POST", "/sales", body)
    assert done.status_code == 201, done.text
    assert "wrong label" in done.json()["receipt"]
    fact = await last_sale(counter)
    (modifier,) = fact.lines[0].modifiers
    assert (modifier.kind, modifier.operator_id) == ("price_override", "cleo")
    assert fact.overrides == ()


@pytest.mark.parametrize(
    ("operator_id", "problem"), [("ben", "permission-needed"), ("cleo", "override-needed")]
)
async def test_beyond_the_limit_the_refusal_says_what_to_ask_for_and_somebody_allows_it(
    counter: Counter, operator_id: str, problem: str
) -> None:
    await counter.open_shop()
    await counter.sign_in(operator_id)
    body = priced(operator_id, at(1_495), 1_495)
    before = row_counts(counter.till.box.folder)
    refused = await counter.call("POST", "/sales", body)
    assert slug(refused) == problem
    assert row_counts(counter.till.box.folder) == before
    asks = refused.json()["asks"]
    named = {"permission": "price_override", "subject": body["sale_id"]}
    assert asks == {**named, "amount_minor": 1_495, "rate_bp": 5_000}
    given = await counter.allow("anna", **asks)
    assert given.status_code == 201, given.text
    body["override_ids"] = [given.json()["override_id"]]
    done = await counter.call("POST", "/sales", body)
    assert done.status_code == 201, done.text
    (word,) = (await last_sale(counter)).overrides
    assert (word.operator_id, word.reason) == ("anna", "it is right")


async def test_a_price_and_a_discount_beyond_the_limit_take_a_word_each(counter: Counter) -> None:
    await counter.open_shop()
    await counter.sign_in("cleo")
    off = {"discount": {"reason": "regular", "rate_bp": 5_000}}
    body = priced("cleo", at(1_000), 500, beside=off)
    given = []
    for permission in ("price_override", "discount"):
        refused = (await counter.call("POST", "/sales", body)).json()
        assert refused["asks"]["permission"] == permission
        given.append((await counter.allow("anna", **refused["asks"])).json()["override_id"])
        body["override_ids"] = given
    assert (await counter.call("POST", "/sales", body)).status_code == 201
    fact = await last_sale(counter)
    assert [each.kind for each in fact.lines[0].modifiers] == ["price_override", "discount"]
    assert len(fact.overrides) == 2


@pytest.mark.parametrize("wrong", [at(-1), at(100, ""), {"unit_price_minor": 100}, {"reason": "x"}])
async def test_a_price_by_hand_has_an_amount_and_a_reason(counter: Counter, wrong: Any) -> None:
    await counter.open_shop()
    await counter.sign_in("anna")
    before = row_counts(counter.till.box.folder)
    assert slug(await counter.call("POST", "/sales", priced("anna", wrong, 100))) == "invalid-field"
    assert row_counts(counter.till.box.folder) == before


async def test_a_part_that_comes_back_gives_back_what_was_paid_for_it(counter: Counter) -> None:
    await counter.open_shop()
    await counter.sign_in("anna")
    three = {"quantity_milli": 3_000}
    bought = priced("anna", at(1_000), 3_000, beside=three)
    assert (await counter.call("POST", "/sales", bought)).status_code == 201
    before = row_counts(counter.till.box.folder)
    original = {"sale_id": bought["sale_id"], "line_no": 1}
    line = {"line_no": 1, "quantity_milli": 2_000, "original": original}
    again = sale(lines=[{**line, "price_override": at(1)}], operator_id="anna", tenders=[])
    assert slug(await counter.call("POST", "/sales", again)) == "price-override-on-return"
    assert row_counts(counter.till.box.folder) == before
    said = await counter.call("POST", "/quotes", {"operator_id": "anna", "lines": [line]})
    assert said.json()["total_minor"] == -2_000
