"""Goods that went back to suppliers as rows: what went are movements; what was credited."""

import sqlite3
from typing import Any
from uuid import UUID

import msgspec

from sync.protocol.facts import SupplierCredited
from sync.protocol.identity import ItemId, MovementId, OperatorId

RETURNS_LISTED_MAX = 200

_READ = """
SELECT r.movement_id, r.supplier_id, coalesce(s.name, r.supplier_id), r.operator_id, r.reason,
    r.document, r.at_ms,
    (SELECT json_group_array(json_array(m.item_id, coalesce(i.name, m.item_id),
        coalesce(i.unit, 'each'), -m.quantity_milli, -m.cost_minor) ORDER BY m.line_no)
        FROM stock_movement m LEFT JOIN item i ON i.item_id = m.item_id
        WHERE m.event_id = r.movement_id),
    (SELECT json_group_array(json_array(c.number, c.amount_minor) ORDER BY c.at_ms, c.credit_id)
        FROM supplier_credit c WHERE c.movement_id = r.movement_id)
FROM supplier_return r LEFT JOIN supplier s ON s.supplier_id = r.supplier_id
"""
_FIND = f"{_READ} WHERE r.movement_id = ?"
_LIST = f"{_READ} ORDER BY r.rowid DESC LIMIT ? OFFSET ?"
_INSERT = (
    "INSERT INTO supplier_return (movement_id, supplier_id, operator_id, reason, document, at_ms)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_CREDIT = (
    "INSERT INTO supplier_credit (credit_id, movement_id, number, amount_minor, operator_id,"
    " at_ms) VALUES (?, ?, ?, ?, ?, ?)"
)


class BackLine(msgspec.Struct, frozen=True, array_like=True):
    """So much of an item went, in thousandths, and what it had cost; None: not known."""

    item_id: ItemId
    name: str
    unit: str
    quantity_milli: int
    cost_minor: int | None


class Credited(msgspec.Struct, frozen=True, array_like=True):
    """A credit note."""

    number: str
    amount_minor: int


class SupplierReturn(msgspec.Struct, frozen=True):
    """``document``: as on the paper that went along, empty without one."""

    movement_id: MovementId
    supplier_id: str
    supplier_name: str
    operator_id: OperatorId
    reason: str
    document: str
    at_ms: int
    lines: tuple[BackLine, ...]
    credits: tuple[Credited, ...]

    @property
    def cost_minor(self) -> int | None:
        """What all of it had cost; None: not known of every line."""
        known = [line.cost_minor for line in self.lines if line.cost_minor is not None]
        return sum(known) if len(known) == len(self.lines) else None

    @property
    def credited_minor(self) -> int:
        """So far."""
        return sum(one.amount_minor for one in self.credits)


def find_return(db: sqlite3.Connection, movement_id: UUID) -> SupplierReturn | None:
    """None where nothing went back under this id."""
    row = db.execute(_FIND, (movement_id.bytes,)).fetchone()
    return None if row is None else _return(row)


def list_returns(db: sqlite3.Connection, limit: int, offset: int) -> tuple[SupplierReturn, ...]:
    """The newest first."""
    rows = db.execute(_LIST, (min(limit, RETURNS_LISTED_MAX), offset))
    return tuple(_return(row) for row in rows)


def insert_return(
    db: sqlite3.Connection,
    movement_id: MovementId,
    supplier_id: str,
    operator_id: OperatorId,
    reason: str,
    document: str,
    at_ms: int,
) -> None:
    """Its lines are booked as movements."""
    db.execute(_INSERT, (movement_id.bytes, supplier_id, operator_id, reason, document, at_ms))


def insert_credit(db: sqlite3.Connection, fact: SupplierCredited, at_ms: int) -> None:
    """Of a return that is there."""
    ids = (fact.credit_id.bytes, fact.movement_id.bytes)
    db.execute(_CREDIT, (*ids, fact.number, fact.amount_minor, fact.operator_id, at_ms))


def _return(row: tuple[Any, ...]) -> SupplierReturn:
    movement_id, *what, lines, credits = row
    said = msgspec.json.decode(lines, type=tuple[BackLine, ...])
    credited = msgspec.json.decode(credits, type=tuple[Credited, ...])
    values = (MovementId(UUID(bytes=movement_id)), *what, said, credited)
    return SupplierReturn(*values)
