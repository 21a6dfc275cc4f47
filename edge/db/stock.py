"""Stock as rows: levels, and every movement with its cause."""

import sqlite3
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from sync.protocol.facts import StockMoved
from sync.protocol.identity import EventId, ItemId

MOVEMENTS_LISTED_MAX = 200

_LEVEL = "SELECT on_hand_milli FROM stock_level WHERE item_id = ?"
_LEVELS = (
    "SELECT item_id, on_hand_milli FROM stock_level"
    " WHERE item_id IN (SELECT value FROM json_each(?))"
)
_PUT_LEVEL = "INSERT OR REPLACE INTO stock_level (item_id, on_hand_milli) VALUES (?, ?)"
_INSERT = (
    "INSERT INTO stock_movement (event_id, line_no, item_id, kind, quantity_milli,"
    " on_hand_after_milli, oversold, business_date, moved_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_MOVED = "SELECT 1 FROM stock_movement WHERE event_id = ? LIMIT 1"
_HISTORY = (
    "SELECT event_id, line_no, item_id, kind, quantity_milli, on_hand_after_milli, oversold,"
    " business_date, moved_at_ms FROM stock_movement WHERE item_id = ?"
    " ORDER BY rowid DESC LIMIT ? OFFSET ?"
)


class StockLevel(msgspec.Struct, frozen=True):
    """Below zero: more was sold than was ever booked in."""

    item_id: ItemId
    on_hand_milli: int


class StockMovement(msgspec.Struct, frozen=True):
    """One line's units. ``kind``: ``sale``, ``return`` or a StockMovementKind."""

    event_id: EventId
    line_no: int
    item_id: ItemId
    kind: str
    quantity_milli: int
    on_hand_after_milli: int
    oversold: bool
    business_date: date | None
    moved_at_ms: int


class MovedLine(msgspec.Struct, frozen=True):
    """What a movement's line did, and the level after it."""

    item_id: ItemId
    quantity_milli: int
    on_hand_after_milli: int


def stock_level(db: sqlite3.Connection, item_id: ItemId) -> StockLevel:
    """0 for an item that never moved."""
    row = db.execute(_LEVEL, (item_id,)).fetchone()
    return StockLevel(item_id, 0 if row is None else row[0])


def stock_levels(db: sqlite3.Connection, item_ids: Iterable[ItemId]) -> dict[ItemId, int]:
    """On hand of the items among these that ever moved."""
    listed = msgspec.json.encode(list(item_ids)).decode()
    return dict(db.execute(_LEVELS, (listed,)).fetchall())


def stock_history(
    db: sqlite3.Connection, item_id: ItemId, limit: int, offset: int
) -> tuple[StockMovement, ...]:
    """The item's movements, the newest first; at most MOVEMENTS_LISTED_MAX."""
    values = (item_id, min(limit, MOVEMENTS_LISTED_MAX), offset)
    return tuple(_movement(row) for row in db.execute(_HISTORY, values))


def _movement(row: tuple[Any, ...]) -> StockMovement:
    named = dict(zip(StockMovement.__struct_fields__, row, strict=True))
    named |= {"event_id": UUID(bytes=row[0]), "oversold": bool(row[6])}
    return msgspec.convert(named, StockMovement)


def has_moved(db: sqlite3.Connection, event_id: EventId) -> bool:
    """Whether the event's movements are booked."""
    return db.execute(_MOVED, (event_id.bytes,)).fetchone() is not None


def move_stock(
    db: sqlite3.Connection, fact: StockMoved, event_id: EventId, at_ms: int
) -> tuple[MovedLine, ...]:
    """Book the units of each line, and the levels after them: three statements, however many
    lines."""
    levels = stock_levels(db, [line.item_id for line in fact.lines])
    day = None if fact.business_date is None else fact.business_date.isoformat()
    booked, rows = [], []
    for number, line in enumerate(fact.lines, start=1):
        after = levels.get(line.item_id, 0) + line.quantity_milli
        levels[line.item_id] = after
        booked.append(MovedLine(line.item_id, line.quantity_milli, after))
        moved = (line.item_id, fact.kind.value, line.quantity_milli, after, after < 0)
        rows.append((event_id.bytes, number, *moved, day, at_ms))
    db.executemany(_PUT_LEVEL, levels.items())
    db.executemany(_INSERT, rows)
    return tuple(booked)
