"""Book a count, once: what was counted becomes a fact, and the books say what is there.

A count of an item that has seen less than one that was booked since changes nothing: that one
holds, here as at head office.
"""

import sqlite3
from enum import StrEnum
from uuid import UUID

import msgspec

from edge.db.days import find_open_day
from edge.db.journal import append
from edge.db.lots import lot_counts, read_days, set_lots
from edge.db.operators import require
from edge.db.shelf_counts import (
    end_shelf_count,
    find_shelf_count,
    in_books,
    items_to_count,
)
from edge.db.stock_counts import Difference, book_counts, held_counts, last_row
from edge.domain.fields import Request, Sentence, ShortOperator
from edge.domain.rights import Override
from edge.domain.shelf_count import (
    SHELF_COUNT,
    Counted,
    CountEvent,
    CountState,
    NothingCounted,
    ShelfLine,
    ToBeCountedAgain,
    counted,
    difference,
    in_facts,
    lots_counted,
    part_id,
)
from edge.usecases.shelf_count.look import ShelfCountLook, look_at_count
from edge.usecases.shelf_count.standing import (
    Standing,
    read_standing,
    read_tally,
    unseen_lots,
    unseen_of,
)
from sync.engine.journal import Moment
from sync.protocol.count_seen import CountSeen
from sync.protocol.facts import CountLine, StockCounted
from sync.protocol.identity import EventId, ItemId, MovementId, OperatorId
from sync.protocol.lots import Lot
from sync.protocol.permissions import Permission
from sync.protocol.states import state_of

NAMED_MAX = 5
"""Items that a refusal names."""


class Uncounted(StrEnum):
    """What becomes of items that the count is about and of which nobody said anything: the books
    stay as they are, or there is none of them."""

    LEAVE = "leave"
    NOTHING = "nothing"


class BookShelfCount(Request, frozen=True):
    """``without_again``: what is to be counted again is left as it is. ``event_id`` is made by the
    workstation, before the first attempt."""

    event_id: UUID
    operator_id: ShortOperator
    reason: Sentence | None = None
    uncounted: Uncounted = Uncounted.LEAVE
    without_again: bool = False
    override_id: UUID | None = None


class BookedShelfCount(msgspec.Struct, frozen=True):
    """``items``: how many were counted; of how many the books said something else; what was over
    and short in all, as far as its worth is known."""

    count_id: UUID
    items: int
    differing: int
    over_minor: int
    short_minor: int


def book_shelf_count(
    db: sqlite3.Connection,
    count_id: UUID,
    request: BookShelfCount,
    moment: Moment,
    override: Override | None = None,
) -> BookedShelfCount:
    """What it changed; a count that is booked already changes nothing.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownShelfCount,
    ShelfCountCancelled, ToBeCountedAgain, NothingCounted, NotEnrolled, EventTooLarge.
    """
    require(db, request.operator_id, Permission.ADJUST_STOCK, count_id, override)
    found = find_shelf_count(db, count_id)
    held = SHELF_COUNT.require(found, state_of(found), CountEvent.BOOKED, count_id)
    if held.state is CountState.BOOKED:
        return _booked(look_at_count(db, count_id))
    done = read_tally(db, count_id, read_standing(db))
    if done.again and not request.without_again:
        named = in_books(db, done.again[:NAMED_MAX])
        raise ToBeCountedAgain(count_id, ", ".join(one.name for one in named.values()))
    every = done.counted
    if request.uncounted is Uncounted.NOTHING:
        left = {one.item_id for one in every} | set(done.again)
        missing = [item for item in items_to_count(db, held) if item not in left]
        every += _none_of(db, missing, count_id, request, moment)
    if not every:
        raise NothingCounted(count_id)
    parts, by, at_ms = in_facts(every), request.operator_id, moment.wall_ms
    for number, part in enumerate(parts):
        event_id = part_id(count_id, number)
        _book_part(db, event_id, part, by, request.reason or held.name, moment)
    end_shelf_count(db, CountState.BOOKED, len(parts), by, at_ms, count_id)
    return _booked(look_at_count(db, count_id))


def _none_of(
    db: sqlite3.Connection,
    items: list[ItemId],
    count_id: UUID,
    request: BookShelfCount,
    moment: Moment,
) -> tuple[Counted, ...]:
    """Nobody found any of them until now."""
    standing, row = read_standing(db), last_row(db)
    seen = (standing.epoch, standing.seq, row, moment.wall_ms)
    said = (count_id, 1, 0, None, request.operator_id, "", *seen)
    return tuple(counted([ShelfLine(said[0], item, *said[1:])]) for item in items)


def _book_part(
    db: sqlite3.Connection,
    event_id: EventId,
    part: tuple[Counted, ...],
    by: OperatorId,
    reason: str,
    moment: Moment,
) -> None:
    """One fact, and what it changes in the books."""
    standing, day = read_standing(db), find_open_day(db)
    fact = StockCounted(
        MovementId(event_id),
        by,
        None if day is None else day.business_date,
        reason,
        standing.parent,
        tuple(
            CountLine(
                line.item_id, line.counted_milli, line.seen_through, line.lot, line.expires_on
            )
            for one in part
            for line in one.lines
        ),
    )
    seq = append(db, fact, event_id, moment).head.seq
    read_days(db, [(one.item_id, line.mark) for one in part for line in one.lines])
    set_lots(db, _lots(db, standing, part, seq))
    book_counts(db, event_id, _differences(db, standing, part, seq), moment.wall_ms)


def _lots(
    db: sqlite3.Connection, standing: Standing, part: tuple[Counted, ...], seq: int
) -> dict[ItemId, tuple[CountSeen, tuple[Lot, ...]]]:
    """Of items whose lots were counted by name, where no count that has seen more said them."""
    holding = lot_counts(db, [one.item_id for one in part])
    unseen = unseen_lots(db, standing, part)
    found = {}
    for one in part:
        seen, lots = standing.seen(one, seq), lots_counted(one, unseen.get(one.item_id, {}))
        older = holding.get(one.item_id)
        if lots is not None and (older is None or older < seen):
            found[one.item_id] = (seen, lots)
    return found


def _differences(
    db: sqlite3.Connection, standing: Standing, part: tuple[Counted, ...], seq: int
) -> list[Difference]:
    """Of those that hold. Of the part as a whole nothing moved yet."""
    items = [one.item_id for one in part]
    holding, books = held_counts(db, items), in_books(db, items)
    unseen = unseen_of(db, standing, part)
    found = []
    for one in part:
        seen, on_hand = standing.seen(one, seq), books[one.item_id].on_hand_milli
        if one.item_id in holding and holding[one.item_id] >= seen:
            continue
        changed = difference(one.counted_milli, unseen.get(one.item_id, 0), on_hand)
        found.append(Difference(one.item_id, seen, changed))
    return found


def _booked(look: ShelfCountLook) -> BookedShelfCount:
    differing = sum(1 for one in look.booked if one.difference_milli)
    over, short = look.over_minor, look.short_minor
    return BookedShelfCount(look.count.count_id, len(look.booked), differing, over, short)
