"""Items and prices laid ready: a second set of their tables, in which rows of a large switch are
written piece by piece while the shop sells from the first, and which then takes its place at once.

The second set is made when it is needed, from the first one's own schema, and copied from it; then
the very statements that write what a sale reads write into it (``ready_tables``). ``swap`` renames
both, whatever their size, in some hundredths of a second; what was the first set is dropped. Until
then nothing here is anybody's: whoever is cut drops it and begins again.
"""

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, cast

from sync.protocol.reference import DataSet

LAID_READY = frozenset({DataSet.ITEMS, DataSet.PRICES})
"""The data sets that may be large, and whose rows only publications write."""
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "item": "rowid, item_id, name, department, tax_class, unit, open_price, unit_cost_minor,"
        " active, version",
        "scan_code": "rowid, code_key, item_id, scan_code, holds",
        "item_name": "number, item_id, name_key",
        "item_words": "rowid, item_id, words",
        "price": "rowid, item_id, effective_from_ms, unit_price_minor, version",
    }
)
"""The tables that they are read from, each with the place of a row and the rest of it. Their
indexes are constraints, so that names go with the tables."""

_READY, _EARLIER = "ready_", "earlier_"
_FIRST = -(1 << 63)
_NAMED = re.compile(rf"\b(FROM|INTO|JOIN|UPDATE) ({'|'.join((*COLUMNS, 'past_row'))})\b")
_SCHEMA = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?"
_DROP_PAST = "DELETE FROM ready_past_row"
_DROPS = {
    f"{begin}{table}": f"DROP TABLE {begin}{table}"
    for begin in (_READY, _EARLIER)
    for table in COLUMNS
}
_SPARES = ", ".join(f"'{name}'" for name in _DROPS)
_SPARE = f"SELECT name FROM sqlite_schema WHERE name IN ({_SPARES}) LIMIT 1"  # noqa: S608  names of ours
_OVERWRITE = "PRAGMA secure_delete = ON"
_LEAVE = "PRAGMA secure_delete = OFF"
_RENAMES = [
    f"ALTER TABLE {old} RENAME TO {new}"
    for table in COLUMNS
    for old, new in ((table, f"{_EARLIER}{table}"), (f"{_READY}{table}", table))
]
_COPIES = [
    (
        f"SELECT rowid FROM {_READY}{table} ORDER BY rowid DESC LIMIT 1",  # noqa: S608  names of ours
        f"INSERT INTO {_READY}{table} ({columns}) SELECT {columns} FROM {table}"  # noqa: S608  names of ours
        " WHERE rowid > ? ORDER BY rowid LIMIT ?",
    )
    for table, columns in COLUMNS.items()
]
"""How far each was copied, and the next rows."""


def begin_ready(db: sqlite3.Connection) -> None:
    """Make the second set, empty. Nothing is left of another (``drop_spare``)."""
    db.execute(_DROP_PAST)
    for table in COLUMNS:
        made: str = db.execute(_SCHEMA, (table,)).fetchone()[0]
        named = re.sub(rf'(TABLE) "?{table}"?', rf"\1 IF NOT EXISTS {_READY}{table}", made, count=1)
        db.execute(named)


def copy_some(db: sqlite3.Connection, limit: int) -> bool:
    """Rows of the first set that the second lacks, in the order in which they stand; False: all are
    there."""
    return any(_copy(db, far, some, limit) for far, some in _COPIES)


def ready_tables(db: sqlite3.Connection) -> sqlite3.Connection:
    """``db`` for statements that write what a sale reads: they meet the second set, and what they
    keep as past is the past of the switch to come."""
    return cast(sqlite3.Connection, _Ready(db))


def swap(db: sqlite3.Connection) -> None:
    """The second set is the one that is read from here on. Whoever calls it has written a row
    before (see the contract of a unit, connection/group.py)."""
    for rename in _RENAMES:
        db.execute(rename)


def drop_spare(db: sqlite3.Connection) -> bool:
    """One table of what was the first set before ``swap``, or of a second one that was given up;
    False: there is none. Nothing personal stands in it, so its pages need not be overwritten: that
    takes ten times as long."""
    found = db.execute(_SPARE).fetchone()
    if found is None:
        return False
    db.execute(_LEAVE)
    try:
        db.execute(_DROPS[found[0]])
    finally:
        db.execute(_OVERWRITE)
    return True


def _copy(db: sqlite3.Connection, far: str, some: str, limit: int) -> bool:
    last = db.execute(far).fetchone()
    return db.execute(some, (_FIRST if last is None else last[0], limit)).rowcount > 0


@cache
def _ready(statement: str) -> str:
    return _NAMED.sub(rf"\1 {_READY}\2", statement)


class _Ready:
    """What statements use of a connection, with the second set's names in the place of the first's.
    Each statement of ours names a table behind FROM, INTO, JOIN or UPDATE."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        """As sqlite3.Connection's."""
        return self._db.execute(_ready(statement), values)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> sqlite3.Cursor:
        """As sqlite3.Connection's."""
        return self._db.executemany(_ready(statement), rows)
