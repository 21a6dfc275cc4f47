"""Look at a count before it is booked: what it comes to beside the books, and what that is worth.

What is shown is as of the moment: the books' figure is taken back to what each line had seen, so
that whatever is sold meanwhile is no difference.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec

from edge.db.epochs import epoch_opened
from edge.db.shelf_counts import (
    InBooks,
    ShelfCount,
    find_shelf_count,
    in_books,
    items_to_count,
    lines_of,
)
from edge.db.stock_counts import BookedDifference, differences_of
from edge.domain.shelf_count import (
    Counted,
    CountState,
    ShelfLine,
    Tally,
    UnknownShelfCount,
    difference,
    part_id,
)
from edge.usecases.shelf_count.standing import Standing, read_standing, read_tally, unseen_of
from sync.protocol.change import Genesis
from sync.protocol.codec import decode
from sync.protocol.identity import ItemId
from sync.protocol.money import MILLI, divide_half_up
from sync.protocol.moving_cost import MILLS

TOLD_FOR_MS = 35 * 86_400_000
"""So long a box says that it took another one's place."""


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
    not. ``booked``: what it changed, of one that is booked; ``went_on_at_ms``: when the box went on
    in another epoch, where some of an open one was said before."""

    count: ShelfCount
    counted: tuple[CountedItem, ...]
    again: tuple[InBooks, ...]
    uncounted: tuple[InBooks, ...]
    over_minor: int
    short_minor: int
    of_no_known_worth: int
    booked: tuple[BookedDifference, ...] = ()
    went_on_at_ms: int | None = None


class Progress(msgspec.Struct, frozen=True):
    """What whoever counts may see: what was said, and what is left, never what the books say.
    ``said``: the newest first; ``went_on_at_ms``: as in ``ShelfCountLook``."""

    count: ShelfCount
    said: tuple[ShelfLine, ...]
    again: tuple[InBooks, ...]
    uncounted: tuple[InBooks, ...]
    names: Mapping[ItemId, InBooks]
    went_on_at_ms: int | None = None


def look_at_count(db: sqlite3.Connection, count_id: UUID) -> ShelfCountLook:
    """Raises UnknownShelfCount, NotEnrolled."""
    count = _count(db, count_id)
    if count.state is not CountState.OPEN:
        return _ended(db, count)
    standing = read_standing(db)
    done = read_tally(db, count_id, standing)
    unseen = unseen_of(db, standing, done.counted)
    first, last = (
        unseen_of(db, standing, [_as_of(one, line) for one in done.counted]) for line in (0, -1)
    )
    books = in_books(db, [one.item_id for one in done.counted])
    rows = [
        _beside(one, books[one.item_id], unseen.get(one.item_id, 0), between=between)
        for one in done.counted
        for between in (first.get(one.item_id, 0) != last.get(one.item_id, 0),)
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
        went_on_at_ms=_went_on(standing, lines_of(db, count_id)),
    )


def look_at_progress(db: sqlite3.Connection, count_id: UUID) -> Progress:
    """Raises UnknownShelfCount, NotEnrolled."""
    count, said = _count(db, count_id), lines_of(db, count_id)
    standing = read_standing(db)
    done = read_tally(db, count_id, standing)
    left = _uncounted(db, count, done)
    named = in_books(db, {*done.again, *left, *(line.item_id for line in said)})
    again, uncounted = (tuple(named[item] for item in some) for some in (done.again, left))
    went_on = _went_on(standing, said)
    return Progress(count, tuple(reversed(said)), again, uncounted, named, went_on)


def took_place_at_ms(db: sqlite3.Connection, now_ms: int) -> int | None:
    """When this box took another one's place, for some weeks after: what was being counted there
    and was not booked is not here. None: it did not."""
    first = epoch_opened(db, 1)
    if first is None or not first.genesis:
        return None
    record = decode(Genesis, first.genesis)
    recently = now_ms - record.issued_at_ms < TOLD_FOR_MS
    return record.issued_at_ms if recently and record.parent is not None else None


def _went_on(standing: Standing, said: Iterable[ShelfLine]) -> int | None:
    before = any(line.epoch != standing.epoch for line in said)
    return standing.began_at_ms if before else None


def _count(db: sqlite3.Connection, count_id: UUID) -> ShelfCount:
    count = find_shelf_count(db, count_id)
    if count is None:
        raise UnknownShelfCount(count_id)
    return count


def _uncounted(db: sqlite3.Connection, count: ShelfCount, done: Tally) -> list[ItemId]:
    said = {one.item_id for one in done.counted} | set(done.again)
    return [item for item in items_to_count(db, count) if item not in said]


def _as_of(one: Counted, number: int) -> Counted:
    """As if it had seen what one of its lines had when it was said."""
    line = one.said[number]
    return one.at(line.epoch, line.seen_through, line.after_row)


def _beside(one: Counted, item: InBooks, unseen: int, *, between: bool) -> CountedItem:
    changed = difference(one.counted_milli, unseen, item.on_hand_milli)
    mills = item.unit_mills
    worth = None if mills is None else divide_half_up(mills * changed, MILLS * MILLI)
    who = tuple(sorted({line.operator_id for line in one.said}))
    said = one.said_milli
    return CountedItem(item, said, said - changed, changed, worth, between, who)


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
