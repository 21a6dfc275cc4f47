"""Stock as rows: levels, and every movement with its cause."""

import sqlite3
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from sync.protocol.identity import EventId, ItemId

MOVEMENTS_LISTED_MAX = 200

_LEVEL = "SELECT on_hand_milli FROM stock_level WHERE item_id = ?"
_MOVE = (
    "INSERT INTO stock_level (item_id, on_hand_milli) VALUES (?, ?)"
    " ON CONFLICT (item_id) DO UPDATE SET on_hand_milli = on_hand_milli + excluded.on_hand_milli"
    " RETURNING on_hand_milli"
)
_INSERT = (
    "INSERT INTO stock_movement (event_id, line_no, item_id, kind, quantity_milli,"
    " on_hand_after_milli, oversold, business_date, moved_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
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


def move_stock(
    db: sqlite3.Connection,
    event_id: EventId,
    line_no: int,
    item_id: ItemId,
    kind: str,
    quantity_milli: int,
    business_date: date | None,
    at_ms: int,
) -> MovedLine:
    """Book one line's units; the level moves with it."""
    after: int = db.execute(_MOVE, (item_id, quantity_milli)).fetchone()[0]
    day = None if business_date is None else business_date.isoformat()
    db.execute(
        _INSERT,
        (event_id.bytes, line_no, item_id, kind, quantity_milli, after, after < 0, day, at_ms),
    )
    return MovedLine(item_id, quantity_milli, after)
