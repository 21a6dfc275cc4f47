"""Epochs that a box opened by itself: taken as they are signed, beside the store's line or at its
end, and nothing else of them."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from sync.engine.signing import GENESIS_SIGNED, sign_bytes
from sync.protocol.batch import Acknowledgement
from sync.protocol.change import Epoch
from sync.protocol.codec import decode, encode
from sync.protocol.enrolment import ProvisionalEpoch
from tests.central_fixtures import Served, TestedBox, postgres_template, problem, serving

__all__ = ["postgres_template"]

AT_ONCE = 3
"""More the door would ask to come again."""
STATES = (
    "SELECT epoch_number, provisional, state FROM stream"
    " ORDER BY epoch_number, provisional, watermark"
)


async def shop(served: Served, events: int = 3) -> TestedBox:
    """A box with some events that head office has."""
    company_id = await served.company(f"Acme {uuid4().hex[:4]}")
    store_id = await served.store(company_id, f"S{uuid4().hex[:4]}")
    box = await served.enrolled(store_id)
    box.record(events)
    assert (await box.push_events(1, events)).status_code == 200
    return box


async def test_a_provisional_epoch_of_the_current_box_is_the_stores_current_one(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        box = await shop(served)
        branch = box.branched()
        answer = await branch.ratify()
        told = decode(Acknowledgement, answer.content)
        assert (told.acknowledged_through, told.head_hash) == (0, branch.hash_at(0))
        assert told.feeds
        assert await served.rows(STATES) == [(1, False, "side"), (1, True, "current")]
        branch.record(2)
        assert (await branch.push_events(1, 2)).status_code == 200
        again = decode(Acknowledgement, (await branch.ratify()).content)
        assert (again.acknowledged_through, again.head_hash) == (2, branch.hash_at(2))
        # The next box follows the branch.
        successor = await served.enrolled(box.me.store_id)
        assert (successor.epoch.number, successor.genesis.parent) == (2, branch.epoch)
        assert successor.genesis.parent_watermark == 2
        [(audit,)] = await served.rows("SELECT detail FROM audit WHERE act = 'epoch_ratified'")
        assert audit == f"{branch.epoch} after event 3 of {box.epoch}: begun"


async def test_a_fenced_box_goes_on_in_a_side_branch_that_is_fed_and_fences_nobody(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        old = await shop(served)
        new = await served.enrolled(old.me.store_id)
        assert problem(await old.get(f"/v1/stores/{old.me.store_id}/feeds")) == (403, "fenced")
        old.record(1)
        old.end()
        branch = old.branched()
        assert (await branch.ratify()).status_code == 200
        branch.record(1)
        assert (await branch.push_events(1, 1)).status_code == 200
        heartbeat = await branch.get(f"/v1/stores/{old.me.store_id}/feeds")
        assert decode(Acknowledgement, heartbeat.content).acknowledged_through == 1
        assert (await branch.feed("items")).status_code == 200
        new.record(1)
        assert (await new.push_events(1, 1)).status_code == 200
        assert await served.rows(STATES) == [
            (1, False, "sealed"),
            (1, True, "side"),
            (2, False, "current"),
        ]


async def test_a_late_tail_is_taken_where_it_is_said_to_be_one(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        old = await shop(served)
        await served.enrolled(old.me.store_id)
        old.record(4)
        refused = await old.push_events(4, 7)
        assert problem(refused) == (403, "fenced")
        assert refused.json()["sealed_watermark"] == 3
        told = decode(Acknowledgement, (await old.push_tail(4, 6)).content)
        assert (told.acknowledged_through, told.head_hash) == (6, old.hash_at(6))
        # What it was sealed at stays what it was.
        assert (await old.push_events(7, 7)).json()["sealed_watermark"] == 3


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"store_id": uuid4()}, "another store's or another box's"),
        ({"company_id": uuid4()}, "another store's or another box's"),
        ({"device_id": uuid4()}, "another store's or another box's"),
        ({"device_key": bytes(32)}, "another store's or another box's"),
        ({"epoch_number": 2}, "its parent's number"),
        ({"parent_watermark": -1}, "its parent's number"),
        ({"parent": Epoch(1, b"abcd")}, "never heard of epoch 1-61626364"),
        ({"parent_watermark": 0}, "event 0 of epoch"),
        ({"nonce": b"short"}, "cannot be read"),
    ],
)
async def test_an_epoch_that_is_not_this_boxs_or_branches_off_elsewhere_is_refused(
    postgres_url: str, changes: dict[str, Any], why: str
) -> None:
    """Another store's path, another box's key, a parent that is not known, another event there."""
    async with serving(postgres_url) as served:
        box = await shop(served)
        refused = await box.branched(**changes).ratify()
        assert problem(refused) == (422, "bad-epoch")
        assert why in refused.json()["detail"]
        assert await served.rows(STATES) == [(1, False, "current")]
        assert (await box.push_events(1, 3)).status_code == 200


async def test_an_epoch_that_grows_from_the_history_that_is_not_held_here_is_taken(
    postgres_url: str,
) -> None:
    """The simulation, seed 12: a copy of a fenced box sent its tail, the box itself ended on its
    own; refused, nothing that it sold from then on could ever arrive."""
    async with serving(postgres_url) as served:
        box = await shop(served)
        branch = box.branched(parent_hash=bytes(32))
        assert (await branch.ratify()).status_code == 200
        assert (await box.push_events(1, 3)).status_code == 200
        assert [state for _, _, state in await served.rows(STATES)] == ["side", "current"]


async def test_an_epoch_that_another_key_signed_or_under_another_tag_is_refused(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        box, other = await shop(served), await shop(served)
        branch, foreign = box.branched(), other.branched()
        forged = [
            ProvisionalEpoch(branch.me.genesis, foreign.me.signature),
            ProvisionalEpoch(foreign.me.genesis, foreign.me.signature),
            ProvisionalEpoch(
                branch.me.genesis, sign_bytes(box.key, GENESIS_SIGNED, branch.me.genesis)
            ),
            ProvisionalEpoch(branch.me.genesis + b"\x00", branch.me.signature),
        ]
        for asked in forged:
            assert problem(await branch.ratify(asked)) == (422, "bad-epoch")
        path = f"/v1/stores/{other.me.store_id}/epochs"
        body = encode(ProvisionalEpoch(branch.me.genesis, branch.me.signature))
        headers = {**box.headers("POST", path, body), "Content-Type": "application/msgpack"}
        elsewhere = await served.client.post(path, content=body, headers=headers)
        assert problem(elsewhere) == (403, "not-allowed")
        assert len(await served.rows(STATES)) == 2


async def test_a_body_that_is_no_epoch_is_a_problem_document(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await shop(served)
        path = f"/v1/stores/{box.me.store_id}/epochs"
        for body, declared, said in (
            (b"\xc1", "application/msgpack", (400, "invalid-field")),
            (encode(("", b"")), "application/msgpack", (400, "invalid-field")),
            (b"{}", "application/json", (415, "wrong-content-type")),
            (bytes(17_000), "application/msgpack", (413, "too-large")),
        ):
            headers = {**box.headers("POST", path, body), "Content-Type": declared}
            answer = await served.client.post(path, content=body, headers=headers)
            assert problem(answer) == said


async def test_a_revoked_box_gets_no_epoch(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await shop(served)
        await served.rows("UPDATE device SET revoked = true")
        assert problem(await box.branched().ratify()) == (403, "device-revoked")
        assert await served.rows(STATES) == [(1, False, "current")]


async def test_what_the_record_says_of_its_parent_beyond_what_is_held_is_claimed(
    postgres_url: str,
) -> None:
    """The late tail may come after the next epoch: then the claim is gone; another one stays."""
    async with serving(postgres_url) as served:
        old = await shop(served)
        await served.enrolled(old.me.store_id)
        old.record(3)
        branch = old.branched()
        branch.record(2)
        assert (await branch.ratify()).status_code == 200
        claims = "SELECT seq, hash FROM claim ORDER BY seq"
        assert await served.rows(claims) == [(2, branch.hash_at(2)), (6, old.hash_at(6))]
        assert (await old.push_tail(4, 6)).status_code == 200
        assert (await branch.push_events(1, 2)).status_code == 200
        assert await served.rows(claims) == []


async def test_a_code_that_is_used_again_gives_the_epoch_that_was_issued(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        box, code = TestedBox(served.client), await served.code(store_id)
        await box.enrol(code)
        issued = box.me
        assert (await box.branched().ratify()).status_code == 200
        assert (await box.enrol(code)).status_code == 200
        assert box.me == issued


async def test_an_epoch_that_is_told_many_times_at_once_is_one(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await shop(served)
        branch = box.branched()
        answers = await asyncio.gather(*(branch.ratify() for _ in range(AT_ONCE)))
        assert {answer.status_code for answer in answers} == {200}
        assert len(await served.rows(STATES)) == 2
        decided = "SELECT count(*) FROM decision WHERE kind = 'epoch_ratified'"
        assert await served.rows(decided) == [(1,)]


async def test_two_copies_of_a_disk_branch_off_beside_each_other(postgres_url: str) -> None:
    """Whichever comes first is the store's; both are kept."""
    async with serving(postgres_url) as served:
        box = await shop(served)
        first, second = box.branched(), box.branched(after=2)
        for branch in (first, second):
            assert (await branch.ratify()).status_code == 200
            branch.record(1)
            assert (await branch.push_events(1, 1)).status_code == 200
        grand = first.branched()
        assert (await grand.ratify()).status_code == 200
        states = await served.rows("SELECT epoch_fingerprint, state FROM stream WHERE provisional")
        assert dict(states) == {
            first.epoch.fingerprint: "side",
            second.epoch.fingerprint: "side",
            grand.epoch.fingerprint: "current",
        }
