"""Discounts by hand over the real API: what is refused leaves nothing, what is beyond the limit
takes somebody else's word on the same screen."""

from typing import Any

import pytest

from sync.protocol.facts import RetailTransaction
from tests.edge_store import MILK, WINE, row_counts, sale
from tests.integration.people_fixtures import Counter, counter
from tests.integration.test_edge_sign_in import slug

__all__ = ["counter"]
TENTH = {"reason": "regular", "rate_bp": 1_000}
GIFT = (
    "INSERT INTO item VALUES ('gift', 'Gift card', 'x', 'out_of_scope', 'each', 0, NULL, 1, 1,"
    " NULL, NULL)"
)
GIFT_PRICE = "INSERT INTO price VALUES ('gift', 0, 2000, 1)"


def discounted(discount: Any, total_minor: int, *, of_basket: bool = False, **more: Any) -> Any:
    """A bottle of wine at 29.90 that Ben sells for less."""
    line = {"line_no": 1, "scan_code": WINE, "quantity_milli": 1_000}
    lines = [line if of_basket else {**line, "discount": discount}]
    whole = {"discount": discount} if of_basket else {}
    paid = [{"tender_id": "card", "amount_minor": total_minor}]
    values = {"operator_id": "ben", "lines": lines, "tenders": paid, "total_minor": total_minor}
    return sale(**{**values, **whole, **more})


async def at_work(counter: Counter) -> None:
    await counter.open_shop()
    await counter.sign_in("ben")


async def last_sale(counter: Counter) -> RetailTransaction:
    return [fact for fact in await counter.facts() if isinstance(fact, RetailTransaction)][-1]


@pytest.mark.parametrize("of_basket", [False, True], ids=["line", "basket"])
@pytest.mark.parametrize(
    ("stated", "total_minor"), [({"rate_bp": 500}, 2_840), ({"amount_minor": 149}, 2_841)]
)
async def test_a_discount_within_the_limit_stands_on_the_line_with_who_gave_it_and_why(
    counter: Counter, stated: dict[str, int], total_minor: int, of_basket: bool
) -> None:
    await at_work(counter)
    body = discounted({"reason": "dented", **stated}, total_minor, of_basket=of_basket)
    quoted = {name: body[name] for name in ("operator_id", "lines", "discount") if name in body}
    said = (await counter.call("POST", "/quotes", quoted)).json()
    assert said["total_minor"] == total_minor
    off = {"reason": "dented", "amount_minor": total_minor - 2_990}
    assert said["lines"][0]["modifiers"] == [off]
    done = await counter.call("POST", "/sales", body)
    assert done.status_code == 201, done.text
    assert "dented" in done.json()["receipt"]
    (modifier,) = (await last_sale(counter)).lines[0].modifiers
    assert modifier.kind == ("basket_discount" if of_basket else "discount")
    assert (modifier.operator_id, modifier.amount_minor) == ("ben", total_minor - 2_990)


@pytest.mark.parametrize("of_basket", [False, True], ids=["line", "basket"])
async def test_beyond_the_limit_the_refusal_says_what_to_ask_for_and_somebody_allows_it(
    counter: Counter, of_basket: bool
) -> None:
    await at_work(counter)
    body = discounted(TENTH, 2_691, of_basket=of_basket)
    before = row_counts(counter.till.box.folder)
    refused = await counter.call("POST", "/sales", body)
    assert slug(refused) == "override-needed"
    assert row_counts(counter.till.box.folder) == before
    asks = refused.json()["asks"]
    named = {"permission": "discount", "subject": body["sale_id"]}
    assert asks == {**named, "amount_minor": 299, "rate_bp": 1_000}
    given = await counter.allow("cleo", **asks)
    assert given.status_code == 201, given.text
    body["override_ids"] = [given.json()["override_id"]]
    done = await counter.call("POST", "/sales", body)
    assert done.status_code == 201, done.text
    (word,) = (await last_sale(counter)).overrides
    assert (word.operator_id, word.reason) == ("cleo", "it is right")


async def test_nobody_allows_a_larger_share_than_their_own(counter: Counter) -> None:
    await at_work(counter)
    asked = {"permission": "discount", "subject": "x", "amount_minor": 1, "rate_bp": 2_001}
    assert slug(await counter.allow("cleo", **asked)) == "override-needed"
    assert (await counter.allow("anna", **asked)).status_code == 201


async def test_a_word_for_a_smaller_share_does_not_hold(counter: Counter) -> None:
    await at_work(counter)
    body = discounted(TENTH, 2_691)
    asked = {"permission": "discount", "subject": body["sale_id"], "amount_minor": 299}
    given = await counter.allow("cleo", **asked, rate_bp=999)
    body["override_ids"] = [given.json()["override_id"]]
    before = row_counts(counter.till.box.folder)
    assert slug(await counter.call("POST", "/sales", body)) == "override-refused"
    assert row_counts(counter.till.box.folder) == before


@pytest.mark.parametrize("of_basket", [False, True], ids=["line", "basket"])
@pytest.mark.parametrize(
    ("stated", "problem"),
    [
        ({"amount_minor": 2_991}, "discount-too-large"),
        ({"rate_bp": 10_001}, "invalid-field"),
        ({"rate_bp": 500, "amount_minor": 1}, "invalid-field"),
        ({}, "invalid-field"),
        ({"rate_bp": 500, "reason": ""}, "invalid-field"),
    ],
)
async def test_what_cannot_come_off_is_refused_and_leaves_nothing(
    counter: Counter, stated: dict[str, Any], problem: str, of_basket: bool
) -> None:
    await at_work(counter)
    before = row_counts(counter.till.box.folder)
    body = discounted({"reason": "dented", **stated}, 0, of_basket=of_basket, tenders=[])
    assert slug(await counter.call("POST", "/sales", body)) == problem
    assert row_counts(counter.till.box.folder) == before
    paid = [{"tender_id": "card", "amount_minor": 2_990}]
    plain = discounted(None, 2_990, of_basket=of_basket, tenders=paid)
    assert (await counter.call("POST", "/sales", plain)).status_code == 201


async def test_goods_that_come_back_and_what_is_out_of_scope_bear_none(counter: Counter) -> None:
    await at_work(counter)
    await counter.do(lambda db: (db.execute(GIFT), db.execute(GIFT_PRICE)))
    sold = discounted(None, 2_990)
    assert (await counter.call("POST", "/sales", sold)).status_code == 201
    before = row_counts(counter.till.box.folder)
    original = {"sale_id": sold["sale_id"], "line_no": 1}
    back = {"line_no": 1, "quantity_milli": 1_000, "original": original, "discount": TENTH}
    card = {"line_no": 1, "quantity_milli": 1_000, "item_id": "gift", "discount": TENTH}
    for line, problem in ((back, "discount-on-return"), (card, "discount-out-of-scope")):
        asked = discounted(None, 0, lines=[line], tenders=[])
        assert slug(await counter.call("POST", "/sales", asked)) == problem
    assert row_counts(counter.till.box.folder) == before


async def test_a_part_that_comes_back_gives_back_what_was_paid_for_it(counter: Counter) -> None:
    await at_work(counter)
    lines = [{"line_no": 1, "scan_code": MILK, "quantity_milli": 3_000}]
    bought = discounted({"reason": "regular", "amount_minor": 50}, 985, of_basket=True, lines=lines)
    assert (await counter.call("POST", "/sales", bought)).status_code == 201
    given_back = []
    for pieces in (1, 2):
        original = {"sale_id": bought["sale_id"], "line_no": 1}
        line = {"line_no": 1, "quantity_milli": pieces * 1_000, "original": original}
        quoted = {"operator_id": "ben", "lines": [line]}
        due = (await counter.call("POST", "/quotes", quoted)).json()["total_minor"]
        paid = [{"tender_id": "card", "amount_minor": due}]
        back = discounted(None, due, lines=[line], tenders=paid)
        assert (await counter.call("POST", "/returns", back)).status_code == 201
        given_back.append(due)
    assert given_back == [-328, -657]
