"""A head office that was put back to its past asks for what its boxes keep no more: it goes on
behind that, says that it is missing, and has it whole again once the tills gave it back."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import driver_of, unit_of_work
from central.reports.claims import open_claims
from central.reports.epochs import store_epochs
from central.usecases.journal.mend_streams import mend_streams
from central.usecases.journal.take_pruned import STREAM_PRUNED
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_head_office import verify_head_office
from sync.engine.signing import SALE_SIGNED, sign_bytes
from sync.protocol.batch import Acknowledgement, PrunedThrough
from sync.protocol.codec import decode, encode
from sync.protocol.commands import Missing, read_commands
from sync.protocol.facts import EventRecovered
from tests.central_fixtures import Served, TestedBox, postgres_template, problem, serving
from tests.head_office import apply_all

__all__ = ["postgres_template"]

THROUGH, GONE, ALL = 3, 6, 10


@pytest.fixture
async def served(postgres_url: str) -> AsyncIterator[Served]:
    async with serving(postgres_url) as served:
        yield served


async def put_back(served: Served, events: int = ALL) -> TestedBox:
    """Head office had all of it, and holds only the first events."""
    box = await served.enrolled(await served.store(await served.company(), "S01"))
    box.record(events)
    await box.push_events(1, events)
    await apply_all(served.office.archive)
    await lose(served, box, THROUGH)
    return box


async def lose(served: Served, box: TestedBox, through: int) -> None:
    async with unit_of_work(served.engine) as db:
        connection = await driver_of(db)
        await connection.execute("DELETE FROM raw_event WHERE seq > $1", through)
        await connection.execute(
            "UPDATE stream SET watermark = $1, head_hash = $2, applied_through = 0, holes = NULL",
            through,
            box.hash_at(through),
        )
    await rebuild_projections(served.engine)


async def declare(
    box: TestedBox, through: int = GONE, hash_: bytes | None = None
) -> httpx.Response:
    path = f"/v1/stores/{box.me.store_id}/pruned"
    body = encode(PrunedThrough(box.epoch, through, hash_ or box.hash_at(min(through, ALL))))
    headers = {**box.headers("POST", path, body), "Content-Type": "application/msgpack"}
    return await box.client.post(path, content=body, headers=headers)


def give_back(box: TestedBox, seq: int) -> None:
    """A till has it, as it was told."""
    signature = sign_bytes(box.key, SALE_SIGNED, box.hash_at(seq))
    kept = (box.epoch, box.hash_at(seq - 1), box.events[seq - 1], box.hash_at(seq), signature)
    box.append("event_recovered", encode(EventRecovered("workstation", None, *kept)))


async def heard(box: TestedBox) -> Acknowledgement:
    return decode(Acknowledgement, (await box.get(f"/v1/stores/{box.me.store_id}/feeds")).content)


async def findings(engine: AsyncEngine) -> list[str]:
    """But that nobody gave this head office its key's public half."""
    found = [one.what for one in (await verify_head_office(engine)).findings]
    return [what for what in found if "did not sign its genesis record" not in what]


async def claims(served: Served, box: TestedBox) -> list[str]:
    async with unit_of_work(served.engine) as db:
        found = await open_claims(db, [box.me.store_id])
    return [one.said for one in found.get(box.me.store_id, ())]


async def test_the_journal_goes_on_behind_what_is_gone_and_people_are_told(served: Served) -> None:
    box = await put_back(served)
    said = decode(Acknowledgement, (await declare(box)).content)
    assert (said.acknowledged_through, said.head_hash) == (GONE, box.hash_at(GONE))
    assert (await box.push_events(GONE + 1, ALL)).status_code == 200
    await apply_all(served.office.archive)
    assert await served.rows("SELECT watermark, applied_through FROM stream") == [(ALL, ALL)]
    assert await served.rows("SELECT kind FROM decision ORDER BY decision_no DESC LIMIT 1") == [
        ("stream_pruned",)
    ]
    assert await served.rows("SELECT kind FROM alarm") == [(STREAM_PRUNED,)]
    lacking = f"Events 4 to 6 of epoch {box.epoch} are at no box any more: 3 events"
    assert await claims(served, box) == [f"{lacking} of them are not here."]
    async with unit_of_work(served.engine) as db:
        (epoch,) = await store_epochs(db, box.me.store_id)
    assert epoch.claims == (f"{lacking} of them are not here.",)
    assert await findings(served.engine) == []
    assert await mend_streams(served.engine) == ()
    assert read_commands((await heard(box)).commands) == (Missing(box.epoch, 4, 6),)


async def test_the_same_again_and_what_is_here_already_change_nothing(served: Served) -> None:
    box = await put_back(served)
    first = await declare(box)
    for through in (GONE, 5, 3, 2, 0):
        again = decode(Acknowledgement, (await declare(box, through)).content)
        assert again.acknowledged_through == GONE
    assert first.status_code == 200
    assert await served.rows("SELECT count(*) FROM alarm") == [(1,)]
    asked = "SELECT count(*) FROM decision WHERE kind = 'stream_pruned'"
    assert await served.rows(asked) == [(1,)]


async def test_more_that_is_gone_later_is_another_hole(served: Served) -> None:
    box = await put_back(served)
    await declare(box, 5)
    await declare(box, 8)
    await box.push_events(9, ALL)
    await apply_all(served.office.archive)
    assert await served.rows("SELECT watermark, applied_through FROM stream") == [(ALL, ALL)]
    assert read_commands((await heard(box)).commands) == (
        Missing(box.epoch, 4, 5),
        Missing(box.epoch, 6, 8),
    )
    assert await findings(served.engine) == []


async def test_what_the_tills_give_back_fills_the_hole_and_nothing_says_any_more_that_it_was(
    served: Served,
) -> None:
    box = await put_back(served)
    await declare(box)
    for seq in (5, 5, 6):
        give_back(box, seq)
    await box.push_events(GONE + 1, ALL + 3)
    await apply_all(served.office.archive)
    assert await claims(served, box) == [
        f"Events 4 to 6 of epoch {box.epoch} are at no box any more: 1 event of them are not here."
    ]
    give_back(box, 4)
    await box.push_events(ALL + 4, ALL + 4)
    await apply_all(served.office.archive)
    assert await claims(served, box) == []
    assert (await heard(box)).commands == ()
    held = await served.rows("SELECT seq, hash FROM raw_event ORDER BY seq")
    assert held == [(seq, box.hash_at(seq)) for seq in range(1, len(box.events) + 1)]
    assert await findings(served.engine) == []
    before = await served.rows("SELECT * FROM counted_fact ORDER BY 1, 2, 3")
    await rebuild_projections(served.engine)
    assert await served.rows("SELECT * FROM counted_fact ORDER BY 1, 2, 3") == before


async def test_a_row_of_a_filled_hole_that_is_changed_or_taken_out_is_found(
    served: Served,
) -> None:
    box = await put_back(served)
    await declare(box)
    for seq in (4, 5, 6):
        give_back(box, seq)
    await box.push_events(GONE + 1, len(box.events))
    await apply_all(served.office.archive)
    async with unit_of_work(served.engine) as db:
        await (await driver_of(db)).execute("DELETE FROM raw_event WHERE seq = 5")
    assert any("event 5 is missing" in what for what in await findings(served.engine))


async def test_a_hole_that_nobody_declared_is_found(served: Served) -> None:
    box = await put_back(served)
    await declare(box)
    async with unit_of_work(served.engine) as db:
        await (await driver_of(db)).execute("UPDATE stream SET holes = NULL")
    found = await findings(served.engine)
    assert any("event 4 is missing" in what for what in found)
    assert any("its row does not say so" in what for what in found)


@pytest.mark.parametrize(
    ("through", "hash_", "answer"),
    [
        (ALL + 1, b"h" * 32, (422, "bad-envelope")),
        (2, b"h" * 32, (409, "fork")),
        (THROUGH, b"h" * 32, (409, "fork")),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    served: Served, through: int, hash_: bytes, answer: tuple[int, str]
) -> None:
    box = await put_back(served)
    assert problem(await declare(box, through, hash_)) == answer
    assert await served.rows("SELECT watermark, holes FROM stream") == [(THROUGH, None)]
    asked = "SELECT count(*) FROM decision WHERE kind = 'stream_pruned'"
    assert await served.rows(asked) == [(0,)]


async def test_garbage_an_epoch_of_nobodys_and_a_wrong_key_are_refused(served: Served) -> None:
    box = await put_back(served)
    path = f"/v1/stores/{box.me.store_id}/pruned"
    headers = {**box.headers("POST", path, b"\xc1"), "Content-Type": "application/msgpack"}
    assert (await box.client.post(path, content=b"\xc1", headers=headers)).status_code == 400
    assert problem(await declare(box.branched(), 0)) == (403, "not-allowed")
    stranger = TestedBox(box.client, enrolment=box.enrolment, events=box.events, hashes=box.hashes)
    assert (await declare(stranger)).status_code == 401
    assert await served.rows("SELECT watermark, holes FROM stream") == [(THROUGH, None)]
