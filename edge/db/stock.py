"""Stock as rows: what is held, and every movement with its cause and its cost.

``move_stock`` books any fact that moves stock without a sale; ``with_costs`` is asked before, so
that the fact says what goes out at which cost. Both read what is held once, however many lines.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import msgspec

from edge.db.lots import move_lots
from edge.domain.stock import Moved, Movement, move
from sync.protocol.facts import StockLine
from sync.protocol.identity import EventId, ItemId
from sync.protocol.lots import Lot, Mark
from sync.protocol.moving_cost import NOTHING_HELD, Held

MOVEMENTS_LISTED_MAX = 200

_LEVEL = "SELECT on_hand_milli FROM stock_level WHERE item_id = ?"
_HELD = (
    "SELECT item_id, on_hand_milli, worth_minor, unit_mills FROM stock_level"
    " WHERE item_id IN (SELECT value FROM json_each(?))"
)
_CATALOGUE = (
    "SELECT item_id, unit_cost_minor FROM item WHERE unit_cost_minor IS NOT NULL"
    " AND item_id IN (SELECT value FROM json_each(?))"
)
_PUT_LEVEL = (
    "INSERT INTO stock_level (item_id, on_hand_milli, worth_minor, unit_mills) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (item_id) DO UPDATE SET on_hand_milli = excluded.on_hand_milli,"
    " worth_minor = excluded.worth_minor, unit_mills = excluded.unit_mills"
)
_INSERT = (
    "INSERT INTO stock_movement (event_id, line_no, item_id, kind, quantity_milli,"
    " on_hand_after_milli, oversold, business_date, moved_at_ms, lot, cost_minor,"
    " difference_minor, serial) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_MOVED = "SELECT 1 FROM stock_movement WHERE event_id = ? LIMIT 1"
_HISTORY = (
    "SELECT event_id, line_no, item_id, kind, quantity_milli, on_hand_after_milli, oversold,"
    " business_date, moved_at_ms, lot FROM stock_movement"
    " WHERE item_id = ? ORDER BY rowid DESC LIMIT ? OFFSET ?"
)


class MovesStock(Protocol):
    """What a fact that moves stock has."""

    @property
    def business_date(self) -> date | None:
        """The day that it belongs to, if any."""

    @property
    def lines(self) -> tuple[StockLine, ...]:
        """Signed, each of an item."""


class StockLevel(msgspec.Struct, frozen=True):
    """Below zero: more was sold than was ever booked in."""

    item_id: ItemId
    on_hand_milli: int


class StockMovement(msgspec.Struct, frozen=True):
    """One line's units. ``kind``: ``sale``, ``return``, ``transfer_out``, ``transfer_in`` or a
    StockMovementKind. What they cost is not for every till: ``held_of`` and the reads of costs."""

    event_id: EventId
    line_no: int
    item_id: ItemId
    kind: str
    quantity_milli: int
    on_hand_after_milli: int
    oversold: bool
    business_date: date | None
    moved_at_ms: int
    lot: str | None = None


class MovedLine(msgspec.Struct, frozen=True):
    """What a movement's line did, and the level after it."""

    item_id: ItemId
    quantity_milli: int
    on_hand_after_milli: int


class Booked(NamedTuple):
    """By which event, on which business date, when."""

    event_id: bytes
    business_date: str | None
    moved_at_ms: int


def stock_level(db: sqlite3.Connection, item_id: ItemId) -> StockLevel:
    """0 for an item that never moved."""
    row = db.execute(_LEVEL, (item_id,)).fetchone()
    return StockLevel(item_id, 0 if row is None else row[0])


def held_of(db: sqlite3.Connection, item_ids: Iterable[ItemId]) -> dict[ItemId, Held]:
    """What is held of the items among these that ever moved."""
    rows = db.execute(_HELD, (_listed(item_ids),))
    return {row[0]: Held(*row[1:]) for row in rows}


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


def with_costs(db: sqlite3.Connection, lines: Sequence[StockLine]) -> tuple[StockLine, ...]:
    """The lines as their fact should say them: what goes out with its share of what the goods are
    worth, and where no cost was ever heard of, with the catalogue's for a unit."""
    items = [line.item_id for line in lines]
    held, catalogue = held_of(db, items), _catalogue(db, items)
    known = [_with_catalogue(line, held, catalogue) for line in lines]
    moved = move(_movements(known), held)
    return tuple(
        msgspec.structs.replace(line, cost_minor=one.cost_minor)
        if line.quantity_milli < 0
        else line
        for line, one in zip(known, moved, strict=True)
    )


def _catalogue(db: sqlite3.Connection, item_ids: Iterable[ItemId]) -> dict[ItemId, int]:
    return dict(db.execute(_CATALOGUE, (_listed(item_ids),)).fetchall())


def _with_catalogue(
    line: StockLine, held: Mapping[ItemId, Held], catalogue: Mapping[ItemId, int]
) -> StockLine:
    if line.unit_cost_minor is not None or line.cost_minor is not None:
        return line
    if held.get(line.item_id, NOTHING_HELD).unit_mills is not None:
        return line
    return msgspec.structs.replace(line, unit_cost_minor=catalogue.get(line.item_id))


def move_stock(
    db: sqlite3.Connection, fact: MovesStock, kind: str, event_id: EventId, at_ms: int
) -> tuple[MovedLine, ...]:
    """Book the units of each line of any fact that moves stock, and what is held after them: three
    statements, however many lines. ``kind``: the word of the movement's rows."""
    moved = move(_movements(fact.lines), held_of(db, [line.item_id for line in fact.lines]))
    day = None if fact.business_date is None else fact.business_date.isoformat()
    marks = [Mark(line.lot, line.expires_on, line.serial) for line in fact.lines]
    book_moved(db, Booked(event_id.bytes, day, at_ms), moved, [kind] * len(moved), marks)
    return tuple(MovedLine(one[1], *one[2:4]) for one in moved)


def book_moved(
    db: sqlite3.Connection,
    at: Booked,
    moved: Sequence[Moved],
    kinds: Sequence[str],
    marks: Sequence[Mark],
) -> None:
    """A row for each movement, what is held after the last of each item, and what moved of lots."""
    event_id, day, at_ms = at
    db.executemany(_PUT_LEVEL, {one.item_id: (one.item_id, *one.after) for one in moved}.values())
    db.executemany(
        _INSERT,
        [
            (event_id, *one[:2], kind, *one[2:5], day, at_ms, mark.name, *one[5:7], mark.serial)
            for one, kind, mark in zip(moved, kinds, marks, strict=True)
        ],
    )
    lots = [
        (one.item_id, Lot(mark.name, mark.expires_on, one.quantity_milli))
        for one, mark in zip(moved, marks, strict=True)
        if mark.name is not None
    ]
    if lots:
        move_lots(db, lots)


def _movements(lines: Iterable[StockLine]) -> list[Movement]:
    """Of a line that comes in without a cost the average's is taken."""
    return [
        Movement(
            number, line.item_id, line.quantity_milli, line.came_for_minor, line.unit_cost_minor
        )
        for number, line in enumerate(lines, start=1)
    ]


def _listed(item_ids: Iterable[ItemId]) -> str:
    return msgspec.json.encode(list(item_ids)).decode()
