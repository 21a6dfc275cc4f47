"""What a box does with rights to spend that it does not keep, and with those that it asks for
while a customer waits (sync/protocol/escrow.py)."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from edge.box.asker import Outcome
from edge.db.epochs import writing
from edge.db.showing import read_showing
from edge.exchange.rights import ASKS_MAX, ask_for_right
from edge.usecases.right.give_back import RESERVED_MS
from sync.engine.transport import Request, Response
from sync.protocol.codec import decode, encode
from sync.protocol.errors import OutcomeUnknown
from sync.protocol.escrow import RightKind
from sync.protocol.facts import GrantAsked, GrantReleased, Released
from sync.protocol.rights import RightAnswered, RightAsked
from tests.edge_store import CUSTOMER, MILK, sale
from tests.fake_central import problem
from tests.integration.exchange_fixtures import Shop, shop
from tests.integration.test_edge_branch_off import facts_of, hold_more, settle

__all__ = ["shop"]
A_YEAR_MS = 365 * 24 * 3_600_000


def answering(granted: int) -> Callable[[Request], Response | None]:
    """A head office that grants so much to each request."""

    def answer(request: Request) -> Response | None:
        if not request.path.endswith("/grants"):
            return None
        asked = decode(RightAsked, request.body)
        return Response(200, {}, encode(RightAnswered(asked.request_id, granted)))

    return answer


def _nobody(request: Request) -> Response | None:
    return Response(200, {}, b"?") if "/grants" in request.path else None


def released(shop: Shop) -> list[GrantReleased]:
    return [fact for _, fact in facts_of(shop.central) if isinstance(fact, GrantReleased)]


async def here(shop: Shop) -> int:
    """Points that the customer can spend at this store."""
    told = await shop.till.call("POST", "/quotes", asked_for())
    assert told.status_code == 200, told.text
    return int(told.json()["points_here"])


def purchase() -> dict[str, Any]:
    """Ten litres of milk: three points."""
    lines = [{"line_no": 1, "scan_code": MILK, "quantity_milli": 10_000}]
    tenders = [{"tender_id": "cash", "amount_minor": 3_450}]
    named = {"customer_id": str(CUSTOMER), "total_minor": 3_450}
    return sale(lines=lines, tenders=tenders, **named)


def asked_for() -> dict[str, Any]:
    wanted = ("operator_id", "lines", "tendered_at_ms")
    basket = sale(customer_id=str(CUSTOMER))
    return {name: basket[name] for name in wanted if name in basket} | {
        "customer_id": str(CUSTOMER)
    }


async def grant(shop: Shop, points: int) -> None:
    right = "INSERT INTO points_right VALUES (?, 0, ?, ?, 0, 'points', 0, NULL)"
    values = (UUID(int=77).bytes, CUSTOMER.bytes, points)
    await shop.till.box.writer.run(lambda db: db.execute(right, values).rowcount)


def asked_of(points: int) -> dict[str, Any]:
    return {"account": {"kind": "points", "customer_id": str(CUSTOMER)}, "amount": points}


async def ask(shop: Shop, points: int) -> dict[str, Any]:
    shop.till.box.asker.for_right = partial(ask_for_right, shop.till.box, shop.line)
    answer = await shop.till.call("POST", "/rights/asks", asked_of(points))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def earn(shop: Shop, times: int = 1) -> int:
    """Points of so many purchases."""
    points = 0
    for _ in range(times):
        answer = await shop.till.call("POST", "/sales", purchase())
        assert answer.status_code == 201, answer.text
        points += int(answer.json()["points_earned"])
    assert points
    return points


async def test_what_is_born_beyond_the_stores_share_is_given_back(shop: Shop) -> None:
    earned = await earn(shop)
    await settle(shop)
    (fact,) = released(shop)
    assert sum(one.amount for one in fact.releases) == earned
    assert {(one.kind, one.account_id) for one in fact.releases} == {("points", CUSTOMER)}
    assert await here(shop) == 0
    await settle(shop)
    assert len(released(shop)) == 1


async def test_as_much_as_head_office_gave_stays(shop: Shop) -> None:
    await grant(shop, 1_000)
    await earn(shop, 3)
    await settle(shop)
    assert released(shop) == []
    assert await here(shop) > 1_000


async def test_what_head_office_grants_can_be_spent_at_once_and_is_given_back_unused(
    shop: Shop,
) -> None:
    shop.central.instead = answering(40)
    assert await ask(shop, 40) == {
        "kind": "points",
        "granted": 40,
        "here": 40,
        "outcome": "granted",
    }
    await settle(shop)
    (asked,) = [fact for _, fact in facts_of(shop.central) if isinstance(fact, GrantAsked)]
    assert (asked.kind, asked.account_id, asked.amount) == ("points", CUSTOMER, 40)
    assert released(shop) == []
    later = "UPDATE right_request SET asked_at_ms = asked_at_ms - ?"
    await shop.till.box.writer.run(lambda db: db.execute(later, (RESERVED_MS,)).rowcount)
    await settle(shop)
    (fact,) = released(shop)
    assert [(one.root, one.amount) for one in fact.releases] == [(asked.request_id, 40)]
    assert await here(shop) == 0


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (answering(0), "refused"),
        (answering(41), "refused"),
        (lambda request: problem(403, "fenced") if "/grants" in request.path else None, "refused"),
        (
            lambda request: problem(422, "kind-not-issued") if "/grants" in request.path else None,
            "refused",
        ),
        (lambda request: Response(200, {}, b"?") if "/grants" in request.path else None, "away"),
    ],
)
async def test_what_is_not_granted_is_not_spent(
    shop: Shop, answer: Callable[[Request], Response | None], outcome: str
) -> None:
    shop.central.instead = answer
    said = await ask(shop, 40)
    assert (said["granted"], said["here"], said["outcome"]) == (0, 0, outcome)


async def test_an_answer_that_got_lost_is_asked_for_again_under_the_same_request(
    shop: Shop,
) -> None:
    asked: list[RightAsked] = []

    def answer(request: Request) -> Response | None:
        if not request.path.endswith("/grants"):
            return None
        asked.append(decode(RightAsked, request.body))
        if len(asked) < ASKS_MAX:
            raise OutcomeUnknown("the line broke")
        return Response(200, {}, encode(RightAnswered(asked[-1].request_id, 40)))

    shop.central.instead = answer
    assert (await ask(shop, 40))["outcome"] == "granted"
    assert asked == [asked[0]] * ASKS_MAX


@pytest.mark.parametrize("kind", RightKind)
async def test_a_right_of_any_kind_is_asked_for_held_apart_and_given_back_unused(
    shop: Shop, kind: RightKind
) -> None:
    shop.central.instead = answering(40)
    given = await ask_for_right(shop.till.box, shop.line, kind, CUSTOMER, 40)
    assert given == Outcome(40)
    assert await here(shop) == (40 if kind is RightKind.POINTS else 0)
    await settle(shop)
    (asked,) = [fact for _, fact in facts_of(shop.central) if isinstance(fact, GrantAsked)]
    assert (asked.kind, asked.account_id, asked.amount) == (kind, CUSTOMER, 40)
    assert released(shop) == []
    later = "UPDATE right_request SET asked_at_ms = asked_at_ms - ?"
    await shop.till.box.writer.run(lambda db: db.execute(later, (RESERVED_MS,)).rowcount)
    await settle(shop)
    (fact,) = released(shop)
    assert fact.releases == (Released(kind, CUSTOMER, asked.request_id, 0, 40),)


@pytest.mark.parametrize("granted", [0, 40])
async def test_a_clock_that_is_set_back_binds_no_right_for_ever(shop: Shop, granted: int) -> None:
    shop.central.instead = answering(granted) if granted else _nobody
    await ask(shop, 40)
    if not granted:
        asking = "UPDATE right_request SET state = 'asked'"
        await shop.till.box.writer.run(lambda db: db.execute(asking).rowcount)
    ahead = "UPDATE right_request SET asked_at_ms = asked_at_ms + ?"
    await shop.till.box.writer.run(lambda db: db.execute(ahead, (A_YEAR_MS,)).rowcount)
    before = len(released(shop))
    await settle(shop)
    assert len(released(shop)) > before
    left = "SELECT count(*) FROM right_request WHERE state IN ('asked', 'granted')"
    assert await shop.till.box.reader.read(lambda db: db.execute(left).fetchone()) == (0,)


async def test_a_request_that_nobody_answered_is_given_up(shop: Shop) -> None:
    shop.central.instead = _nobody
    await ask(shop, 40)
    await settle(shop)
    (asked,) = [fact for _, fact in facts_of(shop.central) if isinstance(fact, GrantAsked)]
    assert [fact.request_ids for fact in released(shop)] == [(asked.request_id,)]


async def test_a_box_in_an_epoch_of_its_own_gives_nothing_back_and_asks_for_nothing(
    shop: Shop,
) -> None:
    await hold_more(shop)
    shop.exchange.beat_due = True
    await shop.exchange.round()
    await earn(shop)
    await settle(shop)
    assert released(shop) == []
    assert await here(shop) > 0
    shop.till.box.asker.for_right = partial(ask_for_right, shop.till.box, shop.line)
    answer = await shop.till.call("POST", "/rights/asks", asked_of(5))
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (
        409,
        "nothing-to-ask-for",
    )


async def test_a_box_shows_what_it_asked_for_and_may_lend_also_when_it_left_that_epoch(
    shop: Shop,
) -> None:
    box = shop.till.box
    for kind, granted in ((RightKind.GIFT_VALUE, 25), (RightKind.POINTS, 30)):
        shop.central.instead = answering(granted)
        assert await ask_for_right(box, shop.line, kind, CUSTOMER, 40) == Outcome(granted)
    await grant(shop, 1_000)
    epoch = str((await box.reader.read(writing)).epoch)
    lend = "INSERT INTO goodwill VALUES ('points', 70, 'month', ?, ?, '2026-11-30')"
    rows = [("2026-11-01", "9-00000000"), ("2026-11-02", epoch)]
    await box.writer.run(lambda db: db.executemany(lend, rows).rowcount)
    shown = await box.reader.read(read_showing)
    assert [(one.kind, one.asked, one.granted) for one in shown.answers] == [
        ("points", 40, 30),
        ("gift_value", 40, 25),
    ]
    assert sorted(one.points for one in shown.rights) == [30, 1_000]
    assert [one.epoch for one in shown.goodwill] == [epoch]
    shop.central.instead = lambda _request: None
    await hold_more(shop)
    shop.exchange.beat_due = True
    await shop.exchange.round()
    assert (await box.reader.read(writing)).provisional
    assert await here(shop) == 0
    assert (await box.reader.read(read_showing))[-3:] == shown[-3:]
