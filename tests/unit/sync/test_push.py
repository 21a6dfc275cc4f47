"""A push round: whatever the network and head office do, nothing is lost and nothing believed that
our own chain does not confirm."""

from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.engine.outbox import BranchCause, Stopped, StopReason
from sync.engine.outcome import (
    Advanced,
    BranchedOff,
    Heard,
    Idle,
    Later,
    PushOutcome,
    SentBack,
    Shrunk,
)
from sync.engine.push import beat_once, push_once
from sync.engine.transport import Request, Response
from sync.protocol.batch import (
    BatchLimits,
    grow,
    shrink,
)
from sync.protocol.facts import DeviceRecorded
from sync.protocol.identity import EventId
from tests.doubles.journal import MemoryJournal
from tests.doubles.transport import Fate
from tests.unit.sync.push_line import (
    EPOCH,
    HEALTH,
    MOMENT,
    SIGNER,
    HeadOffice,
    journal_of,
    line_to,
    problem,
)


async def drained(
    journal: MemoryJournal,
    office: HeadOffice,
    fate: Callable[[Request], Fate] = lambda request: Fate.DELIVERED,
    limits: BatchLimits = BatchLimits(3),  # noqa: B008  a value
) -> list[PushOutcome]:
    """Rounds until nothing more can be done at once."""
    outcomes: list[PushOutcome] = []
    for _ in range(200):
        outcome = await push_once(
            journal,
            line_to(office, fate),
            SIGNER,
            limits,
            HEALTH,
        )
        outcomes.append(outcome)
        if isinstance(outcome, Idle | Stopped | BranchedOff):
            return outcomes
        if isinstance(outcome, Advanced | Shrunk | Later):
            limits = outcome.limits._replace(events=min(3, outcome.limits.events))
    raise AssertionError("never drained")


async def test_a_journal_is_drained_in_ranges() -> None:
    journal, office = journal_of(7), HeadOffice()
    outcomes = await drained(journal, office)
    assert [batch.from_seq for batch in office.batches] == [1, 4, 7]
    assert [outcome.more for outcome in outcomes if isinstance(outcome, Advanced)] == [
        True,
        True,
        False,
    ]
    assert (await journal.state()).acknowledged_through == 7
    assert isinstance(outcomes[-1], Idle)


async def test_nothing_is_sent_when_nothing_waits() -> None:
    office = HeadOffice()
    assert await drained(journal_of(0), office) == [Idle()]
    assert office.batches == []


@given(st.lists(st.sampled_from(Fate), max_size=60))
async def test_lost_requests_and_lost_answers_lose_and_double_nothing(fates: list[Fate]) -> None:
    journal, office = journal_of(7), HeadOffice()
    coming = iter(fates)
    await drained(journal, office, lambda request: next(coming, Fate.DELIVERED))
    state = await journal.state()
    assert state.acknowledged_through == office.watermark == 7
    assert office.hashes[7] == state.head.hash
    assert (journal.stops, journal.alarms) == ([], [])


async def test_a_lost_answer_halves_and_a_success_grows() -> None:
    journal, office = journal_of(7), HeadOffice()
    limits = BatchLimits(4)
    lost = line_to(office, lambda request: Fate.ANSWER_LOST)
    outcome = await push_once(journal, lost, SIGNER, limits, HEALTH)
    assert outcome == Later("the line broke before the answer came", None, shrink(limits))
    cut = line_to(office, lambda request: Fate.LOST)
    assert (await push_once(journal, cut, SIGNER, limits, HEALTH)).limits == limits  # type: ignore[union-attr]  # not stopped
    again = await push_once(journal, line_to(office), SIGNER, limits, HEALTH)
    assert isinstance(again, Advanced)
    assert again.limits == grow(limits)


ANSWERS: list[tuple[Response, type, int | None]] = [
    (Response(200, {}, b"<html>Please sign in</html>"), Later, None),
    (Response(200, {}, b""), Later, None),
    (Response(302, {"location": "/login"}, b""), Later, None),
    (Response(401, {}, b""), Later, None),
    (Response(403, {}, b"<html>blocked</html>"), Later, None),
    (Response(404, {}, b""), Later, None),
    (Response(409, {}, b""), Later, None),
    (problem(409, "gap"), Later, None),
    (problem(409, "gap", expected_seq=99), Later, None),
    (problem(409, "gap", expected_seq=-1), Later, None),
    (problem(410, "cursor-gone"), Later, None),
    (Response(413, {}, b""), Shrunk, None),
    (Response(422, {}, b""), Later, None),
    (Response(426, {}, b""), Later, None),
    (Response(429, {"retry-after": "9"}, b""), Later, 9_000),
    (Response(503, {"retry-after": "9"}, b""), Later, 9_000),
    (Response(500, {}, b""), Later, None),
    (problem(409, "fork"), BranchedOff, None),
    (problem(403, "fenced"), BranchedOff, None),
    (problem(422, "bad-envelope"), Stopped, None),
    (problem(422, "bad-epoch"), Later, None),
]


@pytest.mark.parametrize(("answer", "kind", "wait_ms"), ANSWERS, ids=lambda value: str(value)[:50])
async def test_no_answer_deletes_anything(
    answer: Response, kind: type, wait_ms: int | None
) -> None:
    journal, office = journal_of(7), HeadOffice()
    office.say = lambda _: answer
    transport = line_to(office)
    outcome = await push_once(journal, transport, SIGNER, BatchLimits(), HEALTH)
    assert isinstance(outcome, kind)
    assert getattr(outcome, "wait_ms", None) == wait_ms
    state = await journal.state()
    assert (state.head.seq, state.acknowledged_through) == (7, 0)
    assert state.stopped == isinstance(outcome, Stopped)
    assert len((await journal.outbox(BatchLimits())).entries) == 7


async def test_a_box_that_head_office_revoked_keeps_everything_and_calls_a_person() -> None:
    """A23: a revoked box tried on as if the line were bad; its status said nothing."""
    journal, office = journal_of(3), HeadOffice()
    office.say = lambda _: problem(403, "device-revoked")
    transport = line_to(office)
    pushed = await push_once(journal, transport, SIGNER, BatchLimits(), HEALTH)
    beaten = await beat_once(journal, transport, SIGNER)
    for outcome in (pushed, beaten):
        assert isinstance(outcome, Later)
        assert (outcome.person, outcome.detail) == (True, "head office refuses this box: why")
    assert not (await journal.state()).stopped


def branched(journal: MemoryJournal, outcomes: list[PushOutcome]) -> BranchCause:
    """Why the box went on in another epoch, which is told once and stops nothing."""
    last = outcomes[-1]
    assert isinstance(last, BranchedOff)
    assert journal.branches == [(EPOCH, last.cause, last.detail)]
    assert journal.stops == []
    return last.cause


async def test_a_stopped_push_sends_nothing_more() -> None:
    journal, office = journal_of(3), HeadOffice()
    office.say = lambda _: problem(422, "bad-envelope")
    transport = line_to(office)
    first = await push_once(journal, transport, SIGNER, BatchLimits(), HEALTH)
    assert first == Stopped(StopReason.BAD_ENVELOPE, "why")
    second = await push_once(journal, transport, SIGNER, BatchLimits(), HEALTH)
    assert isinstance(second, Stopped)
    assert second.reason is StopReason.STOPPED_BEFORE
    assert len(office.batches) == 1
    assert journal.stops == [first]


async def test_413_shrinks_to_one_event_and_then_calls_a_person() -> None:
    journal, office = journal_of(7), HeadOffice()
    office.say = lambda _: Response(413, {}, b"")
    limits, sent = BatchLimits(), []
    for _ in range(4):
        transport = line_to(office)
        outcome = await push_once(journal, transport, SIGNER, limits, HEALTH)
        assert isinstance(outcome, Shrunk | Later)
        limits = outcome.limits
        sent.append(len(office.batches[-1].envelopes))
    assert sent == [7, 3, 1, 1]
    assert isinstance(outcome, Later)
    assert outcome.person


async def test_an_acknowledgement_with_another_hash_is_a_fork() -> None:
    journal, office = journal_of(3), HeadOffice()
    await drained(journal_of(3, salt=1), office)
    said = office.acknowledgement()
    office.say = lambda _: said
    outcomes = await drained(journal, office)
    assert branched(journal, outcomes) is BranchCause.FORK
    assert (await journal.state()).acknowledged_through == 0


async def test_a_box_that_was_restored_finds_out_and_goes_on_in_another_epoch() -> None:
    """Head office holds seven events, the restored box knows of three and has acknowledged none."""
    office = HeadOffice()
    await drained(journal_of(7), office)
    restored = journal_of(3)
    outcomes = await drained(restored, office)
    assert branched(restored, outcomes) is BranchCause.REWOUND
    assert "7" in restored.branches[0][2]


async def test_a_restored_box_that_sold_on_is_a_fork() -> None:
    office = HeadOffice()
    await drained(journal_of(7), office)
    restored = journal_of(9, salt=1, shared=3)
    outcomes = await drained(restored, office, limits=BatchLimits(9))
    assert branched(restored, outcomes) is BranchCause.FORK


async def test_a_box_that_is_fenced_ends_its_epoch_and_goes_on_in_another() -> None:
    journal, office = journal_of(3), HeadOffice()
    office.say = lambda _: problem(403, "fenced", sealed_watermark=1)
    assert branched(journal, await drained(journal, office)) is BranchCause.FENCED
    assert isinstance(await beat_once(journal, line_to(office), SIGNER), BranchedOff)
    assert journal.stops == []


@pytest.mark.parametrize("through", [0, 2, 6])
async def test_a_restored_head_office_is_sent_everything_again(through: int) -> None:
    journal, office = journal_of(7), HeadOffice()
    await drained(journal, office)
    office.restored_to(through)
    journal.append(DeviceRecorded("boot", "8", "0.1.0"), EventId(UUID(int=8)), MOMENT)
    outcomes = await drained(journal, office)
    assert isinstance(outcomes[0], SentBack)
    assert outcomes[0].through == through
    assert office.watermark == 8
    assert (await journal.state()).acknowledged_through == 8
    assert len(journal.alarms) == 1


async def test_a_heartbeat_notices_a_restored_head_office() -> None:
    journal, office = journal_of(7), HeadOffice()
    await drained(journal, office)
    office.restored_to(2)
    outcome = await beat_once(journal, line_to(office), SIGNER)
    assert isinstance(outcome, SentBack)
    assert (await journal.state()).acknowledged_through == 2


async def test_a_heartbeat_hears_what_is_held_and_brings_a_lost_acknowledgement() -> None:
    journal, office = journal_of(3), HeadOffice()
    lost = line_to(office, lambda request: Fate.ANSWER_LOST)
    await push_once(journal, lost, SIGNER, BatchLimits(), HEALTH)
    outcome = await beat_once(journal, line_to(office), SIGNER)
    assert isinstance(outcome, Heard)
    assert outcome.acknowledgement.acknowledged_through == 3
    assert (await journal.state()).acknowledged_through == 3


async def test_a_stopped_box_goes_on_hearing() -> None:
    journal, office = journal_of(3), HeadOffice()
    office.say = lambda _: problem(422, "bad-envelope")
    await drained(journal, office)
    office.say = lambda response: response
    outcome = await beat_once(journal, line_to(office), SIGNER)
    assert isinstance(outcome, Heard)
    assert len(journal.stops) == 1


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.ANSWER_LOST])
async def test_a_heartbeat_into_a_cut_line_is_tried_later(fate: Fate) -> None:
    transport = line_to(HeadOffice(), lambda request: fate)
    assert isinstance(await beat_once(journal_of(1), transport, SIGNER), Later)


async def test_a_heartbeat_that_is_too_large_for_somebody_calls_a_person() -> None:
    office = HeadOffice()
    office.say = lambda _: Response(413, {}, b"")
    outcome = await beat_once(journal_of(2), line_to(office), SIGNER)
    assert isinstance(outcome, Later)
