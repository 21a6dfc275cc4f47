"""What shelf labels ask of published rows: what is in one of an item, whose price changed."""

import sqlite3
from collections.abc import Iterable

import msgspec

from sync.protocol.content import Content
from sync.protocol.identity import ItemId
from sync.protocol.units import Unit

_CONTENTS = (
    "SELECT item_id, content_milli, content_unit FROM item"
    " WHERE content_milli IS NOT NULL AND item_id IN (SELECT value FROM json_each(?))"
)
_CHANGED = """
SELECT i.item_id FROM item i WHERE i.active AND (:department = '' OR i.department = :department)
AND i.item_id IN (
    SELECT item_id FROM price WHERE effective_from_ms > :after_ms AND effective_from_ms <= :at_ms
    UNION SELECT item_id FROM book_price
    WHERE effective_from_ms > :after_ms AND effective_from_ms <= :at_ms)
ORDER BY i.department, i.name, i.item_id LIMIT :most
"""
_OF_DEPARTMENT = (
    "SELECT item_id FROM item WHERE active AND department = ? ORDER BY name, item_id LIMIT ?"
)


def contents_of(db: sqlite3.Connection, item_ids: Iterable[str]) -> dict[str, Content]:
    """Of those among these items of which it is known."""
    asked = msgspec.json.encode(list(item_ids)).decode()
    rows = db.execute(_CONTENTS, (asked,))
    return {item_id: Content(milli, Unit(unit)) for item_id, milli, unit in rows}


def items_of_department(db: sqlite3.Connection, department: str, most: int) -> list[ItemId]:
    """What is sold of a department, by name."""
    return [ItemId(row[0]) for row in db.execute(_OF_DEPARTMENT, (department, most))]


def items_changed(
    db: sqlite3.Connection, department: str, after_ms: int, at_ms: int, most: int
) -> list[ItemId]:
    """Whose price is another one since an instant, through a later one: of a department, or of all
    (empty), by department and name."""
    asked = {"department": department, "after_ms": after_ms, "at_ms": at_ms, "most": most}
    return [ItemId(row[0]) for row in db.execute(_CHANGED, asked)]
