"""Suppliers, what they bring, and what of it the store is short of."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from edge.db.told import ORDER_LINES_KNOWN, ORDERS_CAME, ORDERS_KNOWN
from edge.domain.orders import SOLD_DAYS, ItemNow
from sync.protocol.money import divide_half_up

DAY_MS = 86_400_000
_SHORT_OF = f"""
WITH awaited AS (
    SELECT l.item_id, sum(max(l.quantity_milli - coalesce((SELECT sum(c.quantity_milli)
        FROM {ORDERS_CAME} c WHERE c.order_id = l.order_id AND c.item_id = l.item_id), 0), 0))
        AS open_milli
    FROM {ORDERS_KNOWN} o JOIN {ORDER_LINES_KNOWN} l ON l.order_id = o.order_id
    WHERE o.state = 'sent' GROUP BY l.item_id
)
SELECT r.item_id, i.name, i.unit, coalesce(l.on_hand_milli, 0), r.at_milli, r.up_to_milli,
    coalesce((SELECT -sum(m.quantity_milli) FROM stock_movement m WHERE m.item_id = r.item_id
        AND m.kind IN ('sale', 'return') AND m.moved_at_ms >= ?), 0),
    coalesce(b.supplier_id, ''), coalesce(s.name, ''), b.code, coalesce(b.pack_milli, 1000),
    b.pack_cost_minor, coalesce(s.lead_days, 0),
    coalesce(w.open_milli, 0)
FROM reorder_point r
JOIN item i ON i.item_id = r.item_id AND i.active
LEFT JOIN stock_level l ON l.item_id = r.item_id
LEFT JOIN awaited w ON w.item_id = r.item_id
LEFT JOIN supplier_item b ON b.item_id = r.item_id AND b.supplier_id = (
    SELECT x.supplier_id FROM supplier_item x JOIN supplier y ON y.supplier_id = x.supplier_id
    WHERE x.item_id = r.item_id AND y.active ORDER BY x.preferred DESC, x.supplier_id LIMIT 1)
LEFT JOIN supplier s ON s.supplier_id = b.supplier_id
ORDER BY i.name, r.item_id
"""  # noqa: S608 - constants
_SUPPLIERS = "SELECT supplier_id, name FROM supplier WHERE active ORDER BY name, supplier_id"
_KNOWN = "SELECT 1 FROM supplier WHERE supplier_id = ?"
_ASKS = (
    "SELECT item_id, pack_milli, pack_cost_minor, code FROM supplier_item WHERE supplier_id = ?"
    " AND item_id IN (SELECT value FROM json_each(?))"
)
_WHO = "SELECT supplier_id, name, email, address FROM supplier WHERE supplier_id = ?"


class SuppliedFor(NamedTuple):
    """What a supplier asks for a pack, None: not known, and their own code for it."""

    pack_milli: int
    pack_cost_minor: int | None
    code: str | None

    def for_milli(self, milli: int) -> int | None:
        """What so much of it is to cost; None: not known."""
        if self.pack_cost_minor is None:
            return None
        return divide_half_up(self.pack_cost_minor * milli, self.pack_milli)


class SupplierNow(NamedTuple):
    """Who brings goods; texts are empty where nothing is known."""

    supplier_id: str
    name: str
    email: str
    address: str


def list_suppliers(db: sqlite3.Connection) -> tuple[tuple[str, str], ...]:
    """Id and name of those who still bring anything, by name."""
    return tuple(db.execute(_SUPPLIERS))


def knows_supplier(db: sqlite3.Connection, supplier_id: str) -> bool:
    """Also one that brings nothing any more."""
    return db.execute(_KNOWN, (supplier_id,)).fetchone() is not None


def find_supplier(db: sqlite3.Connection, supplier_id: str) -> SupplierNow:
    """One that is not known has its id for its name."""
    row = db.execute(_WHO, (supplier_id,)).fetchone()
    return SupplierNow(supplier_id, supplier_id, "", "") if row is None else SupplierNow(*row)


def supplied_for(
    db: sqlite3.Connection, supplier_id: str, items: Sequence[str]
) -> dict[str, SuppliedFor]:
    """By item, what is known of it."""
    listed = msgspec.json.encode(items).decode()
    return {row[0]: SuppliedFor(*row[1:]) for row in db.execute(_ASKS, (supplier_id, listed))}


def items_with_points(db: sqlite3.Connection, now_ms: int) -> tuple[ItemNow, ...]:
    """Active items with a reorder point here, by name, each with the supplier that is preferred, or
    the first by id."""
    since_ms = now_ms - SOLD_DAYS * DAY_MS
    return tuple(ItemNow(*row) for row in db.execute(_SHORT_OF, (since_ms,)))
