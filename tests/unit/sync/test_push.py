"""A push round: whatever the network and head office do, nothing is lost and nothing believed that
our own chain does not confirm."""

import json
import random
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync.engine.journal import Moment
from sync.engine.outbox import MemoryJournal, Stopped, StopReason
from sync.engine.push import (
    Advanced,
    Heard,
    Idle,
    Later,
    PushOutcome,
    SentBack,
    Shrunk,
    beat_once,
    push_once,
)
from sync.engine.signing import NONCE_HEADER, Signer, verify_request
from sync.engine.transport import Fate, MemoryTransport, Request, Response
from sync.protocol.batch import (
    PACKED_BYTES_MAX,
    Acknowledgement,
    Batch,
    BatchLimits,
    Health,
    grow,
    shrink,
)
from sync.protocol.change import Epoch
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import encode, unpack_batch
from sync.protocol.facts import CustomerChanged, DeviceRecorded
from sync.protocol.identity import BootId, CustomerId, DeviceId, EventId, Incarnation, OperatorId
from sync.protocol.ingest import Accepted, Duplicate, Forked, Gap, Stream, judge
from sync.protocol.shared import CustomerField, FieldChange, PersonalKey
from tests.signed_answers import signed_by, signing
from tests.strategies import STORE

EPOCH, GENESIS = Epoch(1, b"abcd"), b"g" * 32
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OFFICE_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
OFFICE = OFFICE_KEY.public_key().public_bytes_raw()
SIGNER = Signer(STORE, DeviceId(UUID(int=5)), KEY, OFFICE, lambda: b"n" * 16)
HEALTH = Health("0.1.0", 0, 10**9, 0)
MOMENT = Moment(1_764_000_000_000, 28_800, BootId(UUID(int=1)), ClockState.CHECKED)
CUSTOMER = CustomerId(UUID(int=6))


def problem(status: int, slug: str, **members: object) -> Response:
    document = {"type": f"urn:holdfast:problem:{slug}", "detail": "why", **members}
    headers = {"Content-Type": "application/problem+json"}
    return Response(status, headers, json.dumps(document).encode())


class HeadOffice:
    """A central that holds hashes only, and judges as the real one does."""

    def __init__(self) -> None:
        self.hashes = {0: GENESIS}
        self.batches: list[Batch] = []
        self.say: Callable[[Response], Response] = lambda response: response

    @property
    def watermark(self) -> int:
        return len(self.hashes) - 1

    def restored_to(self, through: int) -> None:
        self.hashes = {seq: self.hashes[seq] for seq in range(through + 1)}

    async def answer(self, request: Request) -> Response:
        public = KEY.public_key().public_bytes_raw()
        signed = verify_request(public, request.method, request.path, request.body, request.headers)
        if request.method == "GET":
            assert request.path == f"/v1/stores/{STORE}/feeds"
            return self.say(self.acknowledgement())
        assert request.path == f"/v1/stores/{STORE}/journal"
        assert request.headers["Content-Type"] == "application/vnd.holdfast.batch"
        batch = unpack_batch(request.body)
        assert (signed.head, signed.from_seq) == (batch.head, batch.from_seq)
        self.batches.append(batch)
        return self.say(self.take(batch))

    def take(self, batch: Batch) -> Response:
        stream = Stream(STORE, EPOCH, self.watermark, self.hashes[self.watermark])
        verdict = judge(stream, batch, self.hashes)
        match verdict:
            case Accepted():
                fresh = batch.envelopes[verdict.first :]
                for envelope, place in zip(fresh, verdict.links, strict=True):
                    self.hashes[envelope.seq] = place.hash
                return self.acknowledgement()
            case Duplicate():
                return self.acknowledgement()
            case Gap(expected=expected):
                return problem(409, "gap", expected_seq=expected)
            case Forked(seq=seq):
                return problem(409, "fork", seq=seq)
            case _:
                return problem(422, "bad-envelope")

    def acknowledgement(self) -> Response:
        through = self.watermark
        own_hash = self.hashes[through]
        said = Acknowledgement(1, Incarnation(UUID(int=9)), through, own_hash, 0, 0, (1,))
        return Response(200, {}, encode(said))


def line_to(
    office: HeadOffice, fate: Callable[[Request], Fate] = lambda request: Fate.DELIVERED
) -> MemoryTransport:
    return MemoryTransport(signing(OFFICE_KEY, office.answer), fate)


def journal_of(events: int, salt: int = 0, shared: int = 0) -> MemoryJournal:
    journal = MemoryJournal(STORE, EPOCH, GENESIS, {CUSTOMER: b"c" * 32})
    for seq in range(1, events + 1):
        word = f"{0 if seq <= shared else salt}-{seq}"
        journal.append(DeviceRecorded("boot", word, "0.1.0"), EventId(UUID(int=seq)), MOMENT)
    return journal


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
        if isinstance(outcome, Idle | Stopped):
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
    assert (await push_once(journal, cut, SIGNER, limits, HEALTH)).limits == limits  # type: ignore[union-attr]
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
    (problem(409, "fork"), Stopped, None),
    (problem(403, "fenced"), Stopped, None),
    (problem(422, "bad-envelope"), Stopped, None),
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


async def test_a_stopped_push_sends_nothing_more() -> None:
    journal, office = journal_of(3), HeadOffice()
    office.say = lambda _: problem(409, "fork")
    transport = line_to(office)
    first = await push_once(journal, transport, SIGNER, BatchLimits(), HEALTH)
    assert first == Stopped(StopReason.FORK, "why")
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
    assert isinstance(outcomes[-1], Stopped)
    assert outcomes[-1].reason is StopReason.FORK
    assert (await journal.state()).acknowledged_through == 0


async def test_a_box_that_was_restored_finds_out_and_stops() -> None:
    """Head office holds seven events, the restored box knows of three and has acknowledged none."""
    office = HeadOffice()
    await drained(journal_of(7), office)
    restored = journal_of(3)
    outcomes = await drained(restored, office)
    assert isinstance(outcomes[-1], Stopped)
    assert outcomes[-1].reason is StopReason.REWOUND
    assert "7" in outcomes[-1].detail


async def test_a_restored_box_that_sold_on_is_a_fork() -> None:
    office = HeadOffice()
    await drained(journal_of(7), office)
    outcomes = await drained(journal_of(9, salt=1, shared=3), office, limits=BatchLimits(9))
    assert isinstance(outcomes[-1], Stopped)
    assert outcomes[-1].reason is StopReason.FORK


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
    await drained(journal_of(7), office)
    await drained(journal, office)
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


def changed_name(sealed: bytes | None) -> CustomerChanged:
    change = FieldChange(CustomerField.NAME, Hlc(1), UUID(int=1), None, sealed)
    return CustomerChanged(CUSTOMER, OperatorId("anna"), (change, change))


async def test_keys_travel_beside_the_events_that_need_them() -> None:
    journal, office = journal_of(1), HeadOffice()
    journal.append(changed_name(b"sealed"), EventId(UUID(int=2)), MOMENT)
    journal.append(changed_name(b"sealed"), EventId(UUID(int=3)), MOMENT)
    journal.append(changed_name(None), EventId(UUID(int=4)), MOMENT)
    for _ in range(4):
        transport = line_to(office)
        await push_once(journal, transport, SIGNER, BatchLimits(1), HEALTH)
    key = (PersonalKey(CUSTOMER, b"c" * 32),)
    assert [batch.keys for batch in office.batches] == [(), key, key, ()]


async def test_a_batch_is_cut_to_its_packed_size() -> None:
    """Bodies that zstd cannot fold: 40 of 32 KB are far more than one request may have."""
    journal, office = MemoryJournal(STORE, EPOCH, GENESIS), HeadOffice()
    noise = random.Random(7)

    def word() -> str:
        return "".join(chr(noise.randrange(0x4E00, 0x9E00)) for _ in range(4_000))

    for seq in range(1, 41):
        fact = DeviceRecorded(word(), word(), word())
        journal.append(fact, EventId(UUID(int=seq)), MOMENT)
    sizes: list[int] = []
    limits = BatchLimits()
    for _ in range(100):
        transport = line_to(office, lambda request: weighed(request, sizes))
        if isinstance(await push_once(journal, transport, SIGNER, limits, HEALTH), Idle):
            break
    assert office.watermark == 40
    assert len(sizes) > 1
    assert max(sizes) <= PACKED_BYTES_MAX


def weighed(request: Request, sizes: list[int]) -> Fate:
    sizes.append(len(request.body))
    return Fate.DELIVERED


STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)


def unsigned(office: HeadOffice) -> Callable[[Request], Awaitable[Response]]:
    return office.answer


def by_a_stranger(office: HeadOffice) -> Callable[[Request], Awaitable[Response]]:
    return signing(STRANGER, office.answer)


def an_answer_to_another_question(office: HeadOffice) -> Callable[[Request], Awaitable[Response]]:
    """Head office's own word, once, to a request with another nonce."""

    async def replayed(request: Request) -> Response:
        other = request._replace(headers={**request.headers, NONCE_HEADER: "00" * 16})
        return signed_by(OFFICE_KEY, other, await office.answer(request))

    return replayed


def with_another_body(office: HeadOffice) -> Callable[[Request], Awaitable[Response]]:
    async def changed(request: Request) -> Response:
        answer = signed_by(OFFICE_KEY, request, await office.answer(request))
        return answer._replace(body=answer.body + b" ")

    return changed


FORGERIES = [unsigned, by_a_stranger, an_answer_to_another_question, with_another_body]


@pytest.mark.parametrize("forged", FORGERIES)
async def test_an_acknowledgement_that_head_office_did_not_sign_is_none(
    forged: Callable[[HeadOffice], Callable[[Request], Awaitable[Response]]],
) -> None:
    """A22: whoever answered at head office's address could acknowledge what nobody holds."""
    journal, transport = journal_of(3), MemoryTransport(forged(HeadOffice()))
    pushed = await push_once(journal, transport, SIGNER, BatchLimits(), HEALTH)
    assert isinstance(pushed, Later)
    assert "did not sign" in pushed.detail
    assert isinstance(await beat_once(journal, transport, SIGNER), Later)
    assert (await journal.state()).acknowledged_through == 0


@pytest.mark.parametrize("forged", FORGERIES)
@pytest.mark.parametrize(
    ("status", "slug"), [(409, "fork"), (409, "gap"), (403, "fenced"), (422, "bad-envelope")]
)
async def test_a_verdict_that_head_office_did_not_sign_stops_nothing(
    forged: Callable[[HeadOffice], Callable[[Request], Awaitable[Response]]],
    status: int,
    slug: str,
) -> None:
    """A22, A40: a forged verdict stopped pushing for good."""
    office = HeadOffice()
    office.say = lambda _: problem(status, slug, expected_seq=1, seq=1)
    journal = journal_of(3)
    outcome = await push_once(
        journal, MemoryTransport(forged(office)), SIGNER, BatchLimits(), HEALTH
    )
    assert isinstance(outcome, Later)
    assert not outcome.person
    assert not (await journal.state()).stopped
