"""Lots and serial numbers as rows (``sync/protocol/lots.py``): under each lot's name the sum of
what moved, the count that said the lots of an item last, where a serial number was met.

``book_moved`` of ``stock.py`` and ``book_counts`` of ``stock_counts.py`` write here.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from sync.protocol.count_seen import CountSeen
from sync.protocol.identity import EventId, ItemId, SaleId
from sync.protocol.lots import Lot, Mark

SERIALS_LISTED_MAX = 200

_MOVE = """
INSERT INTO stock_lot (item_id, lot, expires_on, quantity_milli) VALUES (?, ?, ?, ?)
ON CONFLICT (item_id, lot) DO UPDATE SET quantity_milli = quantity_milli + excluded.quantity_milli,
    expires_on = min(coalesce(expires_on, excluded.expires_on),
        coalesce(excluded.expires_on, expires_on))
"""
_NAMED = (
    "SELECT item_id, lot, expires_on, quantity_milli FROM stock_lot"
    " WHERE item_id IN (SELECT value FROM json_each(?))"
)
_EXPIRING = """
SELECT item_id FROM stock_lot WHERE expires_on IS NOT NULL GROUP BY item_id ORDER BY item_id
"""
_NONE_OF = "UPDATE stock_lot SET quantity_milli = 0 WHERE item_id = ?"
_COUNTS = (
    "SELECT item_id, epoch_number, epoch_fingerprint, seen_through, seq, parent_through,"
    " counted_milli FROM lot_count WHERE item_id IN (SELECT value FROM json_each(?))"
)
_COUNT = (
    "INSERT OR REPLACE INTO lot_count (item_id, epoch_number, epoch_fingerprint, seen_through, seq,"
    " parent_through, counted_milli) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_OF_EVENT = (
    "SELECT item_id, lot, quantity_milli FROM stock_movement WHERE event_id = ? AND lot IS NOT NULL"
)
_SERIALS = """
SELECT m.serial, m.event_id, m.kind, m.quantity_milli, m.moved_at_ms, m.lot, s.sale_id IS NOT NULL,
    s.receipt_number,
    (SELECT count(*) FROM stock_movement x WHERE x.item_id = m.item_id AND x.serial = m.serial
        AND x.kind = 'sale')
    - (SELECT count(*) FROM stock_movement x WHERE x.item_id = m.item_id AND x.serial = m.serial
        AND x.kind = 'return') > 1
FROM stock_movement m LEFT JOIN sale s ON s.sale_id = m.event_id
WHERE m.item_id = ? AND m.serial IS NOT NULL ORDER BY m.rowid DESC LIMIT ?
"""


class SerialMet(msgspec.Struct, frozen=True):
    """A movement that named a serial number, the newest first. ``twice``: it was sold more often
    than it came back, by more than one."""

    serial: str
    event_id: EventId
    kind: str
    quantity_milli: int
    moved_at_ms: int
    lot: str | None
    sale_id: SaleId | None
    receipt_number: str | None
    twice: bool


def move_lots(db: sqlite3.Connection, moved: Iterable[tuple[ItemId, Lot]]) -> None:
    """What moved under each lot's name."""
    rows = [(item, lot.lot, _text(lot.expires_on), lot.quantity_milli) for item, lot in moved]
    db.executemany(_MOVE, rows)


def named_lots(db: sqlite3.Connection, item_ids: Iterable[str]) -> dict[ItemId, list[Lot]]:
    """Of those items that ever had any: each lot with the sum of what moved under its name."""
    found: defaultdict[ItemId, list[Lot]] = defaultdict(list)
    for item, *lot in db.execute(_NAMED, (_listed(item_ids),)):
        found[ItemId(item)].append(_lot(lot))
    return dict(found)


def items_with_last_days(db: sqlite3.Connection) -> list[ItemId]:
    """Items of which some lot ever said one."""
    return [ItemId(row[0]) for row in db.execute(_EXPIRING)]


def lot_counts(db: sqlite3.Connection, item_ids: Iterable[str]) -> dict[ItemId, CountSeen]:
    """Of these items the counts that said their lots, and hold."""
    return {
        ItemId(row[0]): CountSeen(*row[1:]) for row in db.execute(_COUNTS, (_listed(item_ids),))
    }


def set_lots(
    db: sqlite3.Connection, counted: Mapping[ItemId, tuple[CountSeen, Sequence[Lot]]]
) -> None:
    """What a count says of all lots of an item, with what moved unseen."""
    for item, (seen, lots) in counted.items():
        db.execute(_NONE_OF, (item,))
        move_lots(db, [(item, lot) for lot in lots])
        db.execute(_COUNT, (item, *seen))


def read_days(db: sqlite3.Connection, read: Iterable[tuple[ItemId, Mark]]) -> None:
    """Last days that were read of lots: what was once said of one stays known, also where there is
    none of it, or the count that says so does not hold."""
    move_lots(
        db,
        [
            (item, Lot(mark.name, mark.expires_on, 0))
            for item, mark in read
            if mark.name is not None and mark.expires_on is not None
        ],
    )


def take_back_lots(db: sqlite3.Connection, event_id: EventId, items: Iterable[ItemId]) -> None:
    """What an event moved of the lots of these items is in what was counted of them already."""
    of = set(items)
    rows = db.execute(_OF_EVENT, (event_id.bytes,)).fetchall()
    move_lots(db, [(ItemId(row[0]), Lot(row[1], None, -row[2])) for row in rows if row[0] in of])


def serials_of(db: sqlite3.Connection, item_id: ItemId) -> tuple[SerialMet, ...]:
    """Where serial numbers of an item were met last."""
    rows = db.execute(_SERIALS, (item_id, SERIALS_LISTED_MAX))
    return tuple(_met(row) for row in rows)


def _met(row: tuple[Any, ...]) -> SerialMet:
    serial, event, kind, milli, at_ms, lot, is_sale, number, twice = row
    event_id = UUID(bytes=event)
    sale_id = SaleId(event_id) if is_sale else None
    what = (serial, EventId(event_id), kind, milli, at_ms, lot, sale_id, number)
    return SerialMet(*what, twice=bool(twice) and kind == "sale")


def _lot(row: Sequence[Any]) -> Lot:
    name, expires_on, milli = row
    return Lot(name, None if expires_on is None else date.fromisoformat(expires_on), milli)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _listed(values: Iterable[Any]) -> str:
    return msgspec.json.encode(list(values)).decode()
