"""How much goes back without a receipt on one business day: many small receipts come to a limit as
one large one does."""

from datetime import date, timedelta
from typing import Any

import httpx

from edge.db.unverified import given_back_unverified
from sync.protocol.facts import RetailTransaction
from sync.protocol.identity import CustomerId, OperatorId
from tests.edge_store import CUSTOMER, row_counts, sale
from tests.integration.people_fixtures import Counter, counter
from tests.integration.test_edge_sign_in import slug

__all__ = ["counter"]


def back(by: str, minor: int, **more: Any) -> dict[str, Any]:
    """A bottle at the price that is typed, in cash."""
    line = {"line_no": 1, "quantity_milli": 1_000, "item_id": "item-3", "unverified": "a gift"}
    lines = [{**line, "unit_price_minor": minor}]
    tenders = [{"tender_id": "cash", "amount_minor": -minor}]
    return sale(operator_id=by, lines=lines, tenders=tenders, total_minor=-minor, **more)


async def gives(counter: Counter, body: dict[str, Any]) -> httpx.Response:
    return await counter.call("POST", "/returns", body)


async def test_small_receipts_come_to_the_operator_s_limit_together(counter: Counter) -> None:
    await counter.open_shop()
    await counter.sign_in("cleo")
    for minor in (3_000, 1_500, 500):
        done = await gives(counter, back("cleo", minor))
        assert done.status_code == 201, done.text
    before, body = row_counts(counter.till.box.folder), back("cleo", 100)
    refused = await gives(counter, body)
    assert (refused.status_code, slug(refused)) == (403, "override-needed")
    assert row_counts(counter.till.box.folder) == before
    asks = refused.json()["asks"]
    assert (asks["permission"], asks["amount_minor"]) == ("return_without_receipt", 5_100)
    word = {"permission": asks["permission"], "subject": body["sale_id"]}
    too_small = await counter.allow("anna", **word, amount_minor=100)
    refused = await gives(counter, body | {"override_ids": [too_small.json()["override_id"]]})
    assert slug(refused) == "override-refused"
    enough = await counter.allow("anna", **word, amount_minor=5_100)
    done = await gives(counter, body | {"override_ids": [enough.json()["override_id"]]})
    assert done.status_code == 201, done.text
    facts = [fact for fact in await counter.facts() if isinstance(fact, RetailTransaction)]
    assert [one.operator_id for one in facts[-1].overrides] == ["anna"]
    assert slug(await gives(counter, back("cleo", 100))) == "override-needed"


async def test_what_a_customer_got_counts_whoever_gave_it(counter: Counter) -> None:
    await counter.open_shop()
    bo = {"customer_id": str(CUSTOMER)}
    assert (await gives(counter, back("anna", 4_900, **bo))).status_code == 201
    await counter.sign_in("cleo")
    refused = await gives(counter, back("cleo", 200, **bo))
    assert slug(refused) == "override-needed"
    assert refused.json()["asks"]["amount_minor"] == 5_100
    assert (await gives(counter, back("cleo", 200))).status_code == 201


async def test_training_another_day_and_goods_with_their_receipt_count_nothing(
    counter: Counter,
) -> None:
    await counter.open_shop()
    sold = (await counter.call("POST", "/sales", sale())).json()
    original = {"sale_id": sold["sale_id"], "line_no": 1}
    lines = [{"line_no": 1, "quantity_milli": 1_000, "original": original}]
    tenders = [{"tender_id": "cash", "amount_minor": -345}]
    own = sale(lines=lines, tenders=tenders, total_minor=-345)
    assert (await counter.call("POST", "/returns", own)).status_code == 201
    assert (await gives(counter, back("anna", 4_000, training=True))).status_code == 201
    day = date.fromisoformat(sold["business_date"])
    anna, bo = OperatorId("anna"), CustomerId(CUSTOMER)
    reader = counter.till.box.reader
    assert await reader.read(lambda db: given_back_unverified(db, day, anna, bo)) == 0
    assert (await gives(counter, back("anna", 4_000))).status_code == 201
    assert await reader.read(lambda db: given_back_unverified(db, day, anna, None)) == 4_000
    tomorrow = day + timedelta(days=1)
    assert await reader.read(lambda db: given_back_unverified(db, tomorrow, anna, bo)) == 0
