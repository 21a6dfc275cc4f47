"""Cash between drawers, the safe and the bank; drawers counted blind, handed over, settled by what
was counted: through the store's API, as a till and the folder's owner call it."""

from typing import Any
from uuid import UUID, uuid4

from edge.db.cash import safe_balance
from edge.db.totals import read_totals
from sync.protocol.codec import encode
from sync.protocol.facts import (
    CashDeposited,
    SafeCounted,
    TillCounted,
    TillHandedOver,
    TillMoved,
    TillSessionSettled,
)
from sync.protocol.figures import TenderCount
from sync.protocol.reference import Role
from sync.protocol.safe import safe_change
from tests.edge_store import MILK, sale
from tests.integration.people_fixtures import Counter, counter
from tests.integration.test_edge_sign_in import slug

__all__ = ["counter"]
FLOAT, MILK_MINOR = 10_000, 345


async def opened(counter: Counter, who: str = "ben") -> str:
    """The shop is open with a float of 100.00, held by Anna; ``who`` is signed in."""
    await counter.open_shop()
    if who != "anna":
        await counter.sign_in(who)
    session = (await counter.call("GET", "/till-sessions/current")).json()
    return str(session["till_session_id"])


def move(kind: str, amount_minor: int, who: str = "ben", **more: Any) -> dict[str, Any]:
    what = {"movement_id": str(uuid4()), "operator_id": who, "kind": kind}
    return {**what, "amount_minor": amount_minor, "reason": "coins ran out", **more}


def count(who: str = "anna", **more: Any) -> dict[str, Any]:
    return {"count_id": str(uuid4()), "operator_id": who, **more}


async def sell_milk(counter: Counter, who: str, *, by: str = "cash") -> None:
    paid = {"tender_id": by, "amount_minor": 500 if by == "cash" else MILK_MINOR}
    if by == "card":
        paid["reference"] = "7"
    lines = [{"line_no": 1, "scan_code": MILK, "quantity_milli": 1_000}]
    sold = await counter.call("POST", "/sales", sale(operator_id=who, lines=lines, tenders=[paid]))
    assert sold.status_code == 201, sold.text


async def test_a_loan_and_a_pickup_go_between_drawer_and_safe_with_their_notes(
    counter: Counter,
) -> None:
    session = await opened(counter, "anna")
    pieces = [{"face_minor": 1_000, "count": 4}, {"face_minor": 50, "count": 20}]
    loan = move("loan", 5_000, "anna", pieces=pieces)
    path = f"/till-sessions/{session}/moves"
    assert (await counter.call("POST", path, loan)).status_code == 201
    again = await counter.call("POST", path, loan)
    assert (again.status_code, again.json()["amount_minor"]) == (200, 5_000)
    assert (await counter.call("POST", path, move("pickup", 2_000, "anna"))).status_code == 201
    out = move("paid_out", 700, "anna", reason="milk for the staff")
    assert (await counter.call("POST", path, out)).status_code == 201
    back = move("paid_in", 300, "anna", with_safe=True)
    assert (await counter.call("POST", path, back)).status_code == 201
    moved = [fact for fact in await counter.facts() if isinstance(fact, TillMoved)]
    assert [(one.kind, one.amount_minor, one.other_side) for one in moved] == [
        ("loan", 5_000, "safe"),
        ("pickup", -2_000, "safe"),
        ("paid_out", -700, ""),
        ("paid_in", 300, "safe"),
    ]
    report = (await counter.call("GET", f"/till-sessions/{session}")).json()
    assert report["expected_cash_minor"] == FLOAT + 5_000 - 2_000 - 700 + 300
    assert [one["kind"] for one in report["moves"]] == ["loan", "pickup", "paid_out", "paid_in"]
    assert await counter.till.box.reader.read(safe_balance) == -FLOAT - 5_000 + 2_000 - 300


async def test_whoever_may_not_move_cash_asks_for_somebodys_word_up_to_their_limit(
    counter: Counter,
) -> None:
    session = await opened(counter)
    path, body = f"/till-sessions/{session}/moves", move("pickup", 60_000)
    assert slug(await counter.call("POST", path, body)) == "permission-needed"
    asked = {"permission": "move_cash", "subject": body["movement_id"], "amount_minor": 60_000}
    word = (await counter.allow("cleo", act="move_cash", **asked)).json()["override_id"]
    moved = await counter.call("POST", path, {**body, "override_id": word})
    assert (moved.status_code, moved.json()["allowed_by"]) == (201, "cleo")
    await counter.sign_in("cleo")
    beyond = move("pickup", 200_000, "cleo")
    assert slug(await counter.call("POST", path, beyond)) == "override-needed"


async def test_a_count_is_blind_until_it_is_written_and_each_is_kept(counter: Counter) -> None:
    session = await opened(counter)
    await sell_milk(counter, "ben")
    await sell_milk(counter, "ben", by="card")
    assert slug(await counter.call("GET", f"/till-sessions/{session}")) == "permission-needed"
    path = f"/till-sessions/{session}/counts"
    slips = [{"tender_id": "card", "counted_minor": 300}]
    pieces = [{"face_minor": 10_000, "count": 1}, {"face_minor": 20, "count": 17}]
    first = await counter.call("POST", path, count("ben", pieces=pieces, tenders=slips))
    assert first.status_code == 201, first.text
    told = first.json()
    assert (told["expected_cash_minor"], told["counted_cash_minor"]) == (10_345, 10_340)
    assert told["over_short_minor"] == -5
    assert told["tenders"] == [["card", 345, 300]]
    second = await counter.call("POST", path, count("ben", counted_cash_minor=10_345))
    assert second.json()["over_short_minor"] == 0
    counted = [fact for fact in await counter.facts() if isinstance(fact, TillCounted)]
    assert [(one.counted_cash_minor, one.blind) for one in counted] == [
        (10_340, True),
        (10_345, True),
    ]


async def test_an_x_shows_no_amount_to_whoever_counts_blind_and_all_to_who_may_see(
    counter: Counter,
) -> None:
    session = await opened(counter, "cleo")
    await sell_milk(counter, "cleo")
    seen = (await counter.call("GET", f"/till-sessions/{session}")).json()
    assert (seen["hidden"], seen["expected_cash_minor"]) == (False, 10_345)
    await counter.do(
        lambda db: db.execute(
            "INSERT INTO role VALUES ('reporter', ?)",
            (_role("reporter", "sell", "see_reports", "settle_others"),),
        )
    )
    await counter.do(
        lambda db: db.execute("UPDATE operator SET role = 'reporter' WHERE operator_id = 'cleo'")
    )
    hidden = (await counter.call("GET", f"/till-sessions/{session}")).json()
    assert (hidden["hidden"], hidden["expected_cash_minor"]) == (True, None)
    assert {one["unit"] for one in hidden["figures"]} == {"count", "points", "milli"}
    assert hidden["tenders"] == []


def _role(name: str, *permissions: str) -> bytes:
    return encode(Role(name, name, permissions, ()))


async def test_a_till_is_settled_by_its_last_count_unless_something_moved_since(
    counter: Counter,
) -> None:
    session = await opened(counter, "anna")
    path = f"/till-sessions/{session}"

    async def settle(**more: Any) -> Any:
        event = {"event_id": str(uuid4()), "operator_id": "anna"}
        return await counter.call("POST", f"{path}/settle", {**event, **more})

    assert slug(await settle()) == "till-not-counted"
    assert slug(await settle(count_id=str(uuid4()))) == "unknown-count"
    counted = count("anna", counted_cash_minor=FLOAT)
    assert (await counter.call("POST", f"{path}/counts", counted)).status_code == 201
    await sell_milk(counter, "anna", by="cash")
    assert slug(await settle()) == "count-outdated"
    slips = [{"tender_id": "card", "counted_minor": 5}]
    again = count("anna", counted_cash_minor=FLOAT + 340, tenders=slips)
    assert (await counter.call("POST", f"{path}/counts", again)).status_code == 201
    done = await settle()
    assert (done.status_code, done.json()["over_short_minor"]) == (200, -5)
    (fact,) = [one for one in await counter.facts() if isinstance(one, TillSessionSettled)]
    assert fact.count_id == UUID(again["count_id"])
    assert fact.tenders == (TenderCount(fact.tenders[0].tender_id, 0, 5),)
    assert slug(await counter.call("POST", f"{path}/moves", move("loan", 5, "anna"))) == (
        "till-not-open"
    )
    totals = await counter.till.box.reader.read(lambda db: read_totals(db, None))
    assert totals.counts == fact.tenders


async def test_a_count_that_does_not_add_up_or_says_a_tender_twice_is_refused(
    counter: Counter,
) -> None:
    session = await opened(counter, "anna")
    path = f"/till-sessions/{session}/counts"
    wrong = count("anna", counted_cash_minor=5, pieces=[{"face_minor": 10, "count": 1}])
    assert slug(await counter.call("POST", path, wrong)) == "not-its-pieces"
    notes = [{"face_minor": 10**11, "count": 1_000_000}] * 40
    much = count("anna", pieces=notes)
    assert slug(await counter.call("POST", path, much)) == "too-much-counted"
    one = {"tender_id": "card", "counted_minor": 5}
    twice = count("anna", tenders=[one, one])
    assert slug(await counter.call("POST", path, twice)) == "counted-twice"
    cash = count("anna", tenders=[{"tender_id": "cash", "counted_minor": 5}])
    assert slug(await counter.call("POST", path, cash)) == "counted-twice"
    nowhere = f"/till-sessions/{uuid4()}/counts"
    assert slug(await counter.call("POST", nowhere, count("anna"))) == "unknown-till-session"


async def test_a_till_goes_to_somebody_else_in_the_middle_of_the_day(counter: Counter) -> None:
    session = await opened(counter, "anna")
    path = f"/till-sessions/{session}/hand-over"
    body = {"handover_id": str(uuid4()), "operator_id": "anna", "to_operator_id": "ben"}
    handed = await counter.call("POST", path, body)
    assert (handed.status_code, handed.json()["held_by"]) == (201, "ben")
    assert (await counter.call("POST", path, body)).status_code == 200
    same = {**body, "handover_id": str(uuid4())}
    assert slug(await counter.call("POST", path, same)) == "handed-to-holder"
    (fact,) = [one for one in await counter.facts() if isinstance(one, TillHandedOver)]
    assert (fact.from_operator_id, fact.to_operator_id, fact.count_id) == ("anna", "ben", None)


async def test_the_safe_is_counted_and_emptied_into_a_sealed_bag(counter: Counter) -> None:
    await opened(counter, "anna")
    start = {"count_id": str(uuid4()), "operator_id": "anna", "counted_minor": 60_000}
    counted = await counter.call("POST", "/safe/counts", start)
    assert counted.json()["over_short_minor"] == 60_000 + FLOAT
    bag = {"deposit_id": str(uuid4()), "operator_id": "anna", "bag_number": "SB-0081726"}
    pieces = [{"face_minor": 5_000, "count": 8}]
    told = await counter.call(
        "POST", "/safe/deposits", {**bag, "amount_minor": 40_000, "pieces": pieces}
    )
    assert (told.status_code, told.json()["left_minor"]) == (201, 20_000)
    seen = (await counter.call("GET", "/safe")).json()
    assert seen["balance_minor"] == 20_000
    assert [one["kind"] for one in seen["moves"]] == ["deposit", "safe_count", "float"]
    facts = await counter.facts()
    assert sum(map(safe_change, facts)) == 20_000
    assert [one.bag_number for one in facts if isinstance(one, CashDeposited)] == ["SB-0081726"]
    assert [one.counted_minor for one in facts if isinstance(one, SafeCounted)] == [60_000]
    totals = await counter.till.box.reader.read(lambda db: read_totals(db, None))
    assert (totals.deposited_minor, totals.safe_over_short_minor) == (40_000, 70_000)
    await counter.sign_in("ben")
    mine = {**bag, "deposit_id": str(uuid4()), "operator_id": "ben", "amount_minor": 5}
    assert slug(await counter.call("POST", "/safe/deposits", mine)) == "permission-needed"
