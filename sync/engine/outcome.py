"""What head office's answer to a push or a heartbeat comes to: remembered in the journal, and told
to the loop as a value.

Whatever came back, no event is ever deleted, and where the box must not go on in an epoch it goes
on in another.
"""

from typing import NamedTuple, TypeAlias

from sync.engine.ask import Answer
from sync.engine.outbox import BranchCause, JournalPort, SendState, Stopped, StopReason
from sync.protocol.answers import (
    CALLS_A_PERSON,
    NOT_SIGNED,
    AcknowledgementVerdict,
    Ruled,
    Slug,
    TooLarge,
    TryLater,
    read_refusal,
    weigh,
)
from sync.protocol.batch import Acknowledgement, BatchLimits, grow, shrink
from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable


class Idle(NamedTuple):
    """Everything is acknowledged: nothing was sent."""


class Advanced(NamedTuple):
    """The acknowledgement held. ``more`` waits: go on at once; ``limits``: for the next round.
    ``damaged``: the event that went as damaged, because this journal lost what was written."""

    acknowledgement: Acknowledgement
    more: bool
    limits: BatchLimits
    damaged: int | None = None


class Shrunk(NamedTuple):
    """413: go on at once with less."""

    limits: BatchLimits


class SentBack(NamedTuple):
    """Central holds less than it had acknowledged (it was restored): the journal begins again after
    ``through``. The alarm has been recorded; go on at once."""

    through: int
    detail: str


class BranchedOff(NamedTuple):
    """This box must not go on in an epoch, and goes on in another. The alarm has been recorded; go
    on at once."""

    cause: BranchCause
    detail: str


class Later(NamedTuple):
    """Nothing was learnt: try again after a back-off, or after ``wait_ms`` where the server asked
    for that, which is no failure. ``person``: trying again alone will probably not help. ``busy``:
    it was head office itself that asked."""

    detail: str
    wait_ms: int | None
    limits: BatchLimits
    person: bool = False
    busy: bool = False


class Heard(NamedTuple):
    """Head office answered a heartbeat, and what it holds is ours."""

    acknowledgement: Acknowledgement


class Lacking(NamedTuple):
    """Head office lacks what follows ``through``, and this box does not keep that any more."""

    through: int


PushOutcome: TypeAlias = Idle | Advanced | Shrunk | SentBack | BranchedOff | Stopped | Later
BeatOutcome: TypeAlias = Heard | SentBack | BranchedOff | Stopped | Later
Told: TypeAlias = Advanced | SentBack | BranchedOff | Stopped | Later
"""What telling head office of an epoch comes to."""
Judged: TypeAlias = Told | Shrunk | Lacking
"""What any answer comes to."""


async def judge_answer(
    journal: JournalPort, state: SendState, limits: BatchLimits, answer: Answer, count: int = 1
) -> Judged:
    """``count``: of the events that were sent. What is acknowledged is remembered if, and only if,
    the hash there is our own."""
    if answer.response.status == 200:
        return await _acknowledged(journal, state, limits, answer, count)
    return await _refused(journal, state, limits, answer, count)


async def _acknowledged(
    journal: JournalPort, state: SendState, limits: BatchLimits, answer: Answer, count: int
) -> Judged:
    if not answer.signed:
        return Later(NOT_SIGNED, None, limits)
    try:
        said = decode(Acknowledgement, answer.response.body)
    except Undecodable:
        return Later("the answer is not head office's", None, limits)
    epoch, through = state.head.epoch, said.acknowledged_through
    sent = min(state.acknowledged_through + count, state.head.seq)
    if state.left and through >= sent:
        through = sent  # beyond it another tail may be held: only what was sent was compared
    own_hash = await journal.hash_at(epoch, through)
    if state.left and through == sent and own_hash is not None:
        await journal.acknowledge(epoch, sent, own_hash)
        return Advanced(said, True, grow(limits))
    match weigh(said, state.head.seq, state.acknowledged_through, own_hash):
        case AcknowledgementVerdict.REWOUND:
            detail = (
                f"head office holds {through} events of epoch {epoch}, this box only "
                f"{state.head.seq}: it was restored or copied"
            )
            return await _branch_off(journal, state, BranchCause.REWOUND, detail)
        case AcknowledgementVerdict.FORK:
            detail = f"head office holds another event {through} of epoch {epoch} than this box"
            return await _branch_off(journal, state, BranchCause.FORK, detail)
        case AcknowledgementVerdict.CENTRAL_REWOUND if not state.stopped:
            return await send_again(journal, state, through, said.head_hash)
        case AcknowledgementVerdict.PRUNED if not state.stopped:
            return Lacking(through)
        case AcknowledgementVerdict.HOLDS if through > state.acknowledged_through:
            await journal.acknowledge(epoch, through, said.head_hash)
    return Advanced(said, through < state.head.seq, grow(limits))


async def _refused(
    journal: JournalPort, state: SendState, limits: BatchLimits, answer: Answer, count: int
) -> Judged:
    status, headers, body = answer.response
    match read_refusal(status, headers, body, signed=answer.signed):
        case TooLarge(detail=detail):
            if count > 1:
                return Shrunk(shrink(limits._replace(events=count)))
            return Later(detail, None, shrink(limits), person=True)
        case TryLater(detail=detail, wait_ms=wait_ms):
            person = answer.signed and status in CALLS_A_PERSON
            busy = answer.signed and wait_ms is not None
            return Later(detail, wait_ms, limits, person, busy)
        case Ruled(slug=Slug.GAP, detail=detail, expected_seq=expected):
            return await _gap(journal, state, limits, expected, detail)
        case Ruled(slug=Slug.FORK, detail=detail):
            return await _branch_off(journal, state, BranchCause.FORK, detail)
        case Ruled(slug=Slug.FENCED, detail=detail) if not state.ended:
            return await _branch_off(journal, state, BranchCause.FENCED, detail)
        case Ruled(slug=Slug.BAD_ENVELOPE, detail=detail):
            return await stop(journal, state, StopReason.BAD_ENVELOPE, detail)
        case Ruled(detail=detail):
            return Later(detail, None, limits)


async def _gap(
    journal: JournalPort,
    state: SendState,
    limits: BatchLimits,
    expected_seq: int | None,
    detail: str,
) -> SentBack | Later | Lacking:
    """Central expects another sequence than the one after what it acknowledged. Below: it was
    restored; its hash there is compared when that range arrives. Above: it never said so, and an
    ordinary acknowledgement will tell."""
    if expected_seq is None or not 1 <= expected_seq <= state.acknowledged_through:
        return Later(f"head office reports a gap that is none here: {detail}", None, limits)
    own_hash = await journal.hash_at(state.head.epoch, expected_seq - 1)
    if own_hash is None:
        return Lacking(expected_seq - 1)
    return await send_again(journal, state, expected_seq - 1, own_hash)


async def send_again(
    journal: JournalPort, state: SendState, through: int, head_hash: bytes
) -> SentBack:
    """The journal begins again after ``through``, and people are told."""
    detail = (
        f"head office had acknowledged {state.acknowledged_through} events and now holds {through}:"
        " it was restored to its past; the rest is sent again"
    )
    if 0 < through == state.pruned_through:
        detail += f". Some of those through {through} are at the tills only: they give them back"
    await journal.send_again(state.head.epoch, through, head_hash, detail)
    return SentBack(through, detail)


async def _branch_off(
    journal: JournalPort, state: SendState, cause: BranchCause, detail: str
) -> BranchedOff:
    await journal.branch_off(state.head.epoch, cause, detail)
    return BranchedOff(cause, detail)


async def stop(journal: JournalPort, state: SendState, reason: StopReason, detail: str) -> Stopped:
    """Pushing stops, once."""
    stopped = Stopped(reason, detail)
    if not state.stopped:
        await journal.stop(stopped)
    return stopped
