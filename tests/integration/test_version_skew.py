"""An older side and a newer one go on with each other: what one does not know yet is kept, skipped
or parked, and stops neither (protocol.md, Versions). What version 1 recorded is replayed against
today's head office; a newer peer says more at every end, and words that nobody knows."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.db.engine import unit_of_work
from central.reports.reconciliation import reconcile_day
from central.usecases.proof.verify_journal import verify_journal
from sync.engine.transport import Request, Response
from sync.protocol import codec
from sync.protocol.batch import Acknowledgement
from sync.protocol.change import Genesis
from sync.protocol.codec import decode, encode, pack, pack_batch, unpack_batch
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.facts import DeviceRecorded, TaxClass
from sync.protocol.figures import Totals
from sync.protocol.identity import ItemId, StoreId
from sync.protocol.reference import DataSet, FeedPage, FeedRow, Item
from tests.central_fixtures import Served, TestedBox, postgres_template, problem, serving
from tests.head_office import apply_all
from tests.integration.exchange_fixtures import Shop, shop
from tests.integration.recorded_fixtures import know_box

__all__ = ["postgres_template", "shop"]

RELEASED = {
    path.parent.name: json.loads(path.read_text())
    for path in sorted((Path(__file__).parents[1] / "golden/released").glob("*/journal.json"))
}
OF_RECEIPTS = (
    *("transactions", "lines", "gross_minor", "refunds_minor", "taxes", "tenders", "change_minor"),
    *("rounding_minor", "points_earned", "points_spent", "points_taken_back"),
)
OF_TILLS = {"float", "expected cash", "counted cash", "over/short", "stock units moved"}


@pytest.fixture
async def served(postgres_url: str) -> AsyncIterator[Served]:
    async with serving(postgres_url) as served:
        yield served


async def recorded_box(served: Served, said: dict[str, Any]) -> TestedBox:
    """The box that wrote a released journal, under a key of the test's own."""
    signed, key = bytes.fromhex(said["genesis"]), Ed25519PrivateKey.generate()
    genesis, store = decode(Genesis, signed), StoreId(UUID(said["store_id"]))
    company = await know_box(served, signed, b"", key.public_key().public_bytes_raw())
    enrolment = EnrolmentAnswer(
        signed, b"", b"", genesis.incarnation, company, store, genesis.store_code, genesis.device_id
    )
    box = TestedBox(served.client, key, enrolment)
    for packed in said["batches"]:
        box.events += unpack_batch(bytes.fromhex(packed)).envelopes
    box.hashes = [bytes.fromhex(one) for one in said["hashes"][1:]]
    return box


@pytest.mark.parametrize("version", RELEASED)
async def test_what_a_released_box_sent_is_taken_and_counted_today(
    served: Served, version: str
) -> None:
    """The very bytes, one batch after the other, and all of them once more. The recorded day has
    tills and movements under one id twice, which head office counts once: its receipts agree."""
    said = RELEASED[version]
    box = await recorded_box(served, said)
    for packed in said["batches"] * 2:
        answer = await box.push(bytes.fromhex(packed))
        assert answer.status_code == 200, answer.text
    through = decode(Acknowledgement, answer.content).acknowledged_through
    assert (through, box.hash_at(through)) == (len(box.events), box.hashes[-1])
    await apply_all(served.office.archive)
    assert await served.rows("SELECT count(*) FROM quarantine") == [(0,)]
    async with unit_of_work(served.engine) as db:
        found = await reconcile_day(db, box.me.store_id, date.fromisoformat(said["day"]))
    declared = decode(Totals, bytes.fromhex(said["totals"]))
    for figure in OF_RECEIPTS:
        assert getattr(found.central, figure) == getattr(declared, figure), figure
    assert {one.name for one in found.differences} <= OF_TILLS
    assert [one.finding for one in await verify_journal(served.engine)] == [None]


async def boxed(served: Served) -> TestedBox:
    return await served.enrolled(await served.store(await served.company(), "S01"))


async def test_what_a_newer_box_writes_is_kept_parked_or_read_as_far_as_it_is_known(
    served: Served,
) -> None:
    box = await boxed(served)
    known = DeviceRecorded("boot", "after a power cut", "9.0")
    box.append("device_recorded", encode(known))
    box.append("device_recorded", encode((*msgspec.structs.astuple(known), "more", [1, {}])))
    box.append("goods_dreamt", b"\xc1 no msgpack at all")
    box.append("retail_transaction", encode(["another", "shape"]))
    box.events[-1] = msgspec.structs.replace(box.events[-1], kind_version=3)
    box.hashes.pop()
    newest = box.events.pop()
    box.append("retail_transaction", newest.body)
    alarm = (uuid4(), "till_caught_fire", "W1", "an alarm that nobody knows", None, "more")
    box.append("alarm_raised", encode(alarm))
    assert (await box.push_events(1, len(box.events))).status_code == 200
    await apply_all(served.office.archive)
    counted = await served.rows("SELECT kind FROM counted_fact ORDER BY seq")
    assert [kind for (kind,) in counted] == ["device_recorded"] * 2 + ["alarm_raised"]
    asked = "SELECT seq, state FROM quarantine ORDER BY seq"
    assert await served.rows(asked) == [(3, "parked"), (4, "error")]
    heard = decode(Acknowledgement, (await box.get(f"/v1/stores/{box.me.store_id}/feeds")).content)
    assert (heard.acknowledged_through, heard.set_aside) == (len(box.events), 2)
    assert [one.finding for one in await verify_journal(served.engine)] == [None]


async def test_a_batch_that_says_more_at_its_end_and_health_that_nobody_knows_are_taken(
    served: Served,
) -> None:
    box = await boxed(served)
    box.record(3)
    sent = msgspec.msgpack.decode(codec.decompress(pack_batch(box.batch(1, 3)), 1 << 20))
    *before, health = sent
    software, queue, free, clock, alarms = health
    newer = [software, queue, free, clock, [*alarms, "till_caught_fire"], "temperature", 71]
    answer = await box.push(pack([*before, newer, "and more"]))
    assert answer.status_code == 200, answer.text
    assert await served.rows("SELECT watermark FROM stream") == [(3,)]


async def test_words_and_questions_that_head_office_does_not_know_are_no_errors_of_its_own(
    served: Served,
) -> None:
    box = await boxed(served)
    box.record(2)
    body = pack_batch(box.batch(1, 2))
    assert (await box.push(body, query="?tail=whole&lane=fast")).status_code == 200
    store = f"/v1/stores/{box.me.store_id}"
    heads = f"{store}/feeds?since=yesterday"
    assert (await box.get(heads)).status_code == 200
    assert problem(await box.get(f"{store}/horoscope")) == (404, "not-found")
    path = f"{store}/feed?data_set=horoscopes&scope=&after=0"
    assert (await box.get(path)).status_code == 400


async def test_another_protocol_is_told_to_be_updated_and_loses_nothing(served: Served) -> None:
    box = await boxed(served)
    box.record(1)
    answer = await box.push(pack_batch(box.batch(1, 1, protocol=2)))
    assert problem(answer) == (426, "unknown-protocol")
    assert await served.rows("SELECT count(*) FROM raw_event") == [(0,)]
    assert (await box.push_events(1, 1)).status_code == 200


# --- a box and a head office that is newer


def newer(shop: Shop, change: Callable[[Request, list[Any]], list[Any]]) -> None:
    """Head office's answers as ``change`` makes them, before they are signed."""
    answer_of = shop.central._answer

    async def answer(request: Request) -> Response:
        found = await answer_of(request)
        if found.status != 200:
            return found
        said = change(request, msgspec.msgpack.decode(unpacked(found.body)))
        return found._replace(body=encode(said))

    shop.central._answer = answer  # type: ignore[method-assign]  # a newer one


def unpacked(body: bytes) -> bytes:
    return codec.decompress(body, 1 << 22) if body.startswith(b"\x28\xb5\x2f\xfd") else body


def says_more(request: Request, said: list[Any]) -> list[Any]:
    """Every structure that a box reads has more at its end, and lists hold what nobody knows."""
    more = ["more", {"later": [1, 2]}]
    if request.path.split("?")[0].endswith("/feed"):
        rows = [[*row, *more] for row in said[3]]
        return [*said[:3], rows, *said[4:], *more]
    commands = ["dance", "seek something", "missing all", "manifest tomorrow", "checkpoints 1 2"]
    unknown = ["horoscopes", "", 7, b"h" * 32, *more]
    feeds = [unknown, *([*head, *more] for head in said[8])]
    return [*said[:6], [1, 2], [*said[7], *commands], feeds, said[9], *more]


async def test_a_newer_head_office_that_says_more_everywhere_is_understood(shop: Shop) -> None:
    shop.central.publish_shop()
    newer(shop, says_more)
    await shop.sell()
    await shop.exchange.round()
    state = await shop.send_state()
    assert state.acknowledged_through == state.head.seq
    status = await shop.status()
    assert (status["stopped"], status["refused"], status["alarms"]) == (None, None, [])
    assert "speaks protocol 2 as well: this box can be updated." in str(status["summary"])
    taken = {one["data_set"]: one["pub_seq"] for one in status["feeds"]}  # type: ignore[attr-defined]  # JSON
    assert taken["items"] == len(shop.central.feeds[DataSet.ITEMS])
    assert "horoscopes" not in taken
    await shop.sell()


async def test_rows_of_a_newer_shape_are_read_as_far_as_they_are_known_or_set_aside(
    shop: Shop,
) -> None:
    """A longer row is taken; one with a value that nobody knows is set aside, and the feed goes on;
    after an update it is tried again."""
    shop.central.publish_shop()
    await shop.exchange.round()
    item = Item(ItemId("newer"), "Newer Thing", "grocery", TaxClass.STANDARD, ("20000000099",))
    longer = [*msgspec.to_builtins(msgspec.structs.astuple(item)), "colour", ["red"]]
    other = [*longer]
    other[0], other[3], other[4] = "other", "luxury", []
    for key, body in (("newer", longer), ("other", other)):
        shop.central.publish(DataSet.ITEMS, key, body)
    shop.exchange.beat_due = True
    await shop.exchange.round()
    names = "SELECT item_id FROM item WHERE item_id IN ('newer', 'other')"
    assert await shop.till.box.reader.read(lambda db: db.execute(names).fetchall()) == [("newer",)]
    status = await shop.status()
    first = status["first_set_aside"]
    assert (status["rows_set_aside"], first["key"]) == (1, "other")  # type: ignore[index]  # JSON
    await shop.sell()


async def test_an_older_head_office_says_less_and_does_not_know_the_box_s_questions(
    shop: Shop,
) -> None:
    """What was added at the end of an answer is left out, and no data set has a snapshot."""

    def says_less(request: Request, said: list[Any]) -> list[Any]:
        path = request.path.split("?")[0]
        return said[:7] if path.endswith("/journal") else said

    shop.central.publish_shop()
    newer(shop, says_less)
    await shop.sell()
    await shop.exchange.round()
    state = await shop.send_state()
    assert state.acknowledged_through == state.head.seq
    status = await shop.status()
    assert (status["stopped"], status["refused"], status["alarms"]) == (None, None, [])


@pytest.mark.parametrize("status", [404, 405, 409, 418, 422, 451, 501])
async def test_a_refusal_of_a_newer_sort_keeps_everything_and_is_tried_again(
    shop: Shop, status: int
) -> None:
    from tests.fake_central import problem as refusal

    shop.central.instead = lambda request: (
        refusal(status, "moon-in-the-wrong-house") if request.method == "POST" else None
    )
    await shop.sell()
    await shop.exchange.round()
    shop.central.instead = lambda _request: None
    assert (await shop.status())["stopped"] is None
    await shop.exchange.round()
    state = await shop.send_state()
    assert state.acknowledged_through == state.head.seq


WRITTEN = json.loads((Path(__file__).parents[1] / "golden/reference_1.json").read_text())


async def test_what_a_released_head_office_published_is_taken_as_it_was(shop: Shop) -> None:
    """The recorded rows of every data set, byte for byte; and they are read as they were."""
    for name, raw in WRITTEN.items():
        if not name.startswith("page of "):
            continue
        page = decode(FeedPage, bytes.fromhex(raw))
        live = [row for row in page.rows if row.body is not None]
        rows = [FeedRow(number, row.key, row.body) for number, row in enumerate(live, 1)]
        shop.central.feeds[DataSet(page.data_set)] = rows
    shop.exchange.beat_due = True
    await shop.exchange.round()
    status = await shop.status()
    assert (status["rows_set_aside"], status["stopped"], status["refused"]) == (0, None, None)
    taken = {one["data_set"]: one["pub_seq"] for one in status["feeds"]}  # type: ignore[attr-defined]  # JSON
    assert taken == {name.value: len(rows) for name, rows in shop.central.feeds.items()}
