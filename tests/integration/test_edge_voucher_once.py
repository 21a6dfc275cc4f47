"""A voucher that lowers the price is taken once at a shop: the same number is refused the second
time and leaves nothing, is taken by a manager's word, and is good again once its receipt was
voided."""

from typing import Any

from sync.protocol.facts import RetailTransaction, VoucherTaken
from tests.edge_store import WINE, row_counts
from tests.integration.people_fixtures import Counter, counter
from tests.integration.test_edge_sign_in import slug
from tests.integration.test_edge_void import void
from tests.integration.test_edge_voucher_discounts import FIVE, asked, at_work, publish

__all__ = ["counter"]


def five_off(number: str, **more: Any) -> dict[str, Any]:
    five = {"tender_id": FIVE, "amount_minor": 500, "reference": number}
    body: dict[str, Any] = asked([five], 2_490, WINE, **more)
    return body


async def test_the_same_number_lowers_a_price_again_only_by_a_manager_s_word(
    counter: Counter,
) -> None:
    await at_work(counter)
    first = await counter.call("POST", "/sales", five_off("n17"))
    assert first.status_code == 201, first.text
    again = five_off(" N17")
    before = row_counts(counter.till.box.folder)
    refused = await counter.call("POST", "/sales", again)
    assert (refused.status_code, slug(refused)) == (403, "voucher-taken-before")
    assert row_counts(counter.till.box.folder) == before
    problem = refused.json()
    assert first.json()["receipt_number"] in problem["detail"]
    assert problem["field"] == "vouchers[0].reference"
    word = {"permission": "voucher_again", "subject": again["sale_id"], "act": "sale"}
    allowed = await counter.allow("anna", **word, amount_minor=500)
    assert allowed.status_code == 201, allowed.text
    ids = [allowed.json()["override_id"]]
    done = await counter.call("POST", "/sales", again | {"override_ids": ids})
    assert done.status_code == 201, done.text
    facts = [fact for fact in await counter.facts() if isinstance(fact, RetailTransaction)]
    assert facts[-1].vouchers == (VoucherTaken(FIVE, " N17", 500),)
    assert [(one.act, one.operator_id) for one in facts[-1].overrides] == [("sale", "anna")]


async def test_it_is_good_again_once_its_receipt_was_voided(counter: Counter) -> None:
    await counter.do(publish)
    await counter.open_shop()
    first = (await counter.call("POST", "/sales", five_off("N18", operator_id="anna"))).json()
    await counter.sign_in("ben")
    refused = await counter.call("POST", "/sales", five_off("N18"))
    assert slug(refused) == "voucher-taken-before"
    await counter.sign_in("anna")
    done = await counter.call("POST", "/sales", void(first))
    assert done.status_code == 201, done.text
    await counter.sign_in("ben")
    again = await counter.call("POST", "/sales", five_off("N18"))
    assert again.status_code == 201, again.text


async def test_goods_that_come_back_do_not_make_it_new(counter: Counter) -> None:
    await at_work(counter)
    sold = five_off("N19")
    assert (await counter.call("POST", "/sales", sold)).status_code == 201
    line = {
        "line_no": 1,
        "quantity_milli": 1_000,
        "original": {"sale_id": sold["sale_id"], "line_no": 1},
    }
    paid = [{"tender_id": "card", "amount_minor": -2_490}]
    back = asked([], -2_490, lines=[line], tenders=paid)
    assert (await counter.call("POST", "/returns", back)).status_code == 201
    assert slug(await counter.call("POST", "/sales", five_off("N19"))) == "voucher-taken-before"
