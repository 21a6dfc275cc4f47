"""Items as published, with the codes that scanners read and the names that search knows: written,
taken away, and what either may change of what a sale reads (past.py)."""

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from edge.db.item_search import drop_item_names, write_item_names
from edge.db.past import Kind, Named
from sync.protocol.reference import Item
from sync.protocol.scan_code import code_key

_ITEM = (
    "INSERT OR REPLACE INTO item (item_id, name, department, tax_class, unit, open_price,"
    " unit_cost_minor, active, version, content_milli, content_unit)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_CODE = "INSERT INTO scan_code (code_key, item_id, scan_code, holds) VALUES (?, ?, ?, 0)"
_CODES_OF = "SELECT code_key FROM scan_code WHERE item_id = ?"
_HOLDS = """
UPDATE scan_code AS s SET holds = s.item_id = (
    SELECT c.item_id FROM scan_code c JOIN item i ON i.item_id = c.item_id
    WHERE c.code_key = s.code_key ORDER BY i.active DESC, c.item_id LIMIT 1)
WHERE s.code_key IN (SELECT value FROM json_each(?))
"""
_DROP_ITEM = "DELETE FROM item WHERE item_id = ?"
_DROP_CODES = "DELETE FROM scan_code WHERE item_id = ?"


def take_items(db: sqlite3.Connection, items: Sequence[tuple[int, Item]]) -> None:
    """Each with the publication's number."""
    db.executemany(
        _ITEM,
        [
            (
                item.item_id,
                item.name,
                item.department,
                item.tax_class.value,
                item.unit,
                item.open_price,
                item.unit_cost_minor,
                item.active,
                version,
                *((None, None) if item.content is None else msgspec.to_builtins(item.content)),
            )
            for version, item in items
        ],
    )
    before = _code_keys(db, [item.item_id for _, item in items])
    codes = [(key, item.item_id, code) for _, item in items for key, code in _codes(item).items()]
    db.executemany(_DROP_CODES, [(item.item_id,) for _, item in items])
    db.executemany(_CODE, codes)
    _settle_codes(db, before | {key for key, _, _ in codes})
    write_item_names(db, [item for _, item in items])


def _codes(item: Item) -> dict[str, str]:
    """The item's codes by their keys; of two spellings of one code, the first."""
    codes: dict[str, str] = {}
    for code in item.scan_codes:
        codes.setdefault(code_key(code), code)
    return codes


def drop_items(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    """They are no more."""
    before = _code_keys(db, keys)
    db.executemany(_DROP_ITEM, [(key,) for key in keys])
    db.executemany(_DROP_CODES, [(key,) for key in keys])
    _settle_codes(db, before)
    drop_item_names(db, keys)


def _code_keys(db: sqlite3.Connection, item_ids: Iterable[str]) -> set[str]:
    return {row[0] for item_id in item_ids for row in db.execute(_CODES_OF, (item_id,))}


def _settle_codes(db: sqlite3.Connection, code_keys: set[str]) -> None:
    """Whose each of these codes is follows from the items that have it, and from nothing else."""
    db.execute(_HOLDS, (msgspec.json.encode(sorted(code_keys)).decode(),))


def codes_change(db: sqlite3.Connection, keys: Sequence[str], rows: Sequence[Item]) -> list[Named]:
    """An item changes itself, the codes it had and the codes it gets."""
    codes = _code_keys(db, keys) | {code_key(code) for row in rows for code in row.scan_codes}
    return [*(Named(Kind.ITEM, key) for key in keys), *(Named(Kind.CODE, code) for code in codes)]
