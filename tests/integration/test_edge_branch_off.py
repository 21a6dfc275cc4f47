"""Each reason for which a box goes on in another epoch: it sells and pushes on at once, nothing is
lost, and no receipt's number is used twice (sync/PROTOCOL.md, Provisional epochs)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx

from edge.db.customers import find_customer, read_keys
from edge.db.epochs import count_waiting, held_epochs, remember_acknowledged, writing
from edge.domain.epoch import EpochState
from sync.engine.transport import Request, Response
from sync.protocol.change import Epoch, Genesis, link
from sync.protocol.codec import decode, decode_fact
from sync.protocol.facts import (
    AlarmRaised,
    AnyFact,
    BusinessDayClosed,
    EpochEnded,
    EventRecovered,
    RetailTransaction,
)
from sync.protocol.identity import CustomerId
from sync.protocol.reference import DataSet, ErasedCustomer
from tests.edge_store import CUSTOMER, act, sale
from tests.fake_central import FakeCentral, problem
from tests.integration.exchange_fixtures import Shop, away, shop

__all__ = ["shop"]


def facts_of(central: FakeCentral) -> Iterator[tuple[Epoch, AnyFact]]:
    """What head office holds, and in which epoch."""
    for epoch, envelope in central.events:
        yield epoch, decode_fact(envelope.kind, envelope.kind_version, envelope.body)


def receipts(central: FakeCentral) -> list[str]:
    """The numbers of every sale that head office holds, those that came home as well, each once."""
    found: dict[UUID, str] = {}
    for _, fact in facts_of(central):
        if isinstance(fact, EventRecovered) and fact.envelope.kind == "retail_transaction":
            fact = decode_fact(fact.envelope.kind, fact.envelope.kind_version, fact.envelope.body)
        if isinstance(fact, RetailTransaction):
            assert found.setdefault(fact.sale_id, fact.receipt_number) == fact.receipt_number
    return sorted(found.values())


async def sold(shop: Shop, **changes: Any) -> str:
    """The number of one more receipt."""
    answer = await shop.till.call("POST", "/sales", sale(**changes))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["receipt_number"])


async def settle(shop: Shop) -> None:
    """Rounds until head office has everything, with the line as it is."""
    for _ in range(6):
        shop.exchange.beat_due = True
        await shop.exchange.round()
    assert (await shop.status())["waiting"] == 0


async def alarms(shop: Shop) -> list[str]:
    listed = (await shop.status())["alarms"]
    assert isinstance(listed, list)
    return [str(one["kind"]) for one in listed]


async def states(shop: Shop) -> list[EpochState]:
    held = await shop.till.box.reader.read(held_epochs)
    return [one.state for one in held]


async def hold_more(shop: Shop) -> None:
    """Head office holds more of this box's epoch than the box does, and says so to every request in
    it."""
    first = shop.central.first
    shop.central.hold(first, 500, bytes(32))

    def knowing(request: Request) -> Response | None:
        stated = request.headers["Holdfast-Head"].startswith(f"{first.stream.epoch}:")
        return shop.central.acknowledge(first) if stated else None

    shop.central.instead = knowing


async def test_an_acknowledgement_beyond_the_head_opens_an_epoch_and_the_shop_goes_on(
    shop: Shop,
) -> None:
    await shop.exchange.round()
    before = [await sold(shop), await sold(shop)]
    await hold_more(shop)
    await shop.exchange.round()
    after = [await sold(shop)]
    await settle(shop)
    assert await alarms(shop) == ["rewound"]
    assert await states(shop) == [EpochState.LEFT, EpochState.WRITING]
    opened = await shop.till.epoch()
    assert before == ["S01-W1-E1-000001", "S01-W1-E1-000002"]
    assert after == [f"S01-W1-E{opened}-000001"]
    assert receipts(shop.central) == sorted(before + after)


async def test_a_fork_carries_what_was_not_acknowledged_in_order_and_with_its_proof(
    shop: Shop,
) -> None:
    await shop.exchange.round()
    through = (await shop.send_state()).acknowledged_through
    left = await shop.till.epoch()
    before = [await sold(shop) for _ in range(3)]
    fork = problem(409, "fork", seq=through + 1)
    first = f"/v1/stores/{shop.till.box.enrolment.store_id}/journal"
    refused: list[str] = []

    def judging(request: Request) -> Response | None:
        if request.path == first and not refused:
            refused.append(request.path)
            return fork
        return None

    shop.central.instead = judging
    await settle(shop)
    assert await alarms(shop) == ["fork"]
    assert receipts(shop.central) == before
    came_home = [fact for _, fact in facts_of(shop.central) if isinstance(fact, EventRecovered)]
    assert [fact.envelope.seq for fact in came_home] == [through + 1, through + 2, through + 3]
    store = shop.till.box.enrolment.store_id
    for fact in came_home:
        assert (fact.source, fact.epoch) == ("journal", left)
        assert link(store, left, fact.envelope, fact.prev_hash).hash == fact.hash
    assert [await sold(shop)] == [f"S01-W1-E{await shop.till.epoch()}-000001"]


async def test_a_fenced_box_ends_its_epoch_pushes_its_late_tail_and_sells_on(shop: Shop) -> None:
    await shop.exchange.round()
    before = [await sold(shop), await sold(shop)]
    shop.central.first.sealed = True
    await settle(shop)
    after = [await sold(shop)]
    await settle(shop)
    assert await alarms(shop) == ["fenced"]
    assert await states(shop) == [EpochState.SENT, EpochState.WRITING]
    assert receipts(shop.central) == sorted(before + after)
    (first, *_), facts = shop.central.branches, list(facts_of(shop.central))
    of_first = [fact for epoch, fact in facts if epoch == first]
    ended = of_first[-1]
    assert isinstance(ended, EpochEnded)
    assert ended.last_seq == len(of_first) == shop.central.first.stream.watermark
    assert ended.manifest is not None
    assert (ended.manifest.last_seq, ended.manifest.store.transactions) == (ended.last_seq - 1, 2)
    assert not any(isinstance(fact, EventRecovered) for _, fact in facts)
    held = await shop.till.box.reader.read(held_epochs)
    opened = decode(Genesis, held[1].genesis)
    assert (opened.parent, opened.parent_watermark) == (first, ended.last_seq)


async def test_a_heartbeat_that_is_fenced_does_the_same(shop: Shop) -> None:
    await shop.exchange.round()
    shop.central.first.sealed = True
    shop.exchange.beat_due = True
    await shop.exchange.round()
    assert await states(shop) == [EpochState.ENDED, EpochState.WRITING]
    assert (await shop.send_state()).stopped is False


async def test_a_fenced_box_goes_on_pulling(shop: Shop) -> None:
    await shop.exchange.round()
    shop.central.first.sealed = True
    await settle(shop)
    shop.central.publish_shop()
    await settle(shop)
    assert "items after 4" in shop.central.pulled


async def test_a_fenced_box_forgets_whom_head_office_erased(shop: Shop) -> None:
    """It was put away with the names of customers in it: it pulls, and first of all this."""
    await shop.exchange.round()
    customer_id = CustomerId(uuid4())
    body = {"customer_id": str(customer_id), "operator_id": "anna", "name": "Xanthippe Quux"}
    answer = await shop.till.call("POST", "/customers", body)
    assert answer.status_code == 201, answer.text
    await settle(shop)
    shop.central.first.sealed = True
    erased = ErasedCustomer(customer_id)
    shop.central.publish(DataSet.ERASED_CUSTOMERS, str(customer_id), erased)
    await settle(shop)
    assert await states(shop) == [EpochState.SENT, EpochState.WRITING]
    read = shop.till.box.reader.read
    assert await read(lambda db: find_customer(db, customer_id)) is None
    assert await read(lambda db: read_keys(db, [customer_id])) == {}
    assert (await shop.till.call("POST", "/customers", body)).status_code == 409


async def test_a_workstation_that_was_told_more_opens_an_epoch_at_once(shop: Shop) -> None:
    shop.central.instead = away
    before = await sold(shop)
    left = await shop.till.epoch()
    headers = {"Holdfast-Seen": f"{left}:99:{'ab' * 32}:S01-W1-E1-000077"}
    answer = await shop.till.client.post("/sales", json=sale(), headers=headers)
    opened = await shop.till.epoch()
    assert answer.json()["receipt_number"] == f"S01-W1-E{opened}-000001"
    assert await alarms(shop) == ["workstation_ahead"]
    shop.central.instead = lambda _request: None
    await settle(shop)
    assert receipts(shop.central) == sorted([before, answer.json()["receipt_number"]])


async def test_a_workstation_that_was_told_of_an_epoch_that_is_not_here_opens_one(
    shop: Shop,
) -> None:
    stated = f"1-99aabbcc:3:{'ab' * 32}:S01-W1-E1-99aabbcc-000001"
    await shop.till.client.get("/sync", headers={"Holdfast-Seen": stated})
    opened = await shop.till.epoch()
    assert await states(shop) == [EpochState.LEFT, EpochState.WRITING]
    shop.till.box.told.clear()
    await shop.till.client.get("/sync", headers={"Holdfast-Seen": stated})
    assert await shop.till.epoch() == opened, "once for each word"


async def test_who_plays_with_a_workstation_opens_one_epoch_and_not_a_thousand(shop: Shop) -> None:
    for seq in range(100, 120):
        stated = f"{await shop.till.epoch()}:{seq}:{'ab' * 32}:x"
        await shop.till.client.get("/sync", headers={"Holdfast-Seen": stated})
    assert len(await states(shop)) == 2
    assert await alarms(shop) == ["workstation_ahead"]


async def test_alarm_and_epoch_are_one_unit_of_work(shop: Shop) -> None:
    await shop.exchange.round()
    await hold_more(shop)
    shop.exchange.beat_due = True
    await shop.exchange.round()
    await settle(shop)
    opened = await shop.till.epoch()
    told = [fact for epoch, fact in facts_of(shop.central) if epoch == opened]
    raised = [fact for fact in told if isinstance(fact, AlarmRaised)]
    assert [fact.kind for fact in raised] == ["rewound"]
    assert f"the shop goes on in epoch {opened}" in raised[0].detail


async def test_an_epoch_is_told_before_anything_is_pushed_or_asked_in_it(shop: Shop) -> None:
    await shop.exchange.round()
    asked: list[str] = []

    def noting(request: Request) -> Response | None:
        asked.append(request.path.partition("?")[0].rpartition("/")[2])
        return problem(503, "busy") if asked[-1] == "epochs" else None

    await hold_more(shop)
    shop.exchange.beat_due = True
    await shop.exchange.round()
    shop.central.instead = noting
    for _ in range(3):
        await sold(shop)
        shop.exchange.beat_due = True
        await shop.exchange.round()
    assert set(asked) == {"epochs"}
    shop.central.instead = lambda _request: None
    await settle(shop)


async def test_a_head_office_that_takes_no_epoch_of_this_box_calls_a_person_and_loses_nothing(
    shop: Shop,
) -> None:
    await shop.exchange.round()
    await hold_more(shop)
    shop.exchange.beat_due = True
    await shop.exchange.round()
    refusal = problem(422, "bad-epoch", "Nobody heard of its parent.")
    shop.central.instead = lambda request: refusal if request.path.endswith("/epochs") else None
    number = await sold(shop)
    await shop.exchange.round()
    status = await shop.status()
    assert (status["needs_a_person"], status["stopped"]) == (True, None)
    assert "Nobody heard of its parent" in str(status["refused"])
    shop.central.instead = lambda _request: None
    await settle(shop)
    assert number in receipts(shop.central)


async def test_a_head_office_that_fences_every_epoch_is_asked_ever_more_seldom(shop: Shop) -> None:
    await shop.exchange.round()

    def fencing(request: Request) -> Response | None:
        fenced = problem(403, "fenced", sealed_watermark=0)
        return fenced if request.path.endswith("/feeds") else None

    shop.central.instead = fencing
    waits = []
    for _ in range(12):
        shop.exchange.beat_due = True
        waits.append(await shop.exchange.round())
    assert waits[0] == 0
    assert waits[-1] == 300_000
    assert waits == sorted(waits)


async def test_rights_of_the_epoch_before_are_spent_no_more(shop: Shop) -> None:
    def rights(left: int) -> str:
        return (
            f"INSERT INTO points_right VALUES (x'{CUSTOMER.hex}', 0, x'{CUSTOMER.hex}', {left}, 0,"
            " 'points', 0, NULL)"
        )

    await shop.exchange.round()
    await shop.till.box.writer.run(lambda db: db.execute(rights(900)) and None)
    await hold_more(shop)
    shop.exchange.beat_due = True
    await shop.exchange.round()
    left = "SELECT sum(points - spent - released) FROM points_right"
    assert await shop.till.box.reader.read(lambda db: db.execute(left).fetchone()[0]) == 0


async def closed(shop: Shop, session: str) -> httpx.Response:
    body = act(counted_cash_minor=0)
    settled = await shop.till.call("POST", f"/till-sessions/{session}/settle", body)
    assert settled.status_code == 200, settled.text
    current = (await shop.till.call("GET", "/business-days/current")).json()
    return await shop.till.call("POST", f"/business-days/{current['business_date']}/close", act())


async def test_a_day_over_two_epochs_closes_with_what_is_its_own_and_what_came_home_apart(
    shop: Shop,
) -> None:
    """A till session that was opened in the epoch before is settled in this one: its float counts
    there, what was counted here, and what is expected is of both."""
    await sold(shop)
    await shop.exchange.round()
    carried = [await sold(shop), await sold(shop)]
    await hold_more(shop)
    await shop.exchange.round()
    await sold(shop)
    session = (await shop.till.call("GET", "/till-sessions/current")).json()["till_session_id"]
    answer = await closed(shop, session)
    assert answer.status_code == 200, answer.text
    again = await closed_again(shop)
    assert again == answer.json()
    await settle(shop)
    opened = await shop.till.epoch()
    (manifest,) = [
        fact.manifest for _, fact in facts_of(shop.central) if isinstance(fact, BusinessDayClosed)
    ]
    assert (manifest.epoch_number, manifest.epoch_fingerprint) == (1, opened.fingerprint)
    assert manifest.first_seq == 1
    assert (manifest.store.transactions, manifest.recovered.transactions) == (1, len(carried))
    assert (manifest.store.float_minor, manifest.store.expected_cash_minor) == (0, 11_380)
    assert len(receipts(shop.central)) == 4


async def closed_again(shop: Shop) -> object:
    days = "SELECT business_date FROM business_day"
    day = await shop.till.box.reader.read(lambda db: db.execute(days).fetchone()[0])
    return (await shop.till.call("POST", f"/business-days/{day}/close", act())).json()


async def test_an_answer_that_was_on_its_way_when_its_epoch_was_left_is_taken(
    shop: Shop,
) -> None:
    """Head office takes a batch while a till's word makes the box leave: what waits is counted on
    from there, and sent."""
    await shop.exchange.round()
    await sold(shop)
    left = await shop.till.box.reader.read(writing)
    headers = {"Holdfast-Seen": f"{left.epoch}:99:{'ab' * 32}:S01-W1-E1-000077"}
    await shop.till.client.get("/sync", headers=headers)
    assert await states(shop) == [EpochState.LEFT, EpochState.WRITING]
    taken = (left.epoch, left.head.seq, left.head.hash)
    await shop.till.box.writer.run(lambda db: remember_acknowledged(db, *taken))
    held, now = await shop.till.box.reader.read(held_epochs)
    assert (held.waiting, held.goes_to) == (0, left.head.seq)
    assert await shop.till.box.reader.read(count_waiting) == now.waiting > 0
    await sold(shop)
    await settle(shop)
