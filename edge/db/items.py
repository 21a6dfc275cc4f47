"""Items as a workstation asks for them: by scan code and by id (by words: ``item_search.py``).

Price and tax are those in force at an instant and on a date; a sale reads its own as of the instant
of its tender (``sale_reads.py``).
"""

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId
from sync.protocol.scan_code import code_key

ITEMS_LISTED_MAX = 200

_SELECT = """
SELECT i.item_id, i.name, i.department, i.unit, i.tax_class, i.open_price, i.active,
       (SELECT json_group_array(scan_code ORDER BY c.rowid) FROM scan_code c
        WHERE c.item_id = i.item_id),
       p.unit_price_minor, p.version,
       (SELECT t.rate_bp FROM tax_rate t WHERE t.tax_class = i.tax_class
        AND t.effective_from <= :day ORDER BY t.effective_from DESC LIMIT 1)
"""
_PRICE = """
LEFT JOIN price p ON p.item_id = i.item_id AND p.effective_from_ms =
    (SELECT max(q.effective_from_ms) FROM price q
     WHERE q.item_id = i.item_id AND q.effective_from_ms <= :at_ms)
"""
_BY_CODE = (
    f"{_SELECT} FROM scan_code s JOIN item i ON i.item_id = s.item_id {_PRICE}"
    " WHERE s.code_key = :asked AND s.holds"
)
_BY_IDS = (
    f"{_SELECT} FROM json_each(:asked) f JOIN item i ON i.item_id = f.value {_PRICE} ORDER BY f.key"
)
_UNKNOWN = (
    "SELECT key FROM json_each(:asked) WHERE value NOT IN (SELECT item_id FROM item)"
    " ORDER BY key LIMIT 1"
)


class ItemFound(msgspec.Struct, frozen=True):
    """An item with what it costs. ``unit_price_minor`` is None where no price is in force (an
    open-price item), ``tax_rate_bp`` where no rate is."""

    item_id: ItemId
    name: str
    department: str
    unit: str
    tax_class: TaxClass
    open_price: bool
    active: bool
    scan_codes: tuple[str, ...]
    unit_price_minor: int | None
    price_version: int | None
    tax_rate_bp: int | None


class AsOf(msgspec.Struct, frozen=True):
    """Prices of an instant (UTC milliseconds), tax of a date."""

    at_ms: int
    day: date


def find_item_by_code(db: sqlite3.Connection, text: str, as_of: AsOf) -> ItemFound | None:
    """The item with this scan code, in any spelling of a GTIN, or else with this id: a code that
    exists is a code. Inactive items are found too, and say so."""
    values = {"asked": code_key(text), "at_ms": as_of.at_ms, "day": as_of.day.isoformat()}
    row = db.execute(_BY_CODE, values).fetchone()
    if row is not None:
        return _item(row)
    return find_item(db, ItemId(text), as_of)


def find_item(db: sqlite3.Connection, item_id: ItemId, as_of: AsOf) -> ItemFound | None:
    """By id."""
    return next(iter(find_items(db, [item_id], as_of)), None)


def find_items(
    db: sqlite3.Connection, item_ids: Sequence[str], as_of: AsOf
) -> tuple[ItemFound, ...]:
    """By their ids, in this order; unknown ones are left out."""
    asked = msgspec.json.encode(item_ids).decode()
    values = {"asked": asked, "at_ms": as_of.at_ms, "day": as_of.day.isoformat()}
    return tuple(_item(row) for row in db.execute(_BY_IDS, values))


def first_unknown(db: sqlite3.Connection, item_ids: Sequence[str]) -> int | None:
    """Where among these the first stands that no item has; None where all are items."""
    asked = msgspec.json.encode(item_ids).decode()
    row = db.execute(_UNKNOWN, {"asked": asked}).fetchone()
    return None if row is None else row[0]


def _item(row: tuple[Any, ...]) -> ItemFound:
    named = dict(zip(ItemFound.__struct_fields__, row, strict=True))
    named |= {
        "open_price": bool(row[5]),
        "active": bool(row[6]),
        "scan_codes": msgspec.json.decode(row[7]),
    }
    return msgspec.convert(named, ItemFound)
