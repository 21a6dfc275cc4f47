"""One push round, and one heartbeat. The loop around them lives in the server's background.py.

A round reads the next range of the oldest epoch that has one, sends it, and moves
``acknowledged_through`` if, and only if, the hash that central states there is our own. An epoch
that this box opened itself is told first. Whatever comes back, no event is ever deleted, and where
the box must not go on in an epoch it goes on in another. One round at a time per store: what is
remembered is compared as it was before the request went out.
"""

from typing import NamedTuple, TypeAlias

from sync.engine.ask import Answer, ask
from sync.engine.journal import Entry, JournalDamaged
from sync.engine.outbox import (
    BranchCause,
    JournalPort,
    Outbox,
    SendState,
    Stopped,
    StopReason,
    Untold,
)
from sync.engine.signing import Signer
from sync.engine.transport import Transport
from sync.protocol.answers import (
    CALLS_A_PERSON,
    NOT_SIGNED,
    STATUS_OF,
    AcknowledgementVerdict,
    Ruled,
    Slug,
    TooLarge,
    TryLater,
    read_refusal,
    weigh,
)
from sync.protocol.batch import (
    PACKED_BYTES_MAX,
    PROTOCOL_VERSION,
    Acknowledgement,
    Batch,
    BatchLimits,
    HashedBatch,
    Health,
    grow,
    shrink,
)
from sync.protocol.change import Head, link
from sync.protocol.codec import decode, encode, pack_batch
from sync.protocol.enrolment import ProvisionalEpoch
from sync.protocol.errors import NotSent, OutcomeUnknown, Undecodable
from sync.protocol.identity import StoreId

BATCH_TYPE = "application/vnd.holdfast.batch"
WITH_HASHES = "hashes=1"
"""Says that the hash of each event stands beside the batch."""
EPOCH_TYPE = "application/msgpack"
LATE_TAIL = "?tail=late"
"""Says that the events are those of a sealed epoch."""
PACK_TRIES_MAX = 9
"""Halvings from EVENTS_MAX down to one."""


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


PushOutcome: TypeAlias = Idle | Advanced | Shrunk | SentBack | BranchedOff | Stopped | Later
BeatOutcome: TypeAlias = Heard | SentBack | BranchedOff | Stopped | Later
_Judged: TypeAlias = Advanced | SentBack | BranchedOff | Stopped | Later
"""What an acknowledgement comes to."""


async def push_once(
    journal: JournalPort,
    transport: Transport,
    signer: Signer,
    limits: BatchLimits,
    health: Health,
) -> PushOutcome:
    """Send the next range. Never raises for what the network or head office does."""
    try:
        outbox = await journal.outbox(limits)
    except JournalDamaged as error:
        return await _stop(
            journal, await journal.state(), StopReason.JOURNAL_DAMAGED, f"{error}: `edge verify`"
        )
    if outbox.state.stopped:
        return Stopped(StopReason.STOPPED_BEFORE, "pushing was stopped; see the alarms")
    if not outbox.entries:
        return Idle()
    if outbox.untold is not None:
        return await _tell(journal, transport, signer, outbox.untold, limits)
    entries, body = _packed(outbox, health)
    path = f"/v1/stores/{signer.store_id}/journal{LATE_TAIL if outbox.state.ended else ''}"
    damaged = _is_damaged(signer.store_id, entries[0])
    try:
        answer = await _deliver(transport, signer, path, outbox.state.head, entries, body)
    except OutcomeUnknown as error:
        return Later(str(error), None, shrink(limits))
    except NotSent as error:
        return Later(str(error), None, limits)
    if answer.response.status != 200:
        return await _refused(journal, outbox.state, limits, answer, len(entries))
    outcome = await _acknowledged(journal, outbox.state, limits, answer)
    if damaged and isinstance(outcome, Advanced):
        return outcome._replace(damaged=entries[0].envelope.seq)
    return outcome


async def _deliver(
    transport: Transport,
    signer: Signer,
    path: str,
    head: Head,
    entries: tuple[Entry, ...],
    body: bytes,
) -> Answer:
    """As a batch; with the hash of each event where head office asks for that, or where one is
    known to be damaged."""
    from_seq = entries[0].envelope.seq
    if not _is_damaged(signer.store_id, entries[0]):
        answer = await ask(transport, signer, "POST", path, head, body, from_seq, BATCH_TYPE)
        if not _wants_hashes(answer):
            return answer
    hashed = encode(HashedBatch(body, tuple(entry.link.hash for entry in entries)))
    asked = f"{path}{'&' if '?' in path else '?'}{WITH_HASHES}"
    return await ask(transport, signer, "POST", asked, head, hashed, from_seq, BATCH_TYPE)


def _wants_hashes(answer: Answer) -> bool:
    status, headers, body = answer.response
    if status != STATUS_OF[Slug.HASHES_WANTED]:
        return False
    refused = read_refusal(status, headers, body, signed=answer.signed)
    return isinstance(refused, Ruled) and refused.slug is Slug.HASHES_WANTED


def _is_damaged(store_id: StoreId, entry: Entry) -> bool:
    """It does not come out at the hash that it was written with."""
    derived = link(store_id, entry.epoch, entry.envelope, entry.link.prev_hash)
    return derived.hash != entry.link.hash


async def beat_once(journal: JournalPort, transport: Transport, signer: Signer) -> BeatOutcome:
    """Tell head office our head, hear what it holds and how far its feeds are: after every epoch
    that this box opened itself.

    A box that is stopped goes on hearing: reference data comes down to it as before.
    """
    limits = BatchLimits()
    while (untold := await journal.untold()) is not None:
        told = await _tell(journal, transport, signer, untold, limits)
        if not isinstance(told, Advanced):
            return told
    state = await journal.state()
    path = f"/v1/stores/{signer.store_id}/feeds"
    try:
        answer = await ask(transport, signer, "GET", path, state.head)
    except NotSent as error:
        return Later(str(error), None, limits)
    if answer.response.status != 200:
        outcome = await _refused(journal, state, limits, answer, 1)
        return (
            Later("head office cannot read a heartbeat", None, limits, True)
            if isinstance(outcome, Shrunk)
            else outcome
        )
    heard = await _acknowledged(journal, state, limits, answer)
    return Heard(heard.acknowledgement) if isinstance(heard, Advanced) else heard


async def _tell(
    journal: JournalPort,
    transport: Transport,
    signer: Signer,
    untold: Untold,
    limits: BatchLimits,
) -> _Judged:
    """Head office takes an epoch that this box opened itself as a side branch, or says why not:
    until it does, nothing is pushed or asked in it."""
    state, path = untold.state, f"/v1/stores/{signer.store_id}/epochs"
    body = encode(ProvisionalEpoch(untold.genesis, untold.signature))
    try:
        answer = await ask(transport, signer, "POST", path, state.head, body, 0, EPOCH_TYPE)
    except NotSent as error:
        return Later(str(error), None, limits)
    status, headers, said = answer.response
    if status != 200:
        match read_refusal(status, headers, said, signed=answer.signed):
            case TryLater(detail=detail, wait_ms=wait_ms):
                person = answer.signed and status in CALLS_A_PERSON
                return Later(detail, wait_ms, limits, person, answer.signed and wait_ms is not None)
            case refused:
                return Later(f"head office takes no epoch: {refused.detail}", None, limits, True)
    judged = await _acknowledged(journal, state, limits, answer)
    if isinstance(judged, Advanced):
        await journal.ratified(state.head.epoch)
        return judged._replace(more=True)
    return judged


def _packed(outbox: Outbox, health: Health) -> tuple[tuple[Entry, ...], bytes]:
    """As many of the entries as fit PACKED_BYTES_MAX, at least one, and the batch's bytes."""
    entries = outbox.entries
    for _ in range(PACK_TRIES_MAX):
        body = pack_batch(_batch(outbox, entries, health))
        if len(body) <= PACKED_BYTES_MAX or len(entries) == 1:
            break
        entries = entries[: max(1, len(entries) // 2)]
    return entries, body


def _batch(outbox: Outbox, entries: tuple[Entry, ...], health: Health) -> Batch:
    return Batch(
        PROTOCOL_VERSION,
        outbox.state.head.epoch,
        entries[0].envelope.seq,
        outbox.prev_hash,
        entries[-1].link.hash,
        outbox.state.head,
        tuple(entry.envelope for entry in entries),
        outbox.keys,
        health,
    )


async def _acknowledged(
    journal: JournalPort, state: SendState, limits: BatchLimits, answer: Answer
) -> _Judged:
    if not answer.signed:
        return Later(NOT_SIGNED, None, limits)
    try:
        said = decode(Acknowledgement, answer.response.body)
    except Undecodable:
        return Later("the answer is not head office's", None, limits)
    epoch, through = state.head.epoch, said.acknowledged_through
    own_hash = await journal.hash_at(epoch, through)
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
            return await _send_again(journal, state, through, said.head_hash)
        case AcknowledgementVerdict.PRUNED if not state.stopped:
            detail = f"head office wants what follows {through}, which this box no longer keeps"
            return await _stop(journal, state, StopReason.PRUNED, detail)
        case AcknowledgementVerdict.HOLDS if through > state.acknowledged_through:
            await journal.acknowledge(epoch, through, said.head_hash)
    return Advanced(said, through < state.head.seq, grow(limits))


async def _refused(
    journal: JournalPort, state: SendState, limits: BatchLimits, answer: Answer, count: int
) -> Shrunk | SentBack | BranchedOff | Stopped | Later:
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
            return await _stop(journal, state, StopReason.BAD_ENVELOPE, detail)
        case Ruled(detail=detail):
            return Later(detail, None, limits)


async def _gap(
    journal: JournalPort,
    state: SendState,
    limits: BatchLimits,
    expected_seq: int | None,
    detail: str,
) -> SentBack | Stopped | Later:
    """Central expects another sequence than the one after what it acknowledged. Below: it was
    restored; its hash there is compared when that range arrives. Above: it never said so, and an
    ordinary acknowledgement will tell."""
    if expected_seq is None or not 1 <= expected_seq <= state.acknowledged_through:
        return Later(f"head office reports a gap that is none here: {detail}", None, limits)
    own_hash = await journal.hash_at(state.head.epoch, expected_seq - 1)
    if own_hash is None:
        return await _stop(journal, state, StopReason.PRUNED, detail)
    return await _send_again(journal, state, expected_seq - 1, own_hash)


async def _send_again(
    journal: JournalPort, state: SendState, through: int, head_hash: bytes
) -> SentBack:
    detail = (
        f"head office had acknowledged {state.acknowledged_through} events and now holds {through}:"
        " it was restored to its past; the rest is sent again"
    )
    await journal.send_again(state.head.epoch, through, head_hash, detail)
    return SentBack(through, detail)


async def _branch_off(
    journal: JournalPort, state: SendState, cause: BranchCause, detail: str
) -> BranchedOff:
    await journal.branch_off(state.head.epoch, cause, detail)
    return BranchedOff(cause, detail)


async def _stop(journal: JournalPort, state: SendState, reason: StopReason, detail: str) -> Stopped:
    stopped = Stopped(reason, detail)
    if not state.stopped:
        await journal.stop(stopped)
    return stopped
