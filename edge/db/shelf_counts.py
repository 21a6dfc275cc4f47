"""Counts of shelves as rows: what was begun, what was said, what is to be counted again."""

import sqlite3
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from edge.domain.shelf_count import CountScope, CountState, ShelfLine
from sync.protocol.change import Epoch
from sync.protocol.identity import ItemId, OperatorId

COUNTS_LISTED_MAX = 200

_COLUMNS = (
    "count_id, name, scope, department, state, begun_by, begun_at_ms, ended_by, ended_at_ms, facts"
)
_FIND = f"SELECT {_COLUMNS} FROM shelf_count WHERE count_id = ?"  # noqa: S608 - constant
_LIST = (
    f"SELECT {_COLUMNS}, (SELECT count(DISTINCT l.item_id) FROM shelf_count_line l"  # noqa: S608 - constant
    " WHERE l.count_id = c.count_id) FROM shelf_count c"
    " ORDER BY state = 'open' DESC, begun_at_ms DESC, count_id LIMIT ? OFFSET ?"
)
_INSERT = (
    "INSERT INTO shelf_count (count_id, name, scope, department, state, begun_by, begun_at_ms,"
    " facts) VALUES (?, ?, ?, ?, 'open', ?, ?, 0)"
)
_END = (
    "UPDATE shelf_count SET state = ?, facts = ?, ended_by = ?, ended_at_ms = ? WHERE count_id = ?"
)
_CHOOSE = "INSERT OR IGNORE INTO shelf_count_item (count_id, item_id, round) VALUES (?, ?, 1)"
_AGAIN = (
    "INSERT INTO shelf_count_item (count_id, item_id, round) VALUES (?, ?, 2)"
    " ON CONFLICT (count_id, item_id) DO UPDATE SET round = round + 1"
)
_ROUNDS = "SELECT item_id, round FROM shelf_count_item WHERE count_id = ?"
_ROUND = "SELECT round FROM shelf_count_item WHERE count_id = ? AND item_id = ?"
_LINE = "SELECT 1 FROM shelf_count_line WHERE line_id = ?"
_LINES = (
    "SELECT line_id, item_id, round, counted_milli, lot, operator_id, workstation_id, epoch_number,"
    " epoch_fingerprint, seen_through, after_row, counted_at_ms, expires_on FROM shelf_count_line"
    " WHERE count_id = ? ORDER BY rowid"
)
_INSERT_LINE = (
    "INSERT INTO shelf_count_line (line_id, count_id, item_id, round, counted_milli, lot,"
    " operator_id, workstation_id, epoch_number, epoch_fingerprint, seen_through, after_row,"
    " counted_at_ms, expires_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_TO_COUNT = """
SELECT i.item_id FROM item i WHERE i.department = :department AND i.active
UNION SELECT l.item_id FROM stock_level l LEFT JOIN item i ON i.item_id = l.item_id
WHERE l.on_hand_milli <> 0 AND CASE WHEN :whole THEN 1 ELSE i.department = :department END
UNION SELECT c.item_id FROM shelf_count_item c WHERE c.count_id = :count_id
ORDER BY 1
"""
_DEPARTMENTS = "SELECT department, count(*) FROM item WHERE active GROUP BY 1 ORDER BY 1"
_BOOKS = """
SELECT f.value, coalesce(i.name, f.value), coalesce(i.unit, 'each'), coalesce(i.department, ''),
    coalesce(l.on_hand_milli, 0), coalesce(l.unit_mills, i.unit_cost_minor * 1000)
FROM json_each(?) f LEFT JOIN item i ON i.item_id = f.value
LEFT JOIN stock_level l ON l.item_id = f.value
"""


class ShelfCount(msgspec.Struct, frozen=True):
    """``department``: whose items are counted, of that scope alone; ``facts``: by how many it
    is booked; ``items``: how many were counted so far, in a list."""

    count_id: UUID
    name: str
    scope: CountScope
    department: str | None
    state: CountState
    begun_by: OperatorId
    begun_at_ms: int
    ended_by: OperatorId | None = None
    ended_at_ms: int | None = None
    facts: int = 0
    items: int = 0


class InBooks(msgspec.Struct, frozen=True):
    """What the books say of an item. ``unit_mills``: what one unit is worth, in thousandths of a
    minor unit, on average or else by the catalogue; None: not known."""

    item_id: ItemId
    name: str
    unit: str
    department: str
    on_hand_milli: int
    unit_mills: int | None


def find_shelf_count(db: sqlite3.Connection, count_id: UUID) -> ShelfCount | None:
    """None where none was begun under this id."""
    row = db.execute(_FIND, (count_id.bytes,)).fetchone()
    return None if row is None else _count(row)


def list_shelf_counts(db: sqlite3.Connection, limit: int, offset: int) -> tuple[ShelfCount, ...]:
    """Open ones first, then the newest."""
    rows = db.execute(_LIST, (min(limit, COUNTS_LISTED_MAX), offset))
    return tuple(_count(row) for row in rows)


def insert_shelf_count(db: sqlite3.Connection, count: ShelfCount, items: Iterable[ItemId]) -> None:
    """``items``: those that were chosen."""
    what = (count.count_id.bytes, count.name, count.scope.value, count.department)
    db.execute(_INSERT, (*what, count.begun_by, count.begun_at_ms))
    db.executemany(_CHOOSE, [(count.count_id.bytes, item) for item in items])


def end_shelf_count(
    db: sqlite3.Connection,
    ended: CountState,
    facts: int,
    by: OperatorId,
    at_ms: int,
    count_id: UUID,
) -> None:
    """It is booked by so many facts, or given up."""
    db.execute(_END, (ended.value, facts, by, at_ms, count_id.bytes))


def ask_again(db: sqlite3.Connection, count_id: UUID, items: Iterable[ItemId]) -> None:
    """What was said of these so far counts no more."""
    db.executemany(_AGAIN, [(count_id.bytes, item) for item in items])


def rounds_of(db: sqlite3.Connection, count_id: UUID) -> dict[ItemId, int]:
    """Of items that were chosen or asked for again: 1 the first time."""
    return {ItemId(item): number for item, number in db.execute(_ROUNDS, (count_id.bytes,))}


def has_line(db: sqlite3.Connection, line_id: UUID) -> bool:
    """Whether the line was said already."""
    return db.execute(_LINE, (line_id.bytes,)).fetchone() is not None


def insert_line(db: sqlite3.Connection, count_id: UUID, line: ShelfLine) -> None:
    """In the item's present round, whatever the line states."""
    found = db.execute(_ROUND, (count_id.bytes, line.item_id)).fetchone()
    number = 1 if found is None else found[0]
    what = (line.item_id, number, line.counted_milli, line.lot)
    who = (line.operator_id, line.workstation_id, line.epoch.number, line.epoch.fingerprint)
    day = None if line.expires_on is None else line.expires_on.isoformat()
    seen = (line.seen_through, line.after_row, line.counted_at_ms, day)
    db.execute(_INSERT_LINE, (line.line_id.bytes, count_id.bytes, *what, *who, *seen))


def lines_of(db: sqlite3.Connection, count_id: UUID) -> tuple[ShelfLine, ...]:
    """All that was said, the oldest first."""
    return tuple(_line(row) for row in db.execute(_LINES, (count_id.bytes,)))


def items_to_count(db: sqlite3.Connection, count: ShelfCount) -> tuple[ItemId, ...]:
    """What a count is about: the department's items and whatever the books have of it, or (of the
    whole shop) all that the books have; and what was chosen."""
    whole = count.scope is CountScope.SHOP
    values = {"department": count.department, "whole": whole, "count_id": count.count_id.bytes}
    return tuple(ItemId(row[0]) for row in db.execute(_TO_COUNT, values))


def departments(db: sqlite3.Connection) -> tuple[tuple[str, int], ...]:
    """With how many active items each has."""
    return tuple(db.execute(_DEPARTMENTS).fetchall())


def in_books(db: sqlite3.Connection, item_ids: Iterable[ItemId]) -> dict[ItemId, InBooks]:
    """Also of items that are no more: their id is their name then."""
    listed = msgspec.json.encode(list(item_ids)).decode()
    return {ItemId(row[0]): InBooks(*row) for row in db.execute(_BOOKS, (listed,))}


def _count(row: tuple[Any, ...]) -> ShelfCount:
    count_id, name, scope, department, state, *rest = row
    what = (UUID(bytes=count_id), name, CountScope(scope), department, CountState(state))
    return ShelfCount(*what, *rest)


def _line(row: tuple[Any, ...]) -> ShelfLine:
    line_id, *what, number, fingerprint, seen, after, at_ms, day = row
    expires_on = None if day is None else date.fromisoformat(day)
    place = (Epoch(number, fingerprint), seen, after, at_ms, expires_on)
    return ShelfLine._make((UUID(bytes=line_id), *what, *place))
