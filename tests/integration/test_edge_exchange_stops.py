"""What stops a box from sending, what does not, and what goes on meanwhile."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from edge.db.journal import acknowledged
from edge.exchange.rounds import Loading, NotLoaded, load_over
from edge.server import background
from edge.server.background import exchanging_over
from edge.usecases.box.clear_alarm import ClearAlarm
from edge.usecases.box.resume_pushing import resume_pushing
from sync.engine.transport import Request, Response
from sync.protocol.errors import NotDelivered
from sync.protocol.identity import EventId
from sync.protocol.reference import DataSet
from tests.doubles.transport import MemoryTransport
from tests.edge_store import settings
from tests.fake_central import problem
from tests.integration.exchange_fixtures import Shop, away, shop
from tests.patience import PATIENCE_S

__all__ = ["shop"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE journal SET body = body || x'ff' WHERE seq = 2",
        "UPDATE journal SET event_id = 'text' WHERE seq = 2",
        "UPDATE journal SET kind = x'ff' WHERE seq = 2",
        "UPDATE journal SET body = 7, hlc = -5, occurred_at_ms = 'noon' WHERE seq = 2",
    ],
)
async def test_a_damaged_row_goes_as_damaged_alarms_once_and_everything_behind_it_goes_on(
    shop: Shop, damage: str
) -> None:
    """P2: one bad record delays nothing but itself."""
    await shop.till.box.writer.run(lambda db: db.execute(damage) and None)
    for _ in range(3):
        await shop.sell()
        await shop.exchange.round()
    status = await shop.status()
    alarms = status["alarms"]
    assert isinstance(alarms, list)
    assert [one["kind"] for one in alarms] == ["journal_damaged"]
    assert "edge verify" in str(alarms[0]["detail"])
    assert alarms[0]["times"] == 1
    assert shop.central.damaged == [2]
    assert shop.central.kinds.count("retail_transaction") == 3


async def test_two_damaged_rows_one_behind_the_other_go_one_by_one(shop: Shop) -> None:
    await shop.sell()
    await shop.sell()
    await shop.till.box.writer.run(
        lambda db: db.execute("UPDATE journal SET body = x'c1' WHERE seq IN (2, 3)") and None
    )
    await shop.exchange.round()
    assert shop.central.damaged == [2, 3]
    assert shop.central.kinds.count("retail_transaction") == 2


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE journal SET hash = 5 WHERE seq = 2",
        "UPDATE journal SET hash = zeroblob(32) WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 2",
    ],
)
async def test_a_row_whose_hash_is_lost_stops_pushing_alarms_and_selling_goes_on(
    shop: Shop, damage: str
) -> None:
    await shop.till.box.writer.run(lambda db: db.execute(damage) and None)
    for _ in range(3):
        await shop.exchange.round()
        await shop.sell()
    status = await shop.status()
    alarms = status["alarms"]
    assert isinstance(alarms, list)
    assert [one["kind"] for one in alarms] == ["journal_damaged"]
    assert "edge verify" in str(alarms[0]["detail"])
    assert "retail_transaction" not in shop.central.kinds


async def test_a_stopped_box_goes_on_taking_what_is_published(shop: Shop) -> None:
    refusal = problem(422, "bad-envelope")
    shop.central.instead = lambda request: refusal if request.method == "POST" else None
    await shop.exchange.round()
    assert (await shop.status())["needs_a_person"] is True
    shop.central.publish(DataSet.SETTINGS, "store", settings())
    shop.exchange.beat_due = True
    await shop.exchange.round()
    taken = "SELECT pub_seq FROM feed_cursor WHERE data_set = 'settings'"
    assert await shop.till.box.reader.read(lambda db: db.execute(taken).fetchall()) == [(1,)]


async def test_the_pace_and_the_wait_that_head_office_asks_for_are_kept(shop: Shop) -> None:
    shop.central.pace_ms = 1_234
    assert await shop.exchange.round() == 1_234
    await shop.sell()
    busy = Response(503, {"retry-after": "90"}, b"")
    shop.central.instead = lambda _request: busy
    assert await shop.exchange.round() >= 90_000


async def test_a_head_office_that_asks_to_wait_is_busy_not_away_and_no_failure(shop: Shop) -> None:
    await shop.exchange.round()
    await shop.sell()
    shop.central.instead = lambda _request: Response(503, {"retry-after": "9"}, b"")
    waits = [await shop.exchange.round() for _ in range(12)]
    assert all(9_000 <= wait_ms < 10_000 for wait_ms in waits)
    status = await shop.status()
    assert (status["head_office_busy"], status["head_office_away"]) == (True, False)
    assert status["summary"] == (
        "Head office is busy; 1 records wait and are sent when it has a moment. Selling goes on."
    )
    shop.central.instead = lambda _request: None
    await shop.exchange.round()
    status = await shop.status()
    assert (status["head_office_busy"], status["waiting"]) == (False, 0)


async def test_a_box_asked_to_come_again_for_what_is_published_does_so_then(shop: Shop) -> None:
    """Not at its next heartbeat, at which all come that were asked to wait."""
    shop.central.publish(DataSet.SETTINGS, "store", settings())
    busy = Response(503, {"retry-after": "9"}, b"")
    shop.central.instead = lambda request: busy if "/feed?" in request.path else None
    assert 9_000 <= await shop.exchange.round() < 10_000
    shop.central.instead = lambda _request: None
    assert await shop.exchange.round() == 0
    taken = "SELECT pub_seq FROM feed_cursor WHERE data_set = 'settings'"
    assert await shop.till.box.reader.read(lambda db: db.execute(taken).fetchall()) == [(1,)]


async def test_an_unsigned_request_to_wait_is_kept_but_says_nothing_of_head_office(
    shop: Shop,
) -> None:
    await shop.exchange.round()
    await shop.sell()
    shop.central.signs = False
    shop.central.instead = lambda _request: Response(503, {"retry-after": "3600"}, b"")
    assert 300_000 <= await shop.exchange.round() < 301_000
    status = await shop.status()
    assert (status["head_office_busy"], status["head_office_away"]) == (False, False)


@pytest.mark.parametrize(
    "nonsense",
    [
        Response(200, {"content-type": "text/html"}, b"<h1>Welcome to the hotel</h1>"),
        Response(302, {"location": "/login"}, b""),
        Response(403, {"content-type": "text/html"}, b"<h1>Pay</h1>"),
        Response(404, {}, b""),
        Response(500, {}, b"oops"),
        problem(401, "bad-signature"),
        problem(426, "too-old"),
    ],
    ids=lambda response: str(response.status),
)
async def test_no_strange_answer_deletes_stops_or_acknowledges_anything(
    shop: Shop, nonsense: Response
) -> None:
    before = await shop.send_state()
    shop.central.instead = lambda _request: nonsense
    await shop.exchange.round()
    assert await shop.send_state() == before
    shop.central.instead = lambda _request: None
    await shop.exchange.round()
    assert (await shop.send_state()).acknowledged_through == before.head.seq


async def test_a_verdict_stops_pushing_alarms_once_and_selling_goes_on(shop: Shop) -> None:
    refusal, alarm = problem(422, "bad-envelope"), "bad_envelope"
    shop.central.publish(DataSet.SETTINGS, "store", settings())

    def judging(request: Request) -> Response | None:
        return refusal if request.path.endswith("/journal") else None

    shop.central.instead = judging
    for _ in range(3):
        await shop.exchange.round()
        await shop.sell()
    status = await shop.status()
    assert status["needs_a_person"] is True
    assert "Selling goes on" in str(status["summary"])
    alarms = status["alarms"]
    assert isinstance(alarms, list)
    assert [one["kind"] for one in alarms] == [alarm]
    shop.central.instead = lambda _request: None
    await shop.exchange.round()
    assert shop.central.batches == []
    assert shop.central.pulled == ["settings after 0"]


async def test_a_stop_that_a_person_lifts_goes_on_or_stops_again_and_says_so(shop: Shop) -> None:
    """A40: a forged answer stopped a box for ever."""
    bad = problem(422, "bad-envelope")
    shop.central.instead = lambda request: bad if request.path.endswith("/journal") else None
    await shop.exchange.round()

    async def resume() -> str | None:
        event, moment = EventId(uuid4()), shop.till.box.clock.moment()
        clearing = ClearAlarm("Ann", "head office says that there is one box")
        resumed = await shop.till.box.writer.run(
            lambda db: resume_pushing(db, clearing, event, moment)
        )
        return resumed.was_stopped

    first = (await shop.status())["alarms"]
    with capture_logs() as logged:
        assert str(await resume()).startswith("bad_envelope")
        await shop.exchange.round()
    again = (await shop.status())["alarms"]
    assert isinstance(first, list)
    assert isinstance(again, list)
    assert [one["kind"] for one in again] == ["bad_envelope"]
    assert again[0]["alarm_id"] != first[0]["alarm_id"]
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == [
        "needs a person"
    ]
    shop.central.instead = lambda _request: None
    assert str(await resume()).startswith("bad_envelope")
    await shop.exchange.round()
    assert "alarm_cleared" in shop.central.kinds
    status = await shop.status()
    assert (status["stopped"], status["alarms"]) == (None, [])


async def test_a_head_office_restored_to_its_past_is_sent_everything_again(shop: Shop) -> None:
    await shop.sell()
    await shop.exchange.round()
    first = shop.central.first
    shop.central.hold(first, 2, first.hashes[2])
    shop.exchange.beat_due = True
    await shop.exchange.round()
    await shop.exchange.round()
    state = await shop.send_state()
    assert state.acknowledged_through == state.head.seq == first.stream.watermark
    alarms = (await shop.status())["alarms"]
    assert isinstance(alarms, list)
    assert [one["kind"] for one in alarms] == ["central_rewound"]


async def test_what_head_office_lost_goes_again_once_it_was_told_of_it_and_not_before(
    shop: Shop,
) -> None:
    """What it has again it cannot miss: it would never find out that it was put back."""
    await shop.sell()
    await shop.exchange.round()
    first, asked, cut = shop.central.first, list[str](), ["readmission"]
    shop.central.hold(first, 2, first.hashes[2])

    def note(request: Request) -> None:
        asked.append(request.path.partition("?")[0].rpartition("/")[2])
        if asked[-1] in cut:
            raise NotDelivered("no route")

    shop.central.instead = note
    shop.exchange.beat_due = True
    for _ in range(2):
        await shop.exchange.round()
    assert "readmission" in asked
    assert "journal" not in asked
    cut.clear()
    await shop.exchange.round()
    assert asked.index("journal") > asked.index("readmission")
    assert first.stream.watermark == (await shop.send_state()).head.seq


async def test_what_is_published_arrives_with_the_next_round(shop: Shop) -> None:
    await shop.exchange.round()
    shop.central.publish_shop()
    zone = settings().zone
    shop.till.box.clock.zone = "UTC"
    await shop.sell()
    await shop.exchange.round()
    found = await shop.till.call("GET", "/items?q=thing")
    assert len(found.json()["items"]) == 5
    assert shop.till.box.clock.zone == zone


async def test_the_first_load_goes_on_where_it_was_cut(shop: Shop) -> None:
    shop.central.publish_shop()
    pages = 0

    def cut(request: Request) -> Response | None:
        nonlocal pages
        pages += "/feed?" in request.path
        return away(request) if pages > 5 else None

    shop.central.instead = cut
    shown: list[Loading] = []
    with pytest.raises(NotLoaded, match="run the same command again"):
        await load_over(shop.till.box, shop.line, shown.append)
    before = len(shop.central.pulled)
    shop.central.instead = lambda _request: None
    loaded = await load_over(shop.till.box, shop.line, shown.append)
    assert (loaded.done, loaded.whole) == (15, 15)
    assert len(set(shop.central.pulled)) == len(shop.central.pulled) == before + 5
    order = [text.split()[0] for text in shop.central.pulled]
    assert order == sorted(order, key=[name.value for name in DataSet].index)
    assert [loading.done for loading in shown] == sorted(loading.done for loading in shown)


async def test_a_round_that_breaks_is_logged_and_the_next_one_works(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    box = shop.till.box
    with monkeypatch.context() as patched, capture_logs() as logged:
        patched.setattr(background, "push_once", broken)
        box.nudge.clear()
        await shop.exchange.round()
    assert [entry["event"] for entry in logged] == ["round broke"]
    assert box.nudge.is_set()
    await shop.exchange.round()
    assert await box.reader.read(acknowledged) > 0


async def test_a_stop_does_not_wait_for_a_head_office_that_hangs(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "DRAIN_S", 0)
    asked, never = asyncio.Event(), asyncio.Event()

    async def hang(_request: Request) -> Response:
        asked.set()
        await never.wait()
        raise AssertionError

    line = replace(shop.line, transport=MemoryTransport(hang))
    async with asyncio.timeout(PATIENCE_S), exchanging_over(shop.till.box, line):
        await asked.wait()
    await shop.sell()
