"""An event that is not what was written is asked for by hashes, kept as damaged, and healed by what
a till kept: nothing behind it waits for that."""

from uuid import UUID, uuid4

import httpx
import msgspec

from central.usecases.journal.ingest_batch import DAMAGED_BODY
from central.usecases.proof.verify_journal import verify_journal
from sync.engine.push import BATCH_TYPE
from sync.protocol.batch import Acknowledgement, Batch, HashedBatch
from sync.protocol.change import Envelope, link
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import decode, encode, pack_batch
from sync.protocol.commands import Seek, read_commands
from sync.protocol.facts import EventRecovered
from sync.protocol.identity import BootId, EventId
from tests.central_fixtures import (
    NOW_MS,
    Served,
    TestedBox,
    postgres_template,
    problem,
    serving,
)
from tests.head_office import apply_all

__all__ = ["postgres_template"]


async def boxed(served: Served, events: int = 5) -> TestedBox:
    box = await served.enrolled(await served.store(await served.company(), "S01"))
    box.record(events)
    return box


def spoilt(box: TestedBox, seq: int, **changes: object) -> Batch:
    """Every event of the box, one of them not as it was written."""
    other = msgspec.structs.replace(box.events[seq - 1], **(changes or {"body": b"\xc1"}))
    events = (*box.events[: seq - 1], other, *box.events[seq:])
    return box.batch(1, len(box.events), envelopes=events)


async def push_hashed(
    box: TestedBox, batch: Batch, hashes: tuple[bytes, ...] | None = None, *, late: bool = False
) -> httpx.Response:
    stated = tuple(box.hashes) if hashes is None else hashes
    body = encode(HashedBatch(pack_batch(batch), stated))
    path = f"/v1/stores/{box.me.store_id}/journal?hashes=1{'&tail=late' if late else ''}"
    headers = {**box.headers("POST", path, body), "Content-Type": BATCH_TYPE}
    return await box.client.post(path, content=body, headers=headers)


async def aside(served: Served) -> list[tuple[object, ...]]:
    return await served.rows("SELECT seq, state FROM quarantine ORDER BY 1")


def wrapping(box: TestedBox, seq: int) -> EventRecovered:
    kept = (box.epoch, box.hash_at(seq - 1), box.events[seq - 1], box.hash_at(seq))
    return EventRecovered("workstation", None, *kept, bytes(64))


def append_fact(box: TestedBox, fact: EventRecovered) -> None:
    seq = len(box.events) + 1
    envelope = Envelope(
        seq,
        EventId(uuid4()),
        "event_recovered",
        1,
        NOW_MS,
        28_800,
        BootId(UUID(int=1)),
        Hlc(NOW_MS << 16),
        ClockState.CHECKED,
        encode(fact),
    )
    previous = box.hash_at(seq - 1)
    box.events.append(envelope)
    box.hashes.append(link(box.me.store_id, box.epoch, envelope, previous).hash)


async def test_a_damaged_event_is_found_by_hashes_kept_and_acknowledged(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await boxed(served)
        answer = await box.push(pack_batch(spoilt(box, 3)))
        assert problem(answer) == (409, "hashes-wanted")
        assert (answer.json()["from_seq"], answer.json()["through_seq"]) == (1, 5)
        assert await served.rows("SELECT count(*) FROM raw_event") == [(0,)]
        assert await served.rows("SELECT count(*) FROM alarm") == [(0,)]
        said = decode(Acknowledgement, (await push_hashed(box, spoilt(box, 3))).content)
        assert (said.acknowledged_through, said.head_hash) == (5, box.hash_at(5))
        found = await served.rows("SELECT seq, damaged, body FROM raw_event ORDER BY 1")
        assert [seq for seq, damaged, _ in found if damaged] == [3]
        assert found[2][2] == b"\xc1"
        assert await served.rows("SELECT kind FROM alarm") == [(DAMAGED_BODY,)]
        await apply_all(served.office.archive)
        assert await aside(served) == [(3, "damaged")]
        assert all(one.finding is None for one in await verify_journal(served.engine))


async def test_what_is_damaged_is_sought_until_a_till_brings_it_whole(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await boxed(served)
        await push_hashed(box, spoilt(box, 3))
        await apply_all(served.office.archive)
        heads = f"/v1/stores/{box.me.store_id}/feeds"
        said = decode(Acknowledgement, (await box.get(heads)).content)
        (sought,) = read_commands(said.commands)
        assert isinstance(sought, Seek)
        assert (sought.event.epoch, sought.event.seq) == (box.epoch, 3)
        assert sought.event.hash == box.hash_at(3)
        lying = wrapping(box, 3)
        other = msgspec.structs.replace(lying.envelope, body=encode(("boot", "other", "test")))
        append_fact(box, msgspec.structs.replace(lying, envelope=other))
        assert (await box.push_events(6, 6)).status_code == 200
        await apply_all(served.office.archive)
        assert (3, "damaged") in await aside(served)
        append_fact(box, wrapping(box, 3))
        assert (await box.push_events(7, 7)).status_code == 200
        await apply_all(served.office.archive)
        assert 3 not in [seq for seq, _ in await aside(served)]
        assert await served.rows("SELECT body, damaged FROM raw_event WHERE seq = 3") == [
            (box.events[2].body, False)
        ]
        said = decode(Acknowledgement, (await box.get(heads)).content)
        assert said.commands == ()
        assert all(one.finding is None for one in await verify_journal(served.engine))


async def test_a_damaged_envelope_is_found_like_a_damaged_body(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await boxed(served)
        changed = spoilt(box, 5, kind="from_nowhere", occurred_at_ms=1)
        assert problem(await box.push(pack_batch(changed))) == (409, "hashes-wanted")
        assert (await push_hashed(box, changed)).status_code == 200
        await apply_all(served.office.archive)
        assert await aside(served) == [(5, "damaged")]


async def test_hashes_that_do_not_fit_are_refused_and_nothing_is_kept(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await boxed(served)
        hashes = tuple(box.hashes)
        for name, stated in {
            "too few": hashes[:-1],
            "none": (),
            "another end": (*hashes[:-1], bytes(32)),
        }.items():
            answer = await push_hashed(box, spoilt(box, 3), stated)
            assert (name, *problem(answer)) == (name, 422, "bad-envelope")
        assert await served.rows("SELECT count(*) FROM raw_event") == [(0,)]
        assert (await push_hashed(box, box.batch(1, 5))).status_code == 200
        assert await served.rows("SELECT count(*) FROM raw_event WHERE damaged") == [(0,)]


async def test_a_damaged_event_that_comes_again_changes_nothing(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await boxed(served)
        for _ in range(2):
            assert (await push_hashed(box, spoilt(box, 3))).status_code == 200
        assert (await box.push_events(1, 5)).status_code == 200
        assert await served.rows("SELECT count(*) FROM raw_event") == [(5,)]
        assert await served.rows("SELECT count(*) FROM alarm") == [(1,)]
