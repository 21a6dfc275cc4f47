"""What is asked where items are sold, as published: now, and as of a tender."""

import sqlite3
from collections.abc import Collection
from typing import Any

import msgspec

from edge.db.past import Kind, Named, past_as_of
from sync.protocol.identity import ItemId
from sync.protocol.reference import ItemRule

_OF = """
SELECT r.item_id, r.age_years, r.barred_from, r.barred_until, r.asks_serial, r.asks_lot,
       r.linked_item_id, r.linked_milli, r.may_be_left_out, r.loads
FROM json_each(?) f JOIN item_rule r ON r.item_id = f.value
"""


def rules_of(db: sqlite3.Connection, item_ids: Collection[ItemId]) -> dict[ItemId, ItemRule]:
    """Those in force, of the items that have one."""
    rows = db.execute(_OF, (msgspec.json.encode(list(item_ids)).decode(),))
    return {row[0]: _rule(row) for row in rows}


def rules_as_of(
    db: sqlite3.Connection, item_ids: Collection[ItemId], as_of_ms: int, now_ms: int
) -> dict[ItemId, ItemRule]:
    """Those that were in force at ``as_of_ms``."""
    held = rules_of(db, item_ids)
    named = [Named(Kind.ITEM_RULE, item_id) for item_id in item_ids]
    for (_, name), value in past_as_of(db, named, as_of_ms, now_ms).items():
        row = msgspec.json.decode(value)
        held.pop(ItemId(name), None)
        if row[0] is not None:
            held[ItemId(name)] = _rule(row)
    return held


def _rule(row: Any) -> ItemRule:
    item_id, years, begin, end, serial, lot, linked, linked_milli, left_out, loads = row
    asks = (bool(serial), bool(lot))
    return ItemRule(item_id, years, begin, end, *asks, linked, linked_milli, bool(left_out), loads)
