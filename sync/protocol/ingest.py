"""What central does with an incoming batch: one verdict, decided without looking at content.

Theory. A store's epoch is a stream; central holds a prefix of it through the watermark, whose last
hash is ``head_hash``. A batch is a claim about events from_seq..to_seq. Its part at or below the
watermark must be what is already here (equal hashes), or the chain has two branches: a *fork*.
What remains must begin at watermark + 1 (else *gap*) and continue the chain (each hash derived
from the one before; the batch's own ``end_hash`` must come out). Nothing here reads a body: content
cannot block. A request whose events are all at or below the watermark with equal hashes changes
nothing, whatever its age, and is answered with the watermark: lost acknowledgements, duplicates and
replays all end here. A sealed stream is *fenced*, but for a batch that says it is its late tail:
that is judged like any other.

A verdict is a value; central/usecases/journal/ingest_batch.py turns it into rows and an answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sync.protocol.batch import Batch
from sync.protocol.change import Epoch, Link, link
from sync.protocol.identity import StoreId


@dataclass(frozen=True)
class Stream:
    """What central knows of one epoch of a store; at first watermark 0 and the genesis hash.
    ``sealed_through``: where its watermark was when it was sealed; None: it is not."""

    store_id: StoreId
    epoch: Epoch
    watermark: int
    head_hash: bytes
    sealed_through: int | None = None


@dataclass(frozen=True)
class Accepted:
    """Envelopes from index ``first`` on are new; ``links`` are theirs, in order. ``damaged``: the
    sequences of those that do not come out at the hash that their box states."""

    first: int
    links: tuple[Link, ...]
    watermark: int
    head_hash: bytes
    damaged: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Duplicate:
    """Nothing new: answer with the watermark."""


@dataclass(frozen=True)
class Gap:
    """The batch begins too late: ``expected`` is the sequence that must come next."""

    expected: int


@dataclass(frozen=True)
class Forked:
    """At ``seq`` central holds another event than the sender."""

    seq: int


@dataclass(frozen=True)
class Damaged:
    """The batch contradicts itself: sequences not contiguous, or hashes that do not come out."""

    reason: str


@dataclass(frozen=True)
class HashesWanted:
    """The hash at the end does not come out: one of the events is not what was written. Which one,
    the same range with the hash of each will tell."""

    from_seq: int
    through_seq: int


@dataclass(frozen=True)
class Fenced:
    """The epoch was sealed at ``watermark``: this box is no longer the store."""

    watermark: int


Verdict: TypeAlias = Accepted | Duplicate | Gap | Forked | Damaged | HashesWanted | Fenced


def judge(
    stream: Stream,
    batch: Batch,
    known: Mapping[int, bytes],
    hashes: Sequence[bytes] = (),
    *,
    late: bool = False,
) -> Verdict:
    """Verdict on a batch of ``stream``'s epoch; ``late``: it is sent as a sealed epoch's tail.

    ``known``: hashes that central holds, by sequence, for those at or below the watermark that the
    batch names, and from_seq - 1 (0: the genesis hash). What is absent is not compared, but for
    the watermark's own hash, which the stream has: nothing is accepted that does not follow it.
    ``hashes``: what the box states of each event, where it was asked for that.
    """
    if stream.sealed_through is not None and not late:
        return Fenced(stream.sealed_through)
    contradiction = _contradiction(stream, batch)
    if contradiction is not None:
        return Damaged(contradiction)
    if hashes and len(hashes) != len(batch.envelopes):
        return Damaged(f"{len(hashes)} hashes stand beside {len(batch.envelopes)} events")
    links = derive(stream.store_id, batch, hashes)
    if (links[-1].hash if links else batch.prev_hash) != batch.end_hash:
        if not links or hashes:
            return Damaged("the hash at the batch's end does not come out of its events")
        return HashesWanted(batch.from_seq, batch.from_seq + len(links) - 1)
    if batch.from_seq > stream.watermark + 1:
        return Gap(stream.watermark + 1)
    verdict = _compare(stream, batch, links, known)
    if not hashes or not isinstance(verdict, Accepted):
        return verdict
    damaged = _damaged(stream.store_id, batch, links)
    if len(damaged) == len(links) > 1:
        return Damaged("none of its events comes out at the hash that stands beside it")
    return replace(verdict, damaged=damaged)


def _contradiction(stream: Stream, batch: Batch) -> str | None:
    """What in a batch cannot be, whatever central holds."""
    if batch.epoch != stream.epoch:
        return f"the batch is of epoch {batch.epoch}, not {stream.epoch}"
    if batch.from_seq < 1:
        return "sequences begin at 1"
    for index, envelope in enumerate(batch.envelopes):
        if envelope.seq != batch.from_seq + index:
            return f"event {index} has sequence {envelope.seq}, not contiguous"
    return None


def derive(store_id: StoreId, batch: Batch, hashes: Sequence[bytes] = ()) -> tuple[Link, ...]:
    """The chain through a batch's envelopes, from its ``prev_hash``. With ``hashes``, what its box
    states of each: an event that is not what was written stands under its stated hash, and the
    chain goes on from there, which binds that hash as well as any."""
    links: list[Link] = []
    previous = batch.prev_hash
    for index, envelope in enumerate(batch.envelopes):
        found = link(store_id, batch.epoch, envelope, previous)
        links.append(found._replace(hash=hashes[index]) if hashes else found)
        previous = links[-1].hash
    return tuple(links)


def _damaged(store_id: StoreId, batch: Batch, links: Sequence[Link]) -> frozenset[int]:
    derived = (
        link(store_id, batch.epoch, envelope, stated.prev_hash)
        for envelope, stated in zip(batch.envelopes, links, strict=True)
    )
    pairs = zip(batch.envelopes, derived, links, strict=True)
    return frozenset(event.seq for event, found, stated in pairs if found.hash != stated.hash)


def _compare(
    stream: Stream, batch: Batch, links: tuple[Link, ...], known: Mapping[int, bytes]
) -> Verdict:
    """Hold every hash at or below the watermark against central's; the rest is new."""
    held = {**known, stream.watermark: stream.head_hash}
    before = batch.from_seq - 1
    overlap = min(len(links), stream.watermark - before)
    claimed = [batch.prev_hash, *(place.hash for place in links[:overlap])]
    for seq, claim in enumerate(claimed, before):
        if held.get(seq, claim) != claim:
            return Forked(seq)
    if overlap == len(links):
        return Duplicate()
    return Accepted(overlap, links[overlap:], batch.envelopes[-1].seq, links[-1].hash)
