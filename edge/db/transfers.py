"""Transfers as rows: what this store sent and received."""

import sqlite3
from typing import Any
from uuid import UUID

import msgspec

from sync.protocol.facts import TransferDirection
from sync.protocol.identity import ItemId, MovementId, OperatorId

_INSERT = (
    "INSERT INTO transfer (transfer_id, direction, number, intent_id, other_store, operator_id,"
    " reason, at_ms, wish_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_LIST = """
SELECT t.transfer_id, t.direction, t.number, t.intent_id, t.other_store, t.operator_id, t.reason,
    t.at_ms, (SELECT json_group_array(json_array(m.item_id, coalesce(i.name, m.item_id),
        coalesce(i.unit, 'each'), abs(m.quantity_milli)) ORDER BY m.line_no)
        FROM stock_movement m LEFT JOIN item i ON i.item_id = m.item_id
        WHERE m.event_id = t.transfer_id)
FROM transfer t ORDER BY t.rowid DESC LIMIT ? OFFSET ?
"""


class TransferLine(msgspec.Struct, frozen=True, array_like=True):
    """So much of an item, in thousandths."""

    item_id: ItemId
    name: str
    unit: str
    quantity_milli: int


class TransferEnd(msgspec.Struct, frozen=True):
    """What this store sent or received. ``number``: as it stands on the paper of the goods;
    ``other_store``: its code, empty where it is not known."""

    transfer_id: MovementId
    direction: TransferDirection
    number: str
    intent_id: UUID
    other_store: str
    operator_id: OperatorId
    reason: str
    at_ms: int
    lines: tuple[TransferLine, ...]


def insert_transfer(db: sqlite3.Connection, end: TransferEnd, wish_id: UUID | None) -> None:
    """Its lines are booked as movements. ``wish_id``: what goods that leave are sent for."""
    ids = (end.transfer_id.bytes, end.direction.value, end.number, end.intent_id.bytes)
    wish = None if wish_id is None else wish_id.bytes
    db.execute(_INSERT, (*ids, end.other_store, end.operator_id, end.reason, end.at_ms, wish))


def list_transfers(db: sqlite3.Connection, limit: int, offset: int) -> tuple[TransferEnd, ...]:
    """The newest first."""
    return tuple(_end(row) for row in db.execute(_LIST, (limit, offset)))


def _end(row: tuple[Any, ...]) -> TransferEnd:
    transfer_id, direction, number, intent_id, *rest, lines = row
    ids = (MovementId(UUID(bytes=transfer_id)), TransferDirection(direction), number)
    said = msgspec.json.decode(lines, type=tuple[TransferLine, ...])
    values = (*ids, UUID(bytes=intent_id), *rest, said)
    return TransferEnd(*values)
