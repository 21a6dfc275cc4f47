"""Stage 1: takes a pushed batch into the raw journal, content unseen (protocol.md, Push).

One unit of work: the stream is locked, the batch judged (``sync.protocol.ingest``), new events and
the keys beside them kept, the watermark moved. The answer leaves after the commit. What was refused
leaves the contact, and an alarm where people must be told; a refused event never stops a store from
selling, and no answer here makes a store delete anything. The head that a request states is
remembered as a claim, also where the answer is a refusal: forks are decided by events alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, assert_never
from uuid import uuid5

from central.archive.port import (
    Alarm,
    Archive,
    ArchiveUnit,
    Arrived,
    Claim,
    Occupied,
    Standing,
    StreamKey,
)
from central.domain.epoch import EpochState
from central.domain.hole import hole_at
from central.domain.journal import RecordDamaged
from central.domain.sale_in_words import body_in_words
from central.projections.line_up import NUL
from sync.protocol.batch import Batch
from sync.protocol.change import Head, genesis_hash
from sync.protocol.codec import encode
from sync.protocol.facts import AlarmKind
from sync.protocol.identity import DeviceId, StoreId
from sync.protocol.ingest import (
    Accepted,
    Damaged,
    Duplicate,
    Fenced,
    Forked,
    Gap,
    HashesWanted,
    Stream,
    Verdict,
    judge,
)

DAMAGE = "damage"
DAMAGED_BODY = "damaged_body"
OTHER_CLAIM = "other_claim"
AFTER_CLOSING = "after_closing"


@dataclass(frozen=True)
class Acknowledged:
    """Everything through ``watermark`` is durable here; ``head_hash`` is its hash."""

    watermark: int
    head_hash: bytes


@dataclass(frozen=True)
class NoStream:
    """This device has no such epoch here."""


IngestAnswer: TypeAlias = Acknowledged | Gap | Forked | Damaged | HashesWanted | Fenced | NoStream


class Contact(NamedTuple):
    """What a request says beside its events; ``late``: that they are a sealed epoch's tail;
    ``hashes``: of each of them, where that was asked."""

    head: Head
    health: bytes | None
    now_ms: int
    late: bool = False
    hashes: Sequence[bytes] = ()


async def ingest_batch(
    archive: Archive,
    store_id: StoreId,
    device_id: DeviceId,
    batch: Batch,
    now_ms: int,
    *,
    late: bool = False,
    hashes: Sequence[bytes] = (),
) -> IngestAnswer:
    """Judge and keep ``batch``, pushed by the store's device (both from its key, not the body);
    ``late``: as a sealed epoch's late tail; ``hashes``: of each event, where head office asked for
    them. Raises RecordDamaged where what is held of the stream is not what was acknowledged."""
    contact = Contact(batch.head, encode(batch.health), now_ms, late, hashes)
    key = StreamKey(store_id, batch.epoch)
    try:
        return await _ingest(archive, key, device_id, batch, contact, mending=False)
    except Occupied:
        return await _ingest(archive, key, device_id, batch, contact, mending=True)


async def _ingest(
    archive: Archive,
    key: StreamKey,
    device_id: DeviceId,
    batch: Batch,
    contact: Contact,
    *,
    mending: bool,
) -> IngestAnswer:
    """``mending``: events beyond the watermark are here already, because the stream was set back
    (``mend_streams``, or behind head office's back): they are held against what arrives, and what
    is missing among them is filled in."""
    now_ms = contact.now_ms
    async with archive.unit() as unit:
        standing = await unit.lock_stream(key)
        claim = Claim(batch.head, device_id, now_ms)
        if standing is None or standing.device_id != device_id:
            await remember_head(unit, key.store_id, claim)
            return NoStream()
        verdict = await _verdict(unit, key, standing, batch, contact)
        match verdict:
            case Accepted():
                held = (
                    await unit.hashes(key, standing.watermark + 1, verdict.watermark)
                    if mending
                    else {}
                )
                return await _accept(unit, key, standing, batch, verdict, contact, held)
            case Duplicate():
                await unit.save_stream(key, heard(standing, contact))
            case Forked():
                await record_fork(unit, key, standing, verdict, now_ms)
            case Damaged():
                await _record_damage(unit, key, standing, verdict, now_ms)
            case Gap() | Fenced() | HashesWanted():
                await unit.save_stream(key, heard(standing, contact))
            case _ as never:
                assert_never(never)
        await remember_head(unit, key.store_id, claim)
    if isinstance(verdict, Duplicate):
        return Acknowledged(standing.watermark, standing.head_hash)
    return verdict


def heard(standing: Standing, contact: Contact) -> Standing:
    """The stream after a contact. A head below one stated before is an older request: it changes
    nothing."""
    return standing._replace(
        sender_seq=max(contact.head.seq, standing.sender_seq),
        last_contact_ms=contact.now_ms,
        health=contact.health or standing.health,
        health_at_ms=contact.now_ms if contact.health else standing.health_at_ms,
    )


async def remember_head(unit: ArchiveUnit, store_id: StoreId, claim: Claim) -> Standing | None:
    """A stated head is a claim that such an event exists, whoever states it and whatever the
    answer: it is remembered until this very event is here. A claim is no event: no fork is decided
    by it. Where the head's epoch stands; None: it is not known."""
    head = claim.head
    key = StreamKey(store_id, head.epoch)
    standing = await unit.lock_stream(key)
    if head.seq < 1:
        return standing
    if standing is not None:
        held = await unit.hashes(key, head.seq, head.seq)
        if held.get(head.seq) == head.hash:
            return standing
        highest = max(head.seq, standing.sender_seq)
        if highest != standing.sender_seq:
            await unit.save_stream(key, standing._replace(sender_seq=highest))
    await unit.keep_claim(store_id, claim)
    return standing


async def head_fork(
    unit: ArchiveUnit, key: StreamKey, standing: Standing, head: Head
) -> Forked | None:
    """A stated head must be what is held at its place, if anything is."""
    if head.seq > standing.watermark:
        return None
    known = await known_hashes(unit, key, standing, head.seq, head.seq)
    return Forked(head.seq) if known.get(head.seq, head.hash) != head.hash else None


async def known_hashes(
    unit: ArchiveUnit, key: StreamKey, standing: Standing, first: int, last: int
) -> dict[int, bytes]:
    """Hashes held for first..last, at or below the watermark; at 0 the genesis record's. Of what is
    in a hole none is known but its end's. Raises RecordDamaged."""
    known = {0: genesis_hash(standing.genesis)} if first <= 0 else {}
    if last > 0:
        known |= await unit.hashes(key, max(first, 1), last)
    if len(known) < last - max(first, 0) + 1:
        for seq in [seq for seq in range(max(first, 0), last + 1) if seq not in known]:
            hole = hole_at(standing.holes, seq)
            if hole is None:
                raise RecordDamaged(f"has lost event {seq}, which it acknowledged", key.epoch)
            if seq == hole.through:
                known[seq] = hole.hash
    return known


async def record_fork(
    unit: ArchiveUnit, key: StreamKey, standing: Standing, fork: Forked, now_ms: int
) -> None:
    """Two boxes write as this store, or one was restored from a copy: people must look."""
    sale = await _sale_at(unit, key, fork.seq)
    detail = (
        f"Epoch {key.epoch}: the box holds another event {fork.seq} than head office does{sale}."
        " Two boxes write as this store, or one was restored from a copy."
    )
    alarm_id = uuid5(key.store_id, f"fork:{key.epoch}:{fork.seq}")
    alarm = Alarm(alarm_id, AlarmKind.FORK.value, detail, now_ms, key.epoch)
    is_new = await unit.raise_alarm(key.store_id, alarm)  # one that a person cleared stays cleared
    under = AlarmKind.FORK.value if is_new else standing.alarm
    await unit.save_stream(key, standing._replace(alarm=under, last_contact_ms=now_ms))


async def _sale_at(unit: ArchiveUnit, key: StreamKey, seq: int) -> str:
    """Which sale is held there, in words; empty where it is none, or cannot be read."""
    try:
        held = await unit.envelope(key, seq)
    except ValueError:  # what is damaged of it is no envelope's
        return ""
    sale = body_in_words(held.kind, held.kind_version, held.body) if held is not None else ""
    return f" ({sale})" if sale else ""


async def _verdict(
    unit: ArchiveUnit, key: StreamKey, standing: Standing, batch: Batch, contact: Contact
) -> Verdict:
    damage = _damage(batch)
    if damage is not None:
        return damage
    last = min(standing.watermark, batch.from_seq + len(batch.envelopes) - 1)
    known: dict[int, bytes] = {}
    if batch.from_seq <= standing.watermark:
        known = await known_hashes(unit, key, standing, batch.from_seq - 1, last)
    place = (key.store_id, key.epoch, standing.watermark, standing.head_hash)
    stream = Stream(*place, standing.sealed_through)
    verdict = judge(stream, batch, known, contact.hashes, late=contact.late)
    if isinstance(verdict, Accepted) and _denies_itself(batch, verdict):
        return Damaged(f"the head is not the batch's own event {batch.head.seq}")
    if isinstance(verdict, Accepted | Duplicate):
        return await head_fork(unit, key, standing, batch.head) or verdict
    return verdict


def _denies_itself(batch: Batch, accepted: Accepted) -> bool:
    """The head that is stated beside the events is another one than theirs."""
    index = batch.head.seq - batch.from_seq - accepted.first
    return 0 <= index < len(accepted.links) and accepted.links[index].hash != batch.head.hash


def _damage(batch: Batch) -> Damaged | None:
    """What no envelope may be, whatever its content."""
    if batch.from_seq < 1:
        return Damaged("sequences begin at 1")
    if batch.head.epoch != batch.epoch:
        return Damaged(f"the head is of epoch {batch.head.epoch}, the batch of {batch.epoch}")
    for envelope in batch.envelopes:
        if NUL in envelope.kind:
            return Damaged(f"the kind of event {envelope.seq} is no name")
    return None


async def _accept(
    unit: ArchiveUnit,
    key: StreamKey,
    standing: Standing,
    batch: Batch,
    accepted: Accepted,
    contact: Contact,
    held: Mapping[int, bytes],
) -> Acknowledged:
    """``held``: hashes of events beyond the watermark that are here already."""
    arrived = []
    for envelope, link in zip(batch.envelopes[accepted.first :], accepted.links, strict=True):
        if envelope.seq not in held:
            damaged = envelope.seq in accepted.damaged
            arrived.append(Arrived(envelope, link, contact.now_ms, damaged))
        elif held[envelope.seq] != link.hash:
            what = f"holds another event {envelope.seq} beyond what it acknowledged"
            raise RecordDamaged(what, key.epoch)
    await unit.append(key, arrived)
    if standing.ended_seq is not None or standing.state is EpochState.WRITTEN_OFF:
        await flag_after_closing(unit, key, contact.now_ms)
    for seq in sorted(accepted.damaged):
        await _tell_damaged_body(unit, key, seq, contact.now_ms)
    if batch.keys:
        await unit.keep_keys(standing.company_id, batch.keys)
    moved = heard(standing, contact)._replace(
        watermark=accepted.watermark, head_hash=accepted.head_hash
    )
    await unit.save_stream(key, moved)
    if contact.head.seq > accepted.watermark:
        await unit.keep_claim(key.store_id, Claim(contact.head, standing.device_id, contact.now_ms))
    if standing.sender_seq > standing.watermark:
        await _settle_claims(unit, key, contact.now_ms)
    return Acknowledged(accepted.watermark, accepted.head_hash)


async def flag_after_closing(unit: ArchiveUnit, key: StreamKey, now_ms: int) -> None:
    """Events of an epoch that was closed: they are kept and counted, and people look at them."""
    detail = f"Epoch {key.epoch}: events arrived after it was closed. They are kept and counted."
    alarm_id = uuid5(key.store_id, f"{AFTER_CLOSING}:{key.epoch}")
    alarm = Alarm(alarm_id, AFTER_CLOSING, detail, now_ms, key.epoch)
    await unit.raise_alarm(key.store_id, alarm)


async def _settle_claims(unit: ArchiveUnit, key: StreamKey, now_ms: int) -> None:
    """What was claimed is here now; or another event is, and which box is right is not known."""
    other = await unit.settle_claims(key)
    if other is not None:
        detail = (
            f"Epoch {key.epoch}: a box said that it holds another event {other} than the one that"
            " arrived. Two boxes write as this store, or one was restored from a copy."
        )
        alarm_id = uuid5(key.store_id, f"{OTHER_CLAIM}:{key.epoch}:{other}")
        await unit.raise_alarm(
            key.store_id, Alarm(alarm_id, OTHER_CLAIM, detail, now_ms, key.epoch)
        )


async def _record_damage(
    unit: ArchiveUnit, key: StreamKey, standing: Standing, damage: Damaged, now_ms: int
) -> None:
    """A signed batch that contradicts itself is a defect at the store: people must look."""
    detail = f"Epoch {key.epoch}: a batch was refused: {damage.reason}."
    alarm_id = uuid5(key.store_id, f"{DAMAGE}:{key.epoch}:{damage.reason}")
    await unit.raise_alarm(key.store_id, Alarm(alarm_id, DAMAGE, detail, now_ms, key.epoch))
    await unit.save_stream(key, standing._replace(last_contact_ms=now_ms))


async def _tell_damaged_body(unit: ArchiveUnit, key: StreamKey, seq: int, now_ms: int) -> None:
    """It is kept as it came, under its hash, and counts nowhere until it is found whole."""
    detail = (
        f"Epoch {key.epoch}: event {seq} arrived as another one than was written: the box's disk"
        " was damaged or changed. It is looked for at the tills."
    )
    alarm_id = uuid5(key.store_id, f"{DAMAGED_BODY}:{key.epoch}:{seq}")
    await unit.raise_alarm(key.store_id, Alarm(alarm_id, DAMAGED_BODY, detail, now_ms))
