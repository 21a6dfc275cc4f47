"""Looking into stock: levels, what was sold beyond them, how old it is, what explains each unit.

What a movement was for stands in its fact: of receipts in their rows, of all else in the journal,
or where that was pruned beside it (``placed_event``).
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from edge.domain.stock import Only
from sync.protocol.codec import decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.facts import StockCounted, StockMoved, StockTransferred
from sync.protocol.identity import EventId, ItemId, SaleId

LEVELS_LISTED_MAX = 200
AGES_DAYS = (30, 90, 180)
"""Bounds of the columns of ageing, in days."""
DAY_MS = 86_400_000

_LEVEL = """
SELECT l.item_id, coalesce(i.name, l.item_id), coalesce(i.department, ''),
    coalesce(i.unit, 'each'), l.on_hand_milli, l.worth_minor, l.unit_mills, c.counted_at_ms,
    coalesce(c.recount, 0)
FROM stock_level l LEFT JOIN item i ON i.item_id = l.item_id
LEFT JOIN stock_count c ON c.item_id = l.item_id
"""
_LEVELS = (
    f"{_LEVEL} WHERE (:department IS NULL OR i.department = :department)"
    " AND (:only IS NULL OR CASE :only WHEN 'oversold' THEN l.on_hand_milli < 0"
    " WHEN 'recount' THEN c.recount WHEN 'there' THEN l.on_hand_milli > 0 END)"
    " ORDER BY CASE WHEN :only = 'oversold' THEN l.on_hand_milli END, i.name, l.item_id"
    " LIMIT :limit OFFSET :offset"
)
_NAMED = f"{_LEVEL} WHERE l.item_id IN (SELECT value FROM json_each(?))"  # noqa: S608 - constant
_SUMS = """
SELECT count(*), coalesce(sum(l.worth_minor), 0),
    coalesce(sum(l.on_hand_milli < 0), 0), coalesce(sum(c.recount), 0)
FROM stock_level l LEFT JOIN stock_count c ON c.item_id = l.item_id
"""
_HISTORY = """
SELECT m.event_id, m.line_no, m.kind, m.quantity_milli, m.on_hand_after_milli, m.oversold,
    m.business_date, m.moved_at_ms, m.lot, m.cost_minor, m.difference_minor,
    s.sale_id IS NOT NULL, s.receipt_number, s.operator_id
FROM stock_movement m LEFT JOIN sale s ON s.sale_id = m.event_id
WHERE m.item_id = ? AND m.rowid > ? ORDER BY m.rowid DESC LIMIT ? OFFSET ?
"""
_LATEST = """
SELECT m.item_id, coalesce(i.name, m.item_id), coalesce(i.unit, 'each'), m.event_id, m.line_no,
    m.kind, m.quantity_milli, m.on_hand_after_milli, m.oversold, m.business_date, m.moved_at_ms,
    m.lot, m.cost_minor, m.difference_minor, 0, NULL, NULL
FROM stock_movement m LEFT JOIN item i ON i.item_id = m.item_id
WHERE m.kind IN ('waste', 'own_use', 'adjustment') ORDER BY m.rowid DESC LIMIT ? OFFSET ?
"""
_LAST_COVERED = (
    "SELECT coalesce(max(rowid), 0) FROM stock_movement"
    " WHERE item_id = ? AND on_hand_after_milli >= 0"
)
_FACTS = """
SELECT event_id, kind, kind_version, body FROM journal
WHERE event_id IN (SELECT unhex(value) FROM json_each(:ids))
UNION ALL SELECT event_id, kind, kind_version, body FROM placed_event
WHERE event_id IN (SELECT unhex(value) FROM json_each(:ids))
"""
_AGES = """
WITH came AS (
    SELECT m.item_id, m.moved_at_ms, m.quantity_milli,
        sum(m.quantity_milli) OVER (PARTITION BY m.item_id ORDER BY m.rowid DESC) AS through
    FROM stock_movement m WHERE m.quantity_milli > 0 AND m.kind <> 'return'
)
SELECT l.item_id, coalesce(i.name, l.item_id), coalesce(i.department, ''),
    coalesce(i.unit, 'each'), l.on_hand_milli, l.worth_minor, c.moved_at_ms,
    min(c.quantity_milli, l.on_hand_milli - (c.through - c.quantity_milli))
FROM stock_level l LEFT JOIN item i ON i.item_id = l.item_id
LEFT JOIN came c ON c.item_id = l.item_id AND c.through - c.quantity_milli < l.on_hand_milli
WHERE l.on_hand_milli > 0
ORDER BY l.item_id
"""


class Level(msgspec.Struct, frozen=True):
    """What there is of an item, in thousandths, and what that is worth. ``counted_at_ms``: when it
    was counted last, None: never; ``recount``: it is to be counted again (``StockCount``)."""

    item_id: ItemId
    name: str
    department: str
    unit: str
    on_hand_milli: int
    worth_minor: int
    unit_mills: int | None
    counted_at_ms: int | None
    recount: bool


class LevelSums(msgspec.Struct, frozen=True):
    """Of all items that ever moved."""

    items: int
    worth_minor: int
    oversold: int
    recount: int


class Unit(msgspec.Struct, frozen=True):
    """Units that moved, and why. ``kind`` as a movement's; ``by``: who, as far as it is known;
    ``receipt_number``, ``sale_id``: of a sale or a return."""

    event_id: EventId
    line_no: int
    kind: str
    quantity_milli: int
    on_hand_after_milli: int
    oversold: bool
    business_date: str | None
    moved_at_ms: int
    lot: str | None
    cost_minor: int | None
    difference_minor: int
    sale_id: SaleId | None
    receipt_number: str | None
    by: str
    reason: str
    document: str | None


class Age(msgspec.Struct, frozen=True):
    """An item's stock by how long ago it came, the newest first: through 30, 90, 180 days, longer.
    What is there came last: of what came before it is sold first. ``unknown_milli``: of that no
    coming is known."""

    item_id: ItemId
    name: str
    department: str
    unit: str
    on_hand_milli: int
    worth_minor: int
    by_age_milli: tuple[int, ...]
    unknown_milli: int


class _Why(NamedTuple):
    by: str
    reason: str
    document: str | None


def list_levels(
    db: sqlite3.Connection, department: str | None, only: Only | None, limit: int, offset: int
) -> tuple[Level, ...]:
    """By name; of those that were sold beyond the books the most first."""
    values = {"department": department, "only": only, "offset": offset}
    rows = db.execute(_LEVELS, {**values, "limit": min(limit, LEVELS_LISTED_MAX)})
    return tuple(_level(row) for row in rows)


def levels_of(db: sqlite3.Connection, item_ids: Sequence[ItemId]) -> tuple[Level, ...]:
    """Of these that ever moved, in this order."""
    found = {row[0]: _level(row) for row in db.execute(_NAMED, (_listed(list(item_ids)),))}
    return tuple(found[item] for item in item_ids if item in found)


def level_sums(db: sqlite3.Connection) -> LevelSums:
    """What all of them come to."""
    return LevelSums(*db.execute(_SUMS).fetchone())


def units_of(db: sqlite3.Connection, item_id: ItemId, limit: int, offset: int) -> tuple[Unit, ...]:
    """Each unit of an item that moved, the newest first."""
    return _units(db, (item_id, 0, limit, offset))


def uncovered_units(db: sqlite3.Connection, item_id: ItemId, limit: int) -> tuple[Unit, ...]:
    """What moved since the books last had the item: it explains why they are below zero."""
    covered = db.execute(_LAST_COVERED, (item_id,)).fetchone()[0]
    return _units(db, (item_id, covered, limit, 0))


def latest_taken(
    db: sqlite3.Connection, limit: int, offset: int
) -> tuple[tuple[ItemId, str, str, Unit], ...]:
    """Waste, own use and adjustments, the newest first: each item with its name and unit."""
    rows = db.execute(_LATEST, (limit, offset)).fetchall()
    why = _reasons(db, [row[3] for row in rows])
    return tuple((ItemId(row[0]), row[1], row[2], _unit(row[3:], why)) for row in rows)


def ages(db: sqlite3.Connection, now_ms: int) -> tuple[Age, ...]:
    """Of every item that is there, by id."""
    found: dict[ItemId, tuple[tuple[Any, ...], list[int]]] = {}
    for *what, at_ms, milli in db.execute(_AGES):
        _, parts = found.setdefault(what[0], (tuple(what), [0] * (len(AGES_DAYS) + 1)))
        if at_ms is not None:
            parts[_column(now_ms - at_ms)] += milli
    return tuple(_age(what, parts) for what, parts in found.values())


def _age(what: tuple[Any, ...], parts: list[int]) -> Age:
    values = (*what, tuple(parts), what[4] - sum(parts))
    return Age(*values)


def _column(age_ms: int) -> int:
    return sum(1 for days in AGES_DAYS if age_ms > days * DAY_MS)


def _units(db: sqlite3.Connection, values: tuple[Any, ...]) -> tuple[Unit, ...]:
    rows = db.execute(_HISTORY, values).fetchall()
    why = _reasons(db, [row[0] for row in rows if not row[11]])
    return tuple(_unit(row, why) for row in rows)


def _unit(row: tuple[Any, ...], why: dict[bytes, _Why]) -> Unit:
    event, line_no, *what, is_sale, receipt_number, operator_id = row
    told = why.get(event, _Why(operator_id or "", "", None))
    what[3] = bool(what[3])
    sale_id = SaleId(UUID(bytes=event)) if is_sale else None
    values = (EventId(UUID(bytes=event)), line_no, *what, sale_id, receipt_number, *told)
    return Unit(*values)


def _reasons(db: sqlite3.Connection, events: Iterable[bytes]) -> dict[bytes, _Why]:
    ids = _listed([event.hex() for event in set(events)])
    found = {}
    for event, kind, version, body in db.execute(_FACTS, {"ids": ids}):
        if not is_known(kind, version):
            continue
        try:
            fact = decode_fact(kind, version, body)
        except Undecodable:
            continue
        if isinstance(fact, StockMoved | StockTransferred | StockCounted):
            found[event] = _Why(fact.operator_id, fact.reason, fact.document)
    return found


def _level(row: tuple[Any, ...]) -> Level:
    values = (*row[:8], bool(row[8]))
    return Level(*values)


def _listed(values: list[Any]) -> str:
    return msgspec.json.encode(values).decode()
