"""Look at a count before it is booked: what it comes to beside the books, and what that is worth.

What is shown is as of the moment: the books' figure is taken back to what each line had seen, so
that whatever is sold meanwhile is no difference.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

import msgspec

from edge.db.epochs import writing
from edge.db.shelf_counts import (
    InBooks,
    ShelfCount,
    find_shelf_count,
    in_books,
    items_to_count,
    lines_of,
    rounds_of,
)
from edge.db.stock_counts import (
    BookedDifference,
    differences_of,
    known_lines,
    parent_through,
    unseen_by,
)
from edge.domain.shelf_count import (
    Counted,
    CountState,
    ShelfLine,
    Tally,
    UnknownShelfCount,
    difference,
    part_id,
    tally,
)
from sync.protocol.change import Epoch, Genesis
from sync.protocol.codec import decode
from sync.protocol.count_seen import CountSeen
from sync.protocol.identity import ItemId
from sync.protocol.money import MILLI, divide_half_up
from sync.protocol.moving_cost import MILLS


class CountedItem(msgspec.Struct, frozen=True):
    """An item beside the books, in thousandths: ``expected_milli`` is what they said when it was
    counted. ``value_minor``: of the difference, at what the goods are worth; None: not known.
    ``moved_between``: some of it was sold between two lines, so that nobody knows from which shelf;
    ``counters``: who counted it."""

    item: InBooks
    counted_milli: int
    expected_milli: int
    difference_milli: int
    value_minor: int | None
    moved_between: bool
    counters: tuple[str, ...]


class ShelfCountLook(msgspec.Struct, frozen=True):
    """``counted``: the largest difference in value first. ``again``: to be counted again;
    ``uncounted``: what the count is about, and of which nobody said anything. Of the difference
    ``over_minor`` and ``short_minor`` (below zero) are known; of ``of_no_known_worth`` items it is
    not. ``booked``: what it changed, of one that is booked."""

    count: ShelfCount
    counted: tuple[CountedItem, ...]
    again: tuple[InBooks, ...]
    uncounted: tuple[InBooks, ...]
    over_minor: int
    short_minor: int
    of_no_known_worth: int
    booked: tuple[BookedDifference, ...] = ()


class Progress(msgspec.Struct, frozen=True):
    """What whoever counts may see: what was said, and what is left, never what the books say.
    ``said``: the newest first."""

    count: ShelfCount
    said: tuple[ShelfLine, ...]
    again: tuple[InBooks, ...]
    uncounted: tuple[InBooks, ...]
    names: Mapping[ItemId, InBooks]


def read_tally(db: sqlite3.Connection, count_id: UUID) -> Tally:
    """What was said and counts. Raises NotEnrolled."""
    return tally(lines_of(db, count_id), rounds_of(db, count_id), writing(db).epoch)


class Standing(NamedTuple):
    """Where the journal stands: somebody who counts now has seen that. ``parent``: how far the
    epoch before; None: there was none."""

    epoch: Epoch
    seq: int
    parent: int | None

    def seen(self, one: Counted, seq: int) -> CountSeen:
        """Of an item whose count is the event ``seq``."""
        counted = (one.seen_through, seq, self.parent or 0, one.counted_milli)
        return CountSeen(self.epoch.number, self.epoch.fingerprint, *counted)


def read_standing(db: sqlite3.Connection) -> Standing:
    """Raises NotEnrolled."""
    held = writing(db)
    record = decode(Genesis, held.genesis)
    parent = parent_through(db, record.parent, record.parent_watermark)
    return Standing(held.epoch, held.head.seq, parent)


def unseen_of(
    db: sqlite3.Connection, standing: Standing, counted: Iterable[Counted]
) -> dict[ItemId, int]:
    """What moved of each item without its count having seen it."""
    found = unseen_lots(db, standing, counted)
    return {item: sum(by_lot.values()) for item, by_lot in found.items()}


def unseen_lots(
    db: sqlite3.Connection, standing: Standing, counted: Iterable[Counted]
) -> dict[ItemId, dict[str | None, int]]:
    """The same, lot by lot; None: of what no lot was said."""
    seq = standing.seq + 1
    seen = {one.item_id: (standing.seen(one, seq), one.after_row) for one in counted}
    return unseen_by(db, seen, known_lines(db))


def look_at_count(db: sqlite3.Connection, count_id: UUID) -> ShelfCountLook:
    """Raises UnknownShelfCount, NotEnrolled."""
    count = _count(db, count_id)
    if count.state is not CountState.OPEN:
        return _ended(db, count)
    done = read_tally(db, count_id)
    standing = read_standing(db)
    unseen = unseen_of(db, standing, done.counted)
    later = unseen_of(db, standing, map(_as_of_last, done.counted))
    books = in_books(db, [one.item_id for one in done.counted])
    rows = [
        _beside(one, books[one.item_id], unseen.get(one.item_id, 0), later.get(one.item_id, 0))
        for one in done.counted
    ]
    rows.sort(key=lambda row: (-abs(row.value_minor or 0), -abs(row.difference_milli)))
    worth = [row.value_minor for row in rows]
    left = _uncounted(db, count, done)
    named = in_books(db, [*done.again, *left])
    return ShelfCountLook(
        count,
        tuple(rows),
        tuple(named[item] for item in done.again),
        tuple(named[item] for item in left),
        sum(one for one in worth if one is not None and one > 0),
        sum(one for one in worth if one is not None and one < 0),
        sum(1 for row in rows if row.value_minor is None and row.difference_milli),
    )


def look_at_progress(db: sqlite3.Connection, count_id: UUID) -> Progress:
    """Raises UnknownShelfCount, NotEnrolled."""
    count, said = _count(db, count_id), lines_of(db, count_id)
    done = read_tally(db, count_id)
    left = _uncounted(db, count, done)
    named = in_books(db, {*done.again, *left, *(line.item_id for line in said)})
    again, uncounted = (tuple(named[item] for item in some) for some in (done.again, left))
    return Progress(count, tuple(reversed(said)), again, uncounted, named)


def _count(db: sqlite3.Connection, count_id: UUID) -> ShelfCount:
    count = find_shelf_count(db, count_id)
    if count is None:
        raise UnknownShelfCount(count_id)
    return count


def _uncounted(db: sqlite3.Connection, count: ShelfCount, done: Tally) -> list[ItemId]:
    said = {one.item_id for one in done.counted} | set(done.again)
    return [item for item in items_to_count(db, count) if item not in said]


def _as_of_last(one: Counted) -> Counted:
    """As if it had seen what its last line had."""
    seen = max(line.seen_through for line in one.lines)
    return one._replace(seen_through=seen, after_row=max(line.after_row for line in one.lines))


def _beside(one: Counted, item: InBooks, unseen: int, later: int) -> CountedItem:
    changed = difference(one.counted_milli, unseen, item.on_hand_milli)
    mills = item.unit_mills
    worth = None if mills is None else divide_half_up(mills * changed, MILLS * MILLI)
    who = tuple(sorted({line.operator_id for line in one.lines}))
    expected = item.on_hand_milli - unseen
    return CountedItem(item, one.counted_milli, expected, changed, worth, unseen != later, who)


def _ended(db: sqlite3.Connection, count: ShelfCount) -> ShelfCountLook:
    parts = (part_id(count.count_id, number) for number in range(count.facts))
    booked = [one for part in parts for one in differences_of(db, part)]
    worth = [one.cost_minor for one in booked]
    return ShelfCountLook(
        count,
        (),
        (),
        (),
        sum(one for one in worth if one is not None and one > 0),
        sum(one for one in worth if one is not None and one < 0),
        sum(1 for one in booked if one.cost_minor is None),
        tuple(booked),
    )
