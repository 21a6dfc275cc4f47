"""Search of the active items by what people type, in this order: the item whose code or id it is;
names that begin with it (so the name itself first), in the order of names; names that hold its
words whole, then those with words that begin so; codes, then ids that begin with it. Each of these
goes by name; of more than ``ranking.RANKED_MAX`` that begin with the same letters those stand in no
order, and as many codes or ids go by themselves. The limit is taken after that.

``item_name`` and ``item_words`` hold active items alone: others are found by code or id.
"""

import sqlite3
from collections.abc import Iterable, Iterator

from edge.db.items import ITEMS_LISTED_MAX, AsOf, ItemFound, find_items
from edge.db.ranking import (
    LAST_TEXT,
    beginnings,
    by_name,
    free_number,
    in_name_order,
    listed,
    numbers,
    one_page,
    row_number,
    whole_words,
)
from sync.protocol.reference import Item
from sync.protocol.scan_code import code_key
from sync.protocol.search import WORDS_MAX, fold, fold_words

LAID_OF_ITEMS = {
    "item": "rowid, item_id, name, department, tax_class, unit, open_price, unit_cost_minor,"
    " active, version, content_milli, content_unit",
    "scan_code": "rowid, code_key, item_id, scan_code, holds",
    "item_name": "number, item_id, name_key",
    "item_words": "rowid, item_id, words",
}
"""The tables of items, each with a row's place and the rest of it (ready.py)."""

_ALL = "SELECT number FROM item_name ORDER BY item_id"
_BY_CODE = (
    "SELECT n.number FROM scan_code s JOIN item_name n ON n.item_id = s.item_id"
    " WHERE s.code_key = :code AND s.holds"
)
_BY_ID = "SELECT number FROM item_name WHERE item_id IN (:text, :upper) ORDER BY item_id = :upper"
_BY_NAME = (
    "SELECT number FROM item_name WHERE name_key >= :name AND name_key < :behind"
    " ORDER BY name_key, item_id"
)
_ORDER = (
    "SELECT n.number FROM json_each(:numbers) f JOIN item_name n ON n.number = f.value"
    " ORDER BY n.name_key, n.item_id"
)
_WITH_WORDS = "SELECT rowid FROM item_words WHERE words MATCH :asked ORDER BY rowid"
_CODES = (
    "SELECT n.number FROM scan_code s CROSS JOIN item_name n"
    " ON n.item_id = s.item_id WHERE s.scan_code >= :text AND s.scan_code < :behind"
    " ORDER BY s.scan_code"
)
_BEGIN = (
    "SELECT number FROM item_name WHERE item_id >= :text AND item_id < :behind ORDER BY item_id"
)
_IDS = (
    "SELECT n.item_id FROM json_each(:numbers) f JOIN item_name n ON n.number = f.value"
    " ORDER BY f.key"
)
_TAKEN = "SELECT 1 FROM item_name WHERE number = ?"
_NUMBER = "SELECT number FROM item_name WHERE item_id = ?"
_DROP_NAME = "DELETE FROM item_name WHERE number = ?"
_DROP_WORDS = "DELETE FROM item_words WHERE rowid = ?"
_NAME = "INSERT INTO item_name (number, item_id, name_key) VALUES (?, ?, ?)"
_WORDS = "INSERT INTO item_words (rowid, item_id, words) VALUES (?, ?, ?)"


def search_items(
    db: sqlite3.Connection, text: str, as_of: AsOf, limit: int, offset: int
) -> tuple[ItemFound, ...]:
    """Active items, best first (see above); without text all of them, by id. At most
    ITEMS_LISTED_MAX at once."""
    asked = text.strip()
    tiers = _tiers(db, asked) if asked else iter([numbers(db, _ALL, {})])
    page = one_page(tiers, min(limit, ITEMS_LISTED_MAX), offset)
    rows = db.execute(_IDS, {"numbers": listed(page)})
    return find_items(db, [row[0] for row in rows], as_of)


def _tiers(db: sqlite3.Connection, asked: str) -> Iterator[Iterable[int]]:
    yield numbers(db, _BY_CODE, {"code": code_key(asked)})
    yield numbers(db, _BY_ID, {"text": asked, "upper": asked.upper()})
    words = fold_words(asked)[:WORDS_MAX]
    if words:
        name = " ".join(words)
        yield numbers(db, _BY_NAME, {"name": name, "behind": name + LAST_TEXT})
    for question in (whole_words(words), beginnings(words)) if words else ():
        yield in_name_order(db, _WITH_WORDS, _ORDER, {"asked": question})
    for text in dict.fromkeys((asked, asked.upper())):
        for begin in (_CODES, _BEGIN):
            yield by_name(db, begin, _ORDER, {"text": text, "behind": text + LAST_TEXT})


def write_item_names(db: sqlite3.Connection, items: Iterable[Item]) -> None:
    """What search knows of these items, in place of what it knew."""
    found = {item.item_id: item for item in items}
    drop_item_names(db, found)
    rows = []
    for item in found.values():
        if item.active:
            name_key = fold(item.name)
            number = row_number(name_key, item.item_id.encode(), active=True)
            number = free_number(db, _TAKEN, number)
            db.execute(_NAME, (number, item.item_id, name_key))
            rows.append((number, item.item_id, name_key))
    rows.sort()  # FTS5 begins a new segment for each row that stands before the last one
    db.executemany(_WORDS, rows)


def drop_item_names(db: sqlite3.Connection, item_ids: Iterable[str]) -> None:
    """They are found by search no more."""
    found = [db.execute(_NUMBER, (item_id,)).fetchone() for item_id in item_ids]
    rows = sorted(row for row in found if row is not None)
    db.executemany(_DROP_WORDS, rows)
    db.executemany(_DROP_NAME, rows)
