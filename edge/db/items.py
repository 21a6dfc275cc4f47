"""Items as a workstation asks for them: by scan code, by id, by the beginnings of words.

Price and tax are those in force at an instant and on a date; a sale reads its own as of the instant
of its tender (``hot_reads.py``).
"""

import re
import sqlite3
from datetime import date
from typing import Any

import msgspec

from sync.protocol.identity import ItemId
from sync.protocol.poslog import TaxClass

ITEMS_LISTED_MAX = 200
WORDS_MAX = 16
_WORD = re.compile(r"\w+")

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
    " WHERE s.scan_code = :asked"
)
_BY_ID = f"{_SELECT} FROM item i {_PRICE} WHERE i.item_id = :asked"
_BY_WORDS = (
    f"{_SELECT} FROM (SELECT w.item_id"  # noqa: S608 - constants
    " FROM item_words w JOIN item n ON n.item_id = w.item_id"
    " WHERE w.words MATCH :asked AND n.active ORDER BY w.rowid LIMIT :limit OFFSET :offset) f"
    f" JOIN item i ON i.item_id = f.item_id {_PRICE} ORDER BY i.name, i.item_id"
)
_ALL = (
    f"{_SELECT} FROM (SELECT item_id FROM item WHERE active"  # noqa: S608 - constants
    " ORDER BY item_id LIMIT :limit OFFSET :offset) f"
    f" JOIN item i ON i.item_id = f.item_id {_PRICE} ORDER BY i.item_id"
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


def find_item_by_code(db: sqlite3.Connection, scan_code: str, as_of: AsOf) -> ItemFound | None:
    """What a scanner read; inactive items are found too, and say so."""
    return _one(db, _BY_CODE, scan_code, as_of)


def find_item(db: sqlite3.Connection, item_id: ItemId, as_of: AsOf) -> ItemFound | None:
    """By id."""
    return _one(db, _BY_ID, item_id, as_of)


def search_items(
    db: sqlite3.Connection, text: str, as_of: AsOf, limit: int, offset: int
) -> tuple[ItemFound, ...]:
    """Active items whose name, id or scan codes hold a word that begins with each word of
    ``text``; without a word, all of them by id. Pages follow each other in an order of their own,
    by name within each."""
    words = _WORD.findall(text)[:WORDS_MAX]
    values = {
        "asked": " ".join(f'"{word}"*' for word in words),
        "limit": min(limit, ITEMS_LISTED_MAX),
        "offset": offset,
        "at_ms": as_of.at_ms,
        "day": as_of.day.isoformat(),
    }
    if text.strip() and not words:
        return ()
    if not words:
        del values["asked"]
    rows = db.execute(_BY_WORDS if words else _ALL, values)
    return tuple(_item(row) for row in rows)


def _one(db: sqlite3.Connection, statement: str, asked: str, as_of: AsOf) -> ItemFound | None:
    values = {"asked": asked, "at_ms": as_of.at_ms, "day": as_of.day.isoformat()}
    row = db.execute(statement, values).fetchone()
    return None if row is None else _item(row)


def _item(row: tuple[Any, ...]) -> ItemFound:
    named = dict(zip(ItemFound.__struct_fields__, row, strict=True))
    named |= {
        "open_price": bool(row[5]),
        "active": bool(row[6]),
        "scan_codes": msgspec.json.decode(row[7]),
    }
    return msgspec.convert(named, ItemFound)
