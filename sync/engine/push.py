"""One push round, and one heartbeat. The loop around them lives in the server's background.py.

A round reads the next range of the oldest epoch that has one, sends it, and moves
``acknowledged_through`` if, and only if, the hash that central states there is our own. An epoch
that this box opened itself is told first. Whatever comes back, no event is ever deleted, and where
the box must not go on in an epoch it goes on in another. One round at a time per store: what is
remembered is compared as it was before the request went out.
"""

from sync.engine.ask import Answer, ask
from sync.engine.journal import Entry, JournalDamaged
from sync.engine.outbox import JournalPort, Outbox, SendState, Stopped, StopReason, Untold
from sync.engine.outcome import (
    Advanced,
    BeatOutcome,
    BranchedOff,
    Heard,
    Idle,
    Lacking,
    Later,
    PushOutcome,
    SentBack,
    Shrunk,
    Told,
    judge_answer,
    send_again,
    stop,
)
from sync.engine.show import is_unknown, show_once
from sync.engine.signing import Signer
from sync.engine.transport import Transport
from sync.protocol.answers import CALLS_A_PERSON, STATUS_OF, Ruled, Slug, TryLater, read_refusal
from sync.protocol.batch import (
    PACKED_BYTES_MAX,
    PROTOCOL_VERSION,
    Batch,
    BatchLimits,
    HashedBatch,
    Health,
    PrunedThrough,
    shrink,
)
from sync.protocol.change import Head, link
from sync.protocol.codec import encode, pack_batch
from sync.protocol.enrolment import ProvisionalEpoch
from sync.protocol.errors import NotSent, OutcomeUnknown
from sync.protocol.identity import StoreId

BATCH_TYPE = "application/vnd.holdfast.batch"
WITH_HASHES = "hashes=1"
"""Says that the hash of each event stands beside the batch."""
BODY_TYPE = "application/msgpack"
LATE_TAIL = "?tail=late"
"""Says that the events are those of an epoch that may be sealed."""
PACK_TRIES_MAX = 9
"""Halvings from EVENTS_MAX down to one."""


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
        why = f"{error}: `edge verify`"
        return await stop(journal, await journal.state(), StopReason.JOURNAL_DAMAGED, why)
    if outbox.state.stopped:
        return Stopped(StopReason.STOPPED_BEFORE, "pushing was stopped; see the alarms")
    if not outbox.entries:
        return Idle()
    if outbox.lost:  # once it has everything again, head office could not find out what it lost
        if not await show_once(journal, transport, signer):
            return Later("head office was not told yet that it has less than it had", None, limits)
        outbox = await journal.outbox(limits)
    if outbox.untold is not None:
        return await _tell(journal, transport, signer, outbox.untold, limits)
    entries, body = _packed(outbox, health)
    path = f"/v1/stores/{signer.store_id}/journal{_tail(outbox.state)}"
    damaged = _is_damaged(signer.store_id, entries[0])
    try:
        answer = await _deliver(transport, signer, path, outbox.state.head, entries, body)
    except OutcomeUnknown as error:
        return Later(str(error), None, shrink(limits))
    except NotSent as error:
        return Later(str(error), None, limits)
    if is_unknown(answer):
        await show_once(journal, transport, signer)
    outcome = await judge_answer(journal, outbox.state, limits, answer, len(entries))
    if isinstance(outcome, Lacking):
        return await _declare(journal, transport, signer, outbox.state, outcome, limits)
    if damaged and isinstance(outcome, Advanced):
        return outcome._replace(damaged=entries[0].envelope.seq)
    return outcome


def _tail(state: SendState) -> str:
    return LATE_TAIL if state.ended or state.left else ""


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
    if is_unknown(answer):
        await show_once(journal, transport, signer)
    outcome = await judge_answer(journal, state, limits, answer)
    match outcome:
        case Shrunk():
            return Later("head office cannot read a heartbeat", None, limits, True)
        case Advanced():
            if await journal.must_show(outcome.acknowledgement.incarnation):
                await show_once(journal, transport, signer)
            return Heard(outcome.acknowledgement)
        case Lacking():
            return await _declare(journal, transport, signer, state, outcome, limits)
        case _:
            return outcome


async def _tell(
    journal: JournalPort,
    transport: Transport,
    signer: Signer,
    untold: Untold,
    limits: BatchLimits,
) -> Told:
    """Head office takes an epoch that this box opened itself as a side branch, or says why not:
    until it does, nothing is pushed or asked in it."""
    state, path = untold.state, f"/v1/stores/{signer.store_id}/epochs"
    body = encode(ProvisionalEpoch(untold.genesis, untold.signature))
    try:
        answer = await ask(transport, signer, "POST", path, state.head, body, 0, BODY_TYPE)
    except NotSent as error:
        return Later(str(error), None, limits)
    status, headers, said = answer.response
    if is_unknown(answer):
        await show_once(journal, transport, signer)
    if status != 200:
        match read_refusal(status, headers, said, signed=answer.signed):
            case TryLater(detail=detail, wait_ms=wait_ms):
                person = answer.signed and status in CALLS_A_PERSON
                return Later(detail, wait_ms, limits, person, answer.signed and wait_ms is not None)
            case refused:
                return Later(f"head office takes no epoch: {refused.detail}", None, limits, True)
    match await judge_answer(journal, state, limits, answer, 0):
        case Advanced() as judged:
            await journal.ratified(state.head.epoch)
            return judged._replace(more=True)
        case Lacking() as lacking:
            return await _declare(journal, transport, signer, state, lacking, limits)
        case Shrunk():  # no answer 200 is one
            return Later("the answer is not head office's", None, limits)
        case judged:
            return judged


async def _declare(
    journal: JournalPort,
    transport: Transport,
    signer: Signer,
    state: SendState,
    lacking: Lacking,
    limits: BatchLimits,
) -> SentBack | BranchedOff | Stopped | Later:
    """Head office takes what follows the rows that are gone here, and looks for those at the tills:
    the box says through where, and what its hash is there."""
    epoch, through = state.head.epoch, state.pruned_through
    own_hash = await journal.hash_at(epoch, through)
    if lacking.through >= through or own_hash is None:
        detail = f"event {lacking.through} is missing in this box's journal: `edge verify`"
        return await stop(journal, state, StopReason.JOURNAL_DAMAGED, detail)
    path = f"/v1/stores/{signer.store_id}/pruned"
    body = encode(PrunedThrough(epoch, through, own_hash))
    try:
        answer = await ask(transport, signer, "POST", path, state.head, body, 0, BODY_TYPE)
    except NotSent as error:
        return Later(str(error), None, limits)
    match await judge_answer(journal, state, limits, answer):
        case Advanced(acknowledgement=said):
            held = min(said.acknowledged_through, state.acknowledged_through)
            hash_there = await journal.hash_at(epoch, held) or own_hash
            return await send_again(journal, state, held, hash_there)
        case Later(busy=False) as later if answer.signed:  # one that does not know this word, say
            return later._replace(person=True)
        case Shrunk() | Lacking():
            detail = f"head office does not take that events through {through} are not kept here"
            return Later(detail, None, limits, person=True)
        case judged:
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
