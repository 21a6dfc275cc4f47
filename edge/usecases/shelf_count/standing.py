"""Where a count stands in the journal: what its lines have seen, and what they come to in the epoch
that the box writes in now."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from edge.db.epochs import HeldEpoch, held_epochs, writing
from edge.db.shelf_counts import lines_of, rounds_of
from edge.db.stock_counts import known_lines, parent_through, unseen_by
from edge.domain.carried_count import carried
from edge.domain.shelf_count import Counted, Tally, counted, lines_that_count
from sync.protocol.change import Epoch, Genesis
from sync.protocol.codec import decode
from sync.protocol.count_seen import CountSeen
from sync.protocol.identity import ItemId


class Standing(NamedTuple):
    """Where the journal stands: somebody who counts now has seen that. ``epochs``: this folder's,
    in their order, the one that is written in last; ``parents``: of each, how far the one before it
    was seen (None: there was none)."""

    epochs: tuple[HeldEpoch, ...]
    parents: Mapping[Epoch, int | None]

    @property
    def epoch(self) -> Epoch:
        """That is written in."""
        return self.epochs[-1].epoch

    @property
    def seq(self) -> int:
        """Its last event."""
        return self.epochs[-1].head.seq

    @property
    def parent(self) -> int | None:
        """How far the epoch before was seen."""
        return self.parents.get(self.epoch)

    @property
    def began_at_ms(self) -> int:
        """When this epoch was given or opened."""
        return decode(Genesis, self.epochs[-1].genesis).issued_at_ms

    def seen(self, one: Counted, seq: int) -> CountSeen:
        """Of an item whose count is the event ``seq``."""
        parent = self.parents.get(one.epoch) or 0
        what = (one.seen_through, seq, parent, one.counted_milli)
        return CountSeen(one.epoch.number, one.epoch.fingerprint, *what)


def read_standing(db: sqlite3.Connection) -> Standing:
    """Raises NotEnrolled."""
    writing(db)
    epochs, parents = held_epochs(db), {}
    for one in epochs:
        if one.genesis:
            record = decode(Genesis, one.genesis)
            parents[one.epoch] = parent_through(db, record.parent, record.parent_watermark)
    return Standing(epochs, parents)


def unseen_of(
    db: sqlite3.Connection, standing: Standing, of: Iterable[Counted]
) -> dict[ItemId, int]:
    """What moved of each item without its count having seen it."""
    found = unseen_lots(db, standing, of)
    return {item: sum(by_lot.values()) for item, by_lot in found.items()}


def unseen_lots(
    db: sqlite3.Connection, standing: Standing, of: Iterable[Counted]
) -> dict[ItemId, dict[str | None, int]]:
    """The same, lot by lot; None: of what no lot was said."""
    seq = standing.seq + 1
    seen = {one.item_id: (standing.seen(one, seq), one.after_row) for one in of}
    return unseen_by(db, seen, known_lines(db))


def read_tally(db: sqlite3.Connection, count_id: UUID, standing: Standing) -> Tally:
    """What was said and counts, in the order of items. To be counted again is also what was said in
    an earlier epoch and cannot be said in this one."""
    lines, again = lines_that_count(lines_of(db, count_id), rounds_of(db, count_id))
    found: dict[ItemId, Counted] = {}
    for at in standing.epochs:
        found = _carried(db, standing, found, at)
        for item, some in lines.items():
            here = [line for line in some if line.epoch == at.epoch]
            if here:
                found[item] = counted(here, found.get(item))
    again |= lines.keys() - found.keys()
    return Tally(tuple(found[item] for item in sorted(found)), tuple(sorted(again)))


def _carried(
    db: sqlite3.Connection, standing: Standing, found: Mapping[ItemId, Counted], at: HeldEpoch
) -> dict[ItemId, Counted]:
    """As of where an epoch began; what it cannot say so counts no more."""
    if not found:
        return {}
    unseen = unseen_lots(db, standing, found.values())
    behind = unseen_lots(
        db, standing, [one.at(at.epoch, 0, at.began_row) for one in found.values()]
    )
    said = (
        carried(one, at.epoch, at.began_row, unseen.get(item, {}), behind.get(item, {}))
        for item, one in found.items()
    )
    return {one.item_id: one for one in said if one is not None}
