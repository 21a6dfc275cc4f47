"""A voucher pays once at a shop: the same number is refused the second time, taken by a manager's
word, and good again once it went back."""

from typing import Any

from sync.protocol.facts import RetailTransaction
from tests.edge_store import row_counts, sale
from tests.integration.people_fixtures import Counter, counter
from tests.integration.test_edge_sign_in import slug
from tests.integration.test_edge_void import void

__all__ = ["counter"]
VOUCHER = "INSERT OR REPLACE INTO tender VALUES ('voucher', 'Voucher', 'voucher', 1, 1)"
OTHER = "INSERT OR REPLACE INTO tender VALUES ('mall', 'Mall voucher', 'voucher', 1, 1)"
MILK_MINOR = 345


async def opened(counter: Counter) -> None:
    for statement in (VOUCHER, OTHER):
        await counter.do(lambda db, text=statement: db.execute(text))
    await counter.open_shop()


def paid_by(number: str | None, tender_id: str = "voucher", **more: Any) -> dict[str, Any]:
    tender = {"tender_id": tender_id, "amount_minor": MILK_MINOR, "reference": number}
    return sale(tenders=[tender], **more)


async def sold(counter: Counter, body: dict[str, Any]) -> dict[str, Any]:
    answer = await counter.call("POST", "/sales", body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def refused(counter: Counter, body: dict[str, Any]) -> dict[str, Any]:
    """And nothing of it remained."""
    before = row_counts(counter.till.box.folder)
    answer = await counter.call("POST", "/sales", body)
    assert (answer.status_code, slug(answer)) == (403, "voucher-taken-before")
    assert row_counts(counter.till.box.folder) == before
    problem: dict[str, Any] = answer.json()
    return problem


async def test_the_same_number_is_taken_again_only_by_a_manager_s_word(counter: Counter) -> None:
    await opened(counter)
    await counter.sign_in("ben")
    first = await sold(counter, paid_by("Gv-7001 ", operator_id="ben"))
    again = paid_by(" GV-7001", operator_id="ben")
    problem = await refused(counter, again)
    assert first["receipt_number"] in problem["detail"]
    assert problem["field"] == "tenders[0].reference"
    assert problem["asks"] == {
        "permission": "voucher_again",
        "subject": again["sale_id"],
        "amount_minor": MILK_MINOR,
        "rate_bp": 0,
    }
    await sold(counter, paid_by("GV-7002", operator_id="ben"))
    await sold(counter, paid_by("GV-7001", "mall", operator_id="ben"))
    await sold(counter, paid_by(None, operator_id="ben"))
    await sold(counter, paid_by(None, operator_id="ben"))
    word = {"permission": "voucher_again", "subject": again["sale_id"], "act": "sale"}
    allowed = await counter.allow("anna", **word, amount_minor=MILK_MINOR)
    assert allowed.status_code == 201, allowed.text
    await sold(counter, again | {"override_ids": [allowed.json()["override_id"]]})
    facts = [fact for fact in await counter.facts() if isinstance(fact, RetailTransaction)]
    assert [(one.act, one.operator_id) for one in facts[-1].overrides] == [("sale", "anna")]


async def test_twice_in_one_receipt_is_twice(counter: Counter) -> None:
    await opened(counter)
    await counter.sign_in("ben")
    halves = [
        {"tender_id": "voucher", "amount_minor": minor, "reference": "GV-8001"}
        for minor in (100, MILK_MINOR - 100)
    ]
    problem = await refused(counter, sale(tenders=halves, operator_id="ben"))
    assert problem["field"] == "tenders[1].reference"


async def test_what_went_back_and_what_was_training_is_good_again(counter: Counter) -> None:
    await opened(counter)
    await sold(counter, paid_by("GV-9001", training=True))
    first = await sold(counter, paid_by("GV-9001"))
    await sold(counter, void(first))
    await sold(counter, paid_by("GV-9001"))
    await counter.sign_in("ben")
    await refused(counter, paid_by("GV-9001", operator_id="ben"))
