"""Events that head office must set aside: poison, and what stands in a journal twice."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import msgspec

from edge.db.journal import append, hash_at, read_head, read_range
from sync.engine import journal
from sync.engine.journal import JournalDamaged, Moment
from sync.protocol.change import Kept
from sync.protocol.codec import decode_fact
from sync.protocol.facts import DeviceRecorded, KindVersion, TillSessionOpened
from sync.protocol.identity import EventId, OperatorId, SaleId
from tests.simulation.box import StoreServer
from tests.simulation.catalog import unopened_till

if TYPE_CHECKING:
    from tests.simulation.world import World

EVENT_BYTES = 1 << 20


def poison(world: "World") -> None:
    """An event that head office cannot apply, in a journal; it concerns nothing else."""
    code = world.random.choice(list(world.boxes))
    box, life = world.boxes[code], world.lives[code]
    if not box.alive:
        return
    event_id = EventId(world.ids.uuid())
    kind = world.random.randrange(3)

    def write(db: Any, moment: Moment) -> None:
        here = [one for one in life.receipts if stands_here(db, one.kept)]
        if kind == 0 and here:
            # A sale whose id is not its event's.
            fact = msgspec.structs.replace(
                world.random.choice(here).sale.fact, sale_id=SaleId(world.ids.uuid())
            )
            append(db, fact, event_id, moment)
        elif kind == 1:
            append(db, unopened_till(event_id), event_id, moment)
        else:
            newer = KindVersion("device_recorded", 2)  # newer than head office
            with (
                patch.object(journal, "kind_of", lambda _: newer),
                patch.object(journal, "hold_to_bounds", lambda *_: None),
            ):
                append(db, DeviceRecorded("news", "", ""), event_id, moment)
        world.poisons.add(event_id)

    box.spawn(_act(box, write))
    world.seen["poison"] += 1


def stands_here(db: Any, kept: Kept) -> bool:
    """In the epoch that the box writes in, and not in a future that it lost."""
    place = (kept.envelope.seq, kept.epoch)
    return read_head(db).epoch == kept.epoch and hash_at(db, *place) == kept.hash


def repeat(world: "World", *, other: bool | None = None) -> None:
    """An event of whatever kind is written once more: the same, or other bytes under its id."""
    box = world.boxes[world.random.choice(list(world.boxes))]
    if other is None:
        other = bool(world.random.getrandbits(1))
    if not box.alive or box.head().seq == 0:
        return
    after, by = world.random.randrange(box.head().seq), OperatorId("somebody else")

    def write(db: Any, moment: Moment) -> None:
        try:
            (entry,) = read_range(db, after, 1, EVENT_BYTES)
        except JournalDamaged:
            return
        sent = entry.envelope
        if sent.event_id in world.poisons:
            return
        fact: Any = decode_fact(sent.kind, sent.kind_version, sent.body)
        # What follows another opening of a till waits behind it: only itself is looked at here.
        changed = other and not isinstance(fact, TillSessionOpened)
        if changed and hasattr(fact, "operator_id"):
            fact = msgspec.structs.replace(fact, operator_id=by)
        elif changed and hasattr(fact, "detail"):
            fact = msgspec.structs.replace(fact, detail=fact.detail + ", and more")
        append(db, fact, sent.event_id, moment)
        world.seen[f"again, {'other' if changed else 'same'} bytes"] += 1

    box.spawn(_act(box, write))


async def _act(box: StoreServer, write: Callable[[Any, Moment], None]) -> None:
    await box.act(write)
