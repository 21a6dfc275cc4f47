"""A till kept what its box keeps no more and head office had lost: a recovered event of a place in
a hole takes that place, if it is signed by the box that wrote there and fits between what stands
before and behind it, hash by hash. So once no place is empty, the chain comes out through the
hole's end, and the hole is filled. What does not fit counts as what came home, like any.
"""

from collections.abc import Sequence

from msgspec import structs

from central.archive.port import ArchiveUnit, Arrived, Standing, StreamKey
from central.domain.hole import Hole, hole_at
from central.projections.event import RawEvent
from sync.engine.signing import SALE_SIGNED, verify_bytes
from sync.protocol.change import Genesis, genesis_hash, link
from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable
from sync.protocol.facts import EventRecovered
from sync.protocol.identity import StoreId

KIND = EventRecovered.KIND.kind


async def fill_holes(
    unit: ArchiveUnit, at: StreamKey, events: Sequence[RawEvent]
) -> tuple[RawEvent, ...]:
    """``events``, the next of the stream ``at``, bring what stood in holes: what of it stage 2 has
    stepped over, or does with these, is to be applied."""
    stepped_over: list[RawEvent] = []
    store_id = at.store_id
    for event in (event for event in events if event.kind == KIND):
        fact = _fact(event)
        if fact is None:
            continue
        key = StreamKey(store_id, fact.epoch)
        standing = await unit.begin_applying(key)
        hole = None if standing is None else hole_at(standing.holes, fact.envelope.seq)
        if standing is None or hole is None:
            continue
        if await _take_place(unit, key, standing, hole, fact, event.received_at_ms):
            await _close(unit, key, standing, hole)
            reached = events[-1].seq if key == at else standing.applied_through
            if fact.envelope.seq <= reached:
                stepped_over += await unit.events_after(key, fact.envelope.seq - 1, 1)
    return tuple(stepped_over)


def _fact(event: RawEvent) -> EventRecovered | None:
    try:
        return decode(EventRecovered, event.body)
    except Undecodable:
        return None


async def _take_place(
    unit: ArchiveUnit,
    key: StreamKey,
    standing: Standing,
    hole: Hole,
    fact: EventRecovered,
    received_at_ms: int,
) -> bool:
    """False: its place is taken, or it does not fit there."""
    seq = fact.envelope.seq
    held = await unit.hashes(key, seq - 1, seq + 1)
    if seq == 1:
        held[0] = genesis_hash(standing.genesis)
    if seq in held or held.get(seq - 1, fact.prev_hash) != fact.prev_hash:
        return False
    if seq == hole.through and fact.hash != hole.hash:
        return False
    if not _is_its_boxs(standing, key.store_id, fact):
        return False
    behind = held.get(seq + 1) if seq < hole.through else None
    if behind is not None and not await _is_followed(unit, key, fact, behind):
        return False
    place = link(key.store_id, fact.epoch, fact.envelope, fact.prev_hash)
    await unit.append(key, [Arrived(fact.envelope, place, received_at_ms)])
    return True


def _is_its_boxs(standing: Standing, store_id: StoreId, fact: EventRecovered) -> bool:
    """It comes out at its hash, and the box that wrote in that epoch signed this."""
    try:
        derived = link(store_id, fact.epoch, fact.envelope, fact.prev_hash).hash
    except OverflowError:  # a figure that no journal holds
        return False
    key = decode(Genesis, standing.genesis).device_key
    return derived == fact.hash and verify_bytes(key, SALE_SIGNED, fact.hash, fact.signature)


async def _is_followed(
    unit: ArchiveUnit, key: StreamKey, fact: EventRecovered, next_hash: bytes
) -> bool:
    """What stands behind it was chained to it."""
    following = await unit.envelope(key, fact.envelope.seq + 1)
    if following is None:
        return False
    return link(key.store_id, key.epoch, following, fact.hash).hash == next_hash


async def _close(unit: ArchiveUnit, key: StreamKey, standing: Standing, hole: Hole) -> None:
    """Where no place is empty any more: each of its events fitted to its neighbours."""
    held = await unit.hashes(key, hole.after + 1, hole.through)
    if len(held) < hole.size:
        return
    filled = structs.replace(hole, filled=True)
    holes = tuple(filled if one == hole else one for one in standing.holes)
    await unit.save_holes(key, holes)
