"""A till kept what a box's disk lost: a recovered event whose hash is that of a damaged one brings
it whole. The bytes that come out at the hash are those that were written, so they take its place in
the journal, and the event counts where it stands.
"""

from collections.abc import Sequence

from central.archive.port import ArchiveUnit, StreamKey
from central.projections.event import RawEvent
from sync.protocol.change import link
from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable
from sync.protocol.facts import EventRecovered
from sync.protocol.identity import StoreId

KIND = EventRecovered.KIND.kind


async def heal_damaged(
    unit: ArchiveUnit, store_id: StoreId, events: Sequence[RawEvent]
) -> tuple[RawEvent, ...]:
    """Events that were set aside as damaged, and that some of ``events`` brought whole."""
    whole: list[RawEvent] = []
    for event in events:
        brought = _brought(store_id, event) if event.kind == KIND else None
        if brought is None:
            continue
        key, seq = StreamKey(store_id, brought.epoch), brought.envelope.seq
        if await unit.heal(key, brought.envelope, brought.hash):
            found = await unit.set_aside_before(store_id, (key.epoch, seq - 1), None, 1)
            whole += [one for one in found if (one.epoch, one.seq) == (key.epoch, seq)]
    return tuple(whole)


def _brought(store_id: StoreId, event: RawEvent) -> EventRecovered | None:
    """None: it is no such fact, or what it wraps does not come out at its hash."""
    try:
        fact = decode(EventRecovered, event.body)
        derived = link(store_id, fact.epoch, fact.envelope, fact.prev_hash).hash
    except (Undecodable, OverflowError):
        return None
    return fact if derived == fact.hash else None
