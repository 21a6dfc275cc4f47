"""A batch is a view on a contiguous range of a journal; an acknowledgement is cumulative.

``plan_batch`` decides how many events go next; ``shrink`` and ``grow`` move the limits after an
answer.
"""

import collections.abc
from typing import Annotated, NamedTuple

import msgspec

from sync.protocol.bounds import Count, Text
from sync.protocol.change import Envelope, Epoch, Hash, Head, Instant, Sequence
from sync.protocol.identity import Incarnation
from sync.protocol.reference import FeedHead
from sync.protocol.shared import PersonalKey

PROTOCOL_VERSION = 1
EVENTS_MAX = 200
PACKED_BYTES_MAX = 256 * 1024
UNFOLDED_BYTES_MAX = 4 * 1024 * 1024
ENVELOPE_OVERHEAD_BYTES = 128
KEYS_MAX = EVENTS_MAX * 5
"""Keys of customers that one batch may bring."""
ALARMS_MAX = 50
PACE_MS_MAX = 3_600_000
"""No server may ask a store to wait longer than an hour."""


class Health(msgspec.Struct, frozen=True, array_like=True):
    """What a store says of itself with each request: alarms stand as their kinds."""

    software: Text
    queue: Count
    disk_free_bytes: Count
    clock_ms: Instant
    alarms: Annotated[tuple[Text, ...], msgspec.Meta(max_length=ALARMS_MAX)] = ()


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """One push: envelopes from_seq, from_seq + 1, … of one epoch after ``prev_hash``.

    ``head`` is the sender's newest event, also beyond this batch; ``end_hash`` its hash at the
    batch's last event: the receiver derives every hash and compares only this one.
    """

    protocol: Count
    epoch: Epoch
    from_seq: Sequence
    prev_hash: Hash
    end_hash: Hash
    head: Head
    envelopes: Annotated[tuple[Envelope, ...], msgspec.Meta(max_length=EVENTS_MAX)]
    keys: Annotated[tuple[PersonalKey, ...], msgspec.Meta(max_length=KEYS_MAX)]
    health: Health


class HashedBatch(msgspec.Struct, frozen=True, array_like=True):
    """The same range again, where its hashes did not come out, or where the box itself knows that
    a row of its journal is not what was written: ``batch`` as it travels otherwise, and the chain's
    hash at each of its events. The one whose body does not come out at its hash is *damaged*."""

    batch: bytes
    hashes: Annotated[tuple[Hash, ...], msgspec.Meta(max_length=EVENTS_MAX)]


class PrunedThrough(msgspec.Struct, frozen=True, array_like=True):
    """What a box says where head office asks for events that it keeps no more: those of ``epoch``
    through ``through`` were acknowledged once and are gone here; ``hash`` is the chain's there."""

    epoch: Epoch
    through: Sequence
    hash: Hash


class Acknowledgement(msgspec.Struct, frozen=True, array_like=True):
    """Everything through ``acknowledged_through`` is durable at central, whose hash there is
    ``head_hash``. ``feeds`` are the heads of the feeds that the store follows. ``set_aside``: how
    many events of this epoch are kept there and count nowhere for now: bytes that are no fact, an
    id that counts with other content, a kind that is not known there yet."""

    protocol: Count
    incarnation: Incarnation
    acknowledged_through: Sequence
    head_hash: Hash
    server_time_ms: Instant
    pace_ms: Annotated[int, msgspec.Meta(ge=0, le=PACE_MS_MAX)]
    versions: tuple[Count, ...]
    commands: tuple[Text, ...] = ()
    feeds: tuple[FeedHead, ...] = ()
    set_aside: Count = 0


class BatchLimits(NamedTuple):
    """How much the next batch may hold."""

    events: int = EVENTS_MAX
    unfolded_bytes: int = UNFOLDED_BYTES_MAX


def plan_batch(sizes: collections.abc.Sequence[int], limits: BatchLimits) -> int:
    """How many of the waiting events (their body sizes, oldest first) go into the next batch.

    At least one if any waits: one large event travels alone.
    """
    total = 0
    for count, size in enumerate(sizes[: limits.events]):
        total += size + ENVELOPE_OVERHEAD_BYTES
        if total > limits.unfolded_bytes and count > 0:
            return count
    return min(len(sizes), limits.events)


def shrink(limits: BatchLimits) -> BatchLimits:
    """After a timeout or a 413: half, at least one event."""
    return BatchLimits(max(1, limits.events // 2), max(1, limits.unfolded_bytes // 2))


def grow(limits: BatchLimits) -> BatchLimits:
    """After a success: a quarter more, at most the protocol's maximum."""
    return BatchLimits(
        min(EVENTS_MAX, limits.events + max(1, limits.events // 4)),
        min(UNFOLDED_BYTES_MAX, limits.unfolded_bytes + max(1, limits.unfolded_bytes // 4)),
    )
