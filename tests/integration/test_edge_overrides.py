"""Somebody else's word: for one act, subject and amount, once, for a minute, never one's own."""

from typing import Any
from uuid import uuid4

import pytest

from edge.domain.reckoning import Steady
from sync.protocol.facts import RetailTransaction
from tests.edge_store import WINE, act, sale
from tests.integration.people_fixtures import PINS, Counter, another_counter, counter
from tests.integration.test_edge_sign_in import slug

__all__ = ["counter"]
PRICE_MINOR = 2_990


async def wine_sold(counter: Counter) -> str:
    """Three bottles that Ben sold: more than he takes back alone."""
    await counter.open_shop()
    await counter.sign_in("ben")
    lines = [{"line_no": 1, "scan_code": WINE, "quantity_milli": 3_000}]
    paid = [{"tender_id": "card", "amount_minor": 3 * PRICE_MINOR, "reference": "1"}]
    body = sale(operator_id="ben", lines=lines, tenders=paid, total_minor=3 * PRICE_MINOR)
    sold = await counter.call("POST", "/sales", body)
    assert sold.status_code == 201, sold.text
    return str(body["sale_id"])


def back(sold: str, bottles: int = 3, **more: Any) -> dict[str, Any]:
    original = {"sale_id": sold, "line_no": 1}
    lines = [{"line_no": 1, "quantity_milli": bottles * 1_000, "original": original}]
    due = -bottles * PRICE_MINOR
    paid = [{"tender_id": "card", "amount_minor": due, "reference": "1"}]
    values = {"operator_id": "ben", "lines": lines, "tenders": paid, "total_minor": due}
    return sale(**values, **more)


async def allowed(counter: Counter, body: dict[str, Any], by: str = "anna", **more: Any) -> str:
    asked = {"permission": "return_goods", "subject": body["sale_id"], "amount_minor": 8_970}
    answer = await counter.allow(by, **{**asked, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["override_id"])


async def test_a_return_above_the_limit_takes_somebody_elses_word_and_carries_both_people(
    counter: Counter,
) -> None:
    sold = await wine_sold(counter)
    body = back(sold)
    assert slug(await counter.call("POST", "/returns", body)) == "override-needed"
    body["override_ids"] = [await allowed(counter, body)]
    assert (await counter.call("POST", "/returns", body)).status_code == 201
    facts = [fact for fact in await counter.facts() if isinstance(fact, RetailTransaction)]
    (word,) = facts[-1].overrides
    assert (facts[-1].operator_id, word.operator_id, word.act) == ("ben", "anna", "return")
    assert word.reason == "it is right"
    assert ("override_given", "ben", "anna") in await counter.acts()


async def test_a_return_within_the_limit_takes_nobodys(counter: Counter) -> None:
    sold = await wine_sold(counter)
    done = await counter.call("POST", "/returns", back(sold, bottles=1))
    assert done.status_code == 201, done.text


async def test_an_override_is_used_once_and_the_same_request_again_is_answered(
    counter: Counter,
) -> None:
    sold = await wine_sold(counter)
    body = back(sold, bottles=2)
    body["override_ids"] = [await allowed(counter, body)]
    assert (await counter.call("POST", "/returns", body)).status_code == 201
    assert (await counter.call("POST", "/returns", body)).status_code == 200
    replayed = {**act(operator_id="ben"), "override_id": body["override_ids"][0]}
    day = (await counter.call("GET", "/business-days/current")).json()["business_date"]
    closed = await counter.call("POST", f"/business-days/{day}/close", replayed)
    assert slug(closed) == "permission-needed"


@pytest.mark.parametrize(
    "more",
    [{"subject": str(uuid4())}, {"permission": "void"}, {"amount_minor": 8_969}],
    ids=["another sale", "another act", "a smaller amount"],
)
async def test_an_override_for_something_else_does_not_hold(
    counter: Counter, more: dict[str, Any]
) -> None:
    sold = await wine_sold(counter)
    body = back(sold)
    body["override_ids"] = [await allowed(counter, body, **more)]
    refused = slug(await counter.call("POST", "/returns", body))
    assert refused in ("override-refused", "override-needed")


async def test_what_was_refused_for_another_reason_may_use_its_override_within_the_minute(
    counter: Counter,
) -> None:
    sold = await wine_sold(counter)
    body = back(sold)
    body["override_ids"] = [await allowed(counter, body)]
    wrong = {**body, "total_minor": -1}
    assert slug(await counter.call("POST", "/returns", wrong)) == "total-differs"
    assert (await counter.call("POST", "/returns", body)).status_code == 201


async def test_an_override_is_over_after_a_minute(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold = await wine_sold(counter)
    body = back(sold)
    body["override_ids"] = [await allowed(counter, body)]
    now = counter.till.box.clock.steady()
    overrides = counter.till.box.overrides
    monkeypatch.setattr(overrides, "_steady", lambda: Steady(now.machine_boot, now.ms + 60_001))
    assert slug(await counter.call("POST", "/returns", body)) == "override-needed"


async def test_nobody_allows_an_act_of_their_own_or_beyond_their_own_limit(
    counter: Counter,
) -> None:
    await counter.sign_in("anna")
    own = await counter.allow("anna", permission="void", subject="x")
    assert slug(own) == "override-refused"
    await counter.sign_in("ben")
    asked = {"permission": "return_goods", "subject": "x", "amount_minor": 50_001}
    assert slug(await counter.allow("cleo", **asked)) == "override-needed"
    missing = await counter.allow("cleo", permission="reopen_day", subject="x")
    assert slug(missing) == "permission-needed"
    refused = [act for act, _, _ in await counter.acts() if act == "override_refused"]
    assert len(refused) == 3


async def test_an_override_takes_the_givers_pin_and_a_wrong_one_is_counted(
    counter: Counter,
) -> None:
    await counter.sign_in("ben")
    for pin in ("9999", PINS["ben"]):
        wrong = await counter.allow("anna", pin=pin, permission="void", subject="x")
        assert slug(wrong) == "sign-in-refused"
    assert [act for act, _, _ in await counter.acts()][1:] == ["sign_in_failed"] * 2


async def test_an_override_is_given_to_one_operator_at_one_workstation(counter: Counter) -> None:
    sold = await wine_sold(counter)
    body = back(sold)
    body["override_ids"] = [await allowed(counter, body)]
    async with another_counter(counter.till, "W2") as client:
        other = Counter(type(counter.till)(counter.till.box, client), {})
        await other.sign_in("ben")
        opened = {"till_session_id": str(uuid4()), "operator_id": "ben", "float_minor": 0}
        assert (await other.call("POST", "/till-sessions", opened)).status_code == 201
        assert slug(await other.call("POST", "/returns", body)) == "override-needed"
    assert (await counter.call("POST", "/returns", body)).status_code == 201


async def test_a_cashier_closes_the_day_with_a_supervisors_word(counter: Counter) -> None:
    await counter.sign_in("anna")
    assert (await counter.call("POST", "/business-days", act())).status_code == 201
    await counter.sign_in("ben")
    day = (await counter.call("GET", "/business-days/current")).json()["business_date"]
    path, body = f"/business-days/{day}/close", act(operator_id="ben")
    assert slug(await counter.call("POST", path, body)) == "permission-needed"
    given = await counter.allow("cleo", permission="close_day", subject=day)
    body["override_id"] = given.json()["override_id"]
    assert (await counter.call("POST", path, body)).status_code == 200


async def test_who_may_not_see_expected_cash_counts_blind_and_who_may_sees_it(
    counter: Counter,
) -> None:
    await counter.open_shop()
    await counter.sign_in("anna")
    assert (await counter.call("GET", "/totals")).json()["totals"] is not None
    hides = (
        "INSERT INTO role VALUES ('supervisor', ?)",
        (bytes.fromhex("94aa73757065727669736f72a15391ab7365655f7265706f72747390"),),
    )
    await counter.do(lambda db: db.execute(*hides))
    await counter.sign_in("cleo")
    told = (await counter.call("GET", "/totals")).json()
    assert told["totals"] is None
    assert all(figure["unit"] != "minor" for figure in told["figures"])
    assert slug(await counter.call("GET", "/totals/receipts")) == "counted-blind"


async def test_a_manager_pairs_a_workstation_from_a_till_and_ends_it(counter: Counter) -> None:
    await counter.sign_in("anna")
    code = (await counter.call("POST", "/pairing-codes", {"workstation_id": "W5"})).json()
    assert code["workstation_id"] == "W5"
    listed = (await counter.call("GET", "/workstations")).json()
    assert ([one["workstation_id"] for one in listed["paired"]], list(listed["codes"])) == (
        ["W1"],
        ["W5"],
    )
    ended = await counter.call("POST", "/unpair", {"workstation_id": "W5"})
    assert ended.json() == {"workstation_id": "W5", "token": False, "code": True}


async def test_a_drawer_is_opened_without_a_sale_by_whoever_may_and_never_unseen(
    counter: Counter,
) -> None:
    await counter.open_shop()
    await counter.sign_in("ben")
    body = act(operator_id="ben", reason="change for a note")
    before = await counter.acts()
    assert slug(await counter.call("POST", "/drawer", body)) == "permission-needed"
    assert await counter.acts() == before
    asked = {"permission": "no_sale", "subject": body["event_id"]}
    answer = await counter.allow("anna", **asked)
    assert answer.status_code == 201, answer.text
    allowed_one = {**body, "override_id": answer.json()["override_id"]}
    opened = await counter.call("POST", "/drawer", allowed_one)
    assert opened.status_code == 201, opened.text
    assert (await counter.call("POST", "/drawer", allowed_one)).status_code == 200
    assert (await counter.acts()).count(("no_sale", "ben", "anna")) == 1
    nameless = act(operator_id="ben", reason="")
    assert slug(await counter.call("POST", "/drawer", nameless)) == "invalid-field"
