"""Between a batch's bytes and its verdict's answer.

The compressed body is capped while it is read; what it would unfold to is looked at before it is
unfolded. Statuses and slugs are ``sync.protocol.answers``'s: 409 gap and fork, 403 fenced, 422 for
what no box of ours would send, 426 for a protocol that is not spoken here.
"""

import asyncio
from typing import TypeAlias, assert_never

import zstandard

from central.domain.journal import BatchTooLarge, UnknownProtocol, WrongBatch
from central.usecases.journal.ingest_batch import NoStream
from sync.http.lanes import Lane
from sync.http.problems import Problem
from sync.http.unfolding import UNFOLDED_AT_ONCE_MAX, VALUES_MAX, count_values
from sync.protocol import codec
from sync.protocol.answers import PROBLEM_PREFIX, Slug
from sync.protocol.batch import (
    EVENTS_MAX,
    PACKED_BYTES_MAX,
    PROTOCOL_VERSION,
    UNFOLDED_BYTES_MAX,
    Batch,
    HashedBatch,
)
from sync.protocol.change import EVENT_BODY_BYTES_MAX, HASH_BYTES, Epoch
from sync.protocol.errors import Undecodable
from sync.protocol.ingest import Damaged, Fenced, Forked, Gap, HashesWanted

BATCH_TYPE = "application/vnd.holdfast.batch"
JOURNAL_BYTES_MAX = EVENT_BODY_BYTES_MAX + PACKED_BYTES_MAX
"""A single event of the largest size travels alone, even if it cannot be compressed; hashes of as
many events as a batch has are less than what is between."""
assert EVENTS_MAX * (HASH_BYTES + 2) < PACKED_BYTES_MAX  # noqa: S101  what is said above
UNFOLDED_MAX = UNFOLDED_BYTES_MAX * 2


async def take_batch(raw: bytes, lane: Lane) -> Batch:
    """A small one at once, a large one when its turn has come in ``lane``, and apart from the event
    loop. Raises Busy, and what ``unpack_batch`` raises."""
    if _unfolded_size(raw) <= UNFOLDED_AT_ONCE_MAX:
        return unpack_batch(raw)
    async with lane.turn():
        return await asyncio.to_thread(unpack_batch, raw)


async def take_hashed(raw: bytes, lane: Lane) -> tuple[Batch, tuple[bytes, ...]]:
    """A batch with the hash of each of its events. Raises what ``take_batch`` raises."""
    try:
        sent = codec.decode(HashedBatch, raw)
    except Undecodable as error:
        raise WrongBatch(str(error)) from error
    if not sent.hashes:
        raise WrongBatch("no hashes stand beside it")
    return await take_batch(sent.batch, lane), sent.hashes


class VerdictProblem(Problem, frozen=True, omit_defaults=True):
    """RFC 9457, with ``field`` (the member of the request) and ``remedy`` (what to do next).
    Verdicts on a batch say as well what the box needs to know: ``expected_seq``, the event that
    must come next; ``from_seq`` to ``through_seq``, of which hashes are wanted;
    ``sealed_watermark``, the last one that counts of a sealed epoch; ``seq``, the one that two
    journals claim."""

    expected_seq: int | None = None
    from_seq: int | None = None
    through_seq: int | None = None
    sealed_watermark: int | None = None
    seq: int | None = None


def _unfolded_size(raw: bytes) -> int:
    """As the frame states it, before it is believed; 0 for what is no frame."""
    try:
        return zstandard.frame_content_size(raw)
    except zstandard.ZstdError:
        return 0


def unpack_batch(raw: bytes) -> Batch:
    """Raises BatchTooLarge (send less), WrongBatch, UnknownProtocol."""
    try:
        if _unfolded_size(raw) > UNFOLDED_MAX:
            raise BatchTooLarge(f"unfold to more than {UNFOLDED_MAX} bytes")
        unfolded = codec.decompress(raw, UNFOLDED_MAX)
        if count_values(unfolded) > VALUES_MAX:
            raise BatchTooLarge(f"become more than {VALUES_MAX} values")
        batch = codec.decode_batch(unfolded)
    except Undecodable as error:
        raise WrongBatch(str(error)) from error
    if batch.protocol != PROTOCOL_VERSION:
        raise UnknownProtocol(batch.protocol)
    return batch


NotTaken: TypeAlias = Gap | Forked | Damaged | HashesWanted | Fenced | NoStream


def verdict_problem(verdict: NotTaken, epoch: Epoch) -> VerdictProblem:
    """The document of a verdict that is no acknowledgement."""
    match verdict:
        case Gap(expected):
            return VerdictProblem(
                PROBLEM_PREFIX + Slug.GAP,
                "Events are missing before this batch",
                409,
                f"Event {expected} of epoch {epoch} must come next.",
                "Send again from there.",
                expected_seq=expected,
            )
        case Forked(seq):
            return VerdictProblem(
                PROBLEM_PREFIX + Slug.FORK,
                "Two journals claim the same place",
                409,
                f"Head office holds another event {seq} of epoch {epoch}.",
                "Go on selling, stop sending and call head office.",
                seq=seq,
            )
        case HashesWanted():
            return _hashes_wanted(verdict, epoch)
        case Fenced(watermark):
            return VerdictProblem(
                PROBLEM_PREFIX + Slug.FENCED,
                "Another box has taken this store over",
                403,
                f"Epoch {epoch} was sealed at event {watermark}.",
                "Keep everything and call head office.",
                sealed_watermark=watermark,
            )
        case Damaged(reason):
            return VerdictProblem(
                PROBLEM_PREFIX + Slug.BAD_ENVELOPE,
                "The batch contradicts itself",
                422,
                f"In epoch {epoch}: {reason}.",
                "Keep everything and call head office.",
            )
        case NoStream():
            return VerdictProblem(
                PROBLEM_PREFIX + "not-allowed",
                "The sender may not do this",
                403,
                f"Epoch {epoch} was not issued to this box.",
                "Keep everything and call head office.",
            )
        case _ as never:
            assert_never(never)


def _hashes_wanted(wanted: HashesWanted, epoch: Epoch) -> VerdictProblem:
    first, through = wanted.from_seq, wanted.through_seq
    return VerdictProblem(
        PROBLEM_PREFIX + Slug.HASHES_WANTED,
        "The hashes do not come out",
        409,
        f"In epoch {epoch} one of the events {first} to {through} is not what was written.",
        "Send the same events again, with the hash of each.",
        from_seq=first,
        through_seq=through,
    )
