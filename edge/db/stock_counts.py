"""What was counted of each item last, and what moved without the count having seen it
(``sync/protocol/count_seen.py``).

The level is on hand, always: a count moves it by its difference, which stands among the movements
as kind ``count``. What the count had seen and is heard of later moves nothing: the difference takes
it up, so that the history adds up to the level still.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from edge.db.epochs import held_epochs
from edge.db.lots import lot_counts, take_back_lots
from edge.db.stock import Booked as AsBooked
from edge.db.stock import book_moved, held_of
from edge.domain.stock import Moved, Movement, move
from sync.protocol.change import Epoch
from sync.protocol.count_seen import Before, CountSeen, has_seen, lines_before
from sync.protocol.identity import EventId, ItemId
from sync.protocol.lots import Mark
from sync.protocol.moving_cost import NOTHING_HELD, Held

COUNT = "count"
"""The kind of a movement that is a count's difference. It belongs to no day: a count moves nothing,
it says what is there."""

_LAST_ROW = "SELECT coalesce(max(rowid), 0) FROM stock_movement"
_HELD = (
    "SELECT item_id, epoch_number, epoch_fingerprint, seen_through, seq, parent_through,"
    " counted_milli FROM stock_count WHERE item_id IN (SELECT value FROM json_each(?))"
)
_MOVED = """
SELECT m.item_id, m.lot, m.quantity_milli, s.epoch_number, s.epoch_fingerprint, s.seq
FROM json_each(?) f
JOIN stock_movement m ON m.item_id = json_extract(f.value, '$[0]')
    AND m.rowid > json_extract(f.value, '$[1]')
LEFT JOIN sale s ON s.sale_id = m.event_id
WHERE m.kind <> 'count'
"""
"""What is no receipt is of this box's own epoch."""
_CAME_HOME = """
SELECT m.item_id, m.lot, m.quantity_milli, s.epoch_number, s.epoch_fingerprint, s.seq
FROM (SELECT DISTINCT sale_id FROM recovered WHERE sale_id IS NOT NULL) r
JOIN stock_movement m ON m.event_id = r.sale_id
JOIN sale s ON s.sale_id = r.sale_id
JOIN json_each(?) f ON m.item_id = json_extract(f.value, '$[0]')
    AND m.rowid <= json_extract(f.value, '$[1]')
"""
_PUT = (
    "INSERT OR REPLACE INTO stock_count (item_id, epoch_number, epoch_fingerprint, seen_through,"
    " seq, parent_through, counted_milli, event_id, line_no, counted_at_ms, recount)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
)
_PUT_BACK = (
    "UPDATE stock_level SET on_hand_milli = ?, worth_minor = ?, unit_mills = ? WHERE item_id = ?"
)
_TAKE_UP = """
UPDATE stock_movement SET quantity_milli = quantity_milli + ?,
    cost_minor = coalesce(cost_minor + ?, cost_minor) WHERE (event_id, line_no) =
    (SELECT event_id, line_no FROM stock_count WHERE item_id = ?)
"""
_AGAIN = "UPDATE stock_count SET recount = 1 WHERE item_id = ?"
_PARENT = """
SELECT max(h.seq, coalesce(h.left_at, 0)) FROM journal_head h
WHERE h.epoch_number = ? AND h.epoch_fingerprint = ?
"""
_HOME = (
    "SELECT coalesce(max(seq), 0) FROM recovered WHERE epoch_number = ? AND epoch_fingerprint = ?"
)
_BOOKED = (
    "SELECT item_id, quantity_milli, on_hand_after_milli, cost_minor FROM stock_movement"
    " WHERE event_id = ? AND kind = 'count' ORDER BY line_no"
)


class Difference(NamedTuple):
    """An item of a count as it is booked: what it has seen, and what it changes, in thousandths."""

    item_id: ItemId
    seen: CountSeen
    milli: int


class BookedDifference(msgspec.Struct, frozen=True):
    """What a count changed of an item, and what that was worth; None: not known."""

    item_id: ItemId
    difference_milli: int
    on_hand_after_milli: int
    cost_minor: int | None


def last_row(db: sqlite3.Connection) -> int:
    """The last movement that is booked: those after it are behind it, whatever they are of."""
    found: int = db.execute(_LAST_ROW).fetchone()[0]
    return found


def held_counts(db: sqlite3.Connection, item_ids: Iterable[ItemId]) -> dict[ItemId, CountSeen]:
    """Of these items the counts that hold."""
    rows = db.execute(_HELD, (_listed(list(item_ids)),))
    return {ItemId(row[0]): CountSeen(*row[1:]) for row in rows}


def parent_through(db: sqlite3.Connection, parent: Epoch | None, watermark: int) -> int | None:
    """Through where somebody who counts now has seen the epoch before: what head office had of it
    when it was sealed, what stands in this folder of it, and what came home from it. None: this
    epoch grew from none."""
    if parent is None:
        return None
    name = (parent.number, parent.fingerprint)
    own = db.execute(_PARENT, name).fetchone()
    home = db.execute(_HOME, name).fetchone()
    return int(max(watermark, home[0], 0 if own is None else own[0]))


def known_lines(db: sqlite3.Connection) -> tuple[Before, ...]:
    """How the epochs of this folder grew from one another."""
    return lines_before({one.epoch: one.genesis for one in held_epochs(db) if one.genesis})


def unseen_by(
    db: sqlite3.Connection, counts: Mapping[ItemId, tuple[CountSeen, int]], lines: Sequence[Before]
) -> dict[ItemId, dict[str | None, int]]:
    """What moved of each item, lot by lot (None: of what no lot was said), without its count having
    seen it, in thousandths. With each count goes the last movement (``last_row``) when it was
    said."""
    asked = _listed([[item, row] for item, (_, row) in counts.items()])
    found: defaultdict[ItemId, dict[str | None, int]] = defaultdict(dict)
    for statement in (_MOVED, _CAME_HOME):
        for item, lot, milli, number, fingerprint, seq in db.execute(statement, (asked,)):
            seen = counts[item][0]
            own = number is None
            if own or not has_seen(seen, number, fingerprint, seq, lines):
                found[item][lot] = found[item].get(lot, 0) + milli
    return dict(found)


def book_counts(
    db: sqlite3.Connection, event_id: EventId, booked: Sequence[Difference], at_ms: int
) -> None:
    """Differences as movements, what is held after them, and the counts that hold."""
    held = held_of(db, [one.item_id for one in booked])
    moved = [_moved(number, one, held) for number, one in enumerate(booked, start=1)]
    kinds, marks = [COUNT] * len(moved), [Mark()] * len(moved)
    book_moved(db, AsBooked(event_id.bytes, None, at_ms), moved, kinds, marks)
    db.executemany(
        _PUT,
        [
            (one.item_id, *one.seen, event_id.bytes, number, at_ms)
            for number, one in enumerate(booked, start=1)
        ],
    )


def _moved(number: int, one: Difference, held: Mapping[ItemId, Held]) -> Moved:
    """What is over comes in at the average, what is short goes out at it. Nothing is a row, too: it
    says that somebody counted."""
    if one.milli:
        return move([Movement(number, one.item_id, one.milli)], held)[0]
    now = held.get(one.item_id, NOTHING_HELD)
    on_hand = now.on_hand_milli
    return Moved(number, one.item_id, 0, on_hand, on_hand < 0, 0, 0, now)


def note_late(
    db: sqlite3.Connection,
    place: tuple[Epoch, int],
    event_id: EventId,
    moved: Iterable[Moved],
) -> None:
    """An event of another epoch was booked here, after counts. What a count had seen of it changes
    nothing that is held: the count's difference takes it up, and of lots what it said of them.
    What it had not seen does, and that item is to be counted again."""
    (epoch, seq), each = place, list(moved)
    counts = held_counts(db, {one.item_id for one in each})
    if not counts:
        return
    lines = known_lines(db)
    of_lots = lot_counts(db, counts)
    seen = [
        item
        for item, count in of_lots.items()
        if has_seen(count, epoch.number, epoch.fingerprint, seq, lines)
    ]
    take_back_lots(db, event_id, seen)
    for one in each:
        if one.item_id not in counts:
            continue
        if not has_seen(counts[one.item_id], epoch.number, epoch.fingerprint, seq, lines):
            db.execute(_AGAIN, (one.item_id,))
            continue
        held = held_of(db, [one.item_id])
        cost = None if one.cost_minor is None else abs(one.cost_minor)
        back = move([Movement(one.line_no, one.item_id, -one.quantity_milli, cost)], held)[0]
        db.execute(_PUT_BACK, (*back.after, one.item_id))
        db.execute(_TAKE_UP, (back.quantity_milli, back.cost_minor, one.item_id))


def differences_of(db: sqlite3.Connection, event_id: EventId) -> tuple[BookedDifference, ...]:
    """What a booked count changed, in the order of its items."""
    return tuple(BookedDifference(*row) for row in db.execute(_BOOKED, (event_id.bytes,)))


def _listed(values: Any) -> str:
    return msgspec.json.encode(values).decode()
