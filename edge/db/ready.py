"""Data sets laid ready: a second set of their tables, in which rows of a large switch are written
piece by piece while the shop sells from the first, and which then takes its place at once.

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
from typing import Any, TypeAlias, cast

from edge.db.published import KEPT
from sync.protocol.reference import DataSet

TABLES: Mapping[DataSet, Mapping[str, str]] = MappingProxyType(
    {data_set: kept.laid for data_set, kept in KEPT.items() if kept.laid}
)
"""The data sets that may be large, and whose rows only publications write: the tables that they are
read from, each with the place of a row and the rest of it. Their indexes are constraints, so that
names go with the tables."""
COLUMNS: Mapping[str, str] = MappingProxyType(
    {table: columns for tables in TABLES.values() for table, columns in tables.items()}
)
LAID_READY = frozenset(TABLES)
Laid: TypeAlias = frozenset[DataSet]
"""Those of them that a switch lays ready."""

_READY, _EARLIER = "ready_", "earlier_"
_FIRST = -(1 << 63)
_SCHEMA = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?"
_DROP_PAST = "DELETE FROM ready_past_row"
_DROPS = {
    f"{begin}{table}": f"DROP TABLE {begin}{table}"
    for begin in (_READY, _EARLIER)
    for table in COLUMNS
}
_OF_GOODS = frozenset(
    f"{begin}{table}"
    for begin in (_READY, _EARLIER)
    for data_set in (DataSet.ITEMS, DataSet.PRICES)
    for table in TABLES[data_set]
)
_SPARES = ", ".join(f"'{name}'" for name in _DROPS)
_SPARE = f"SELECT name FROM sqlite_schema WHERE name IN ({_SPARES}) LIMIT 1"  # noqa: S608  names of ours
_OVERWRITE = "PRAGMA secure_delete = ON"
_LEAVE = "PRAGMA secure_delete = OFF"
_RENAMES = {
    table: (
        f"ALTER TABLE {table} RENAME TO {_EARLIER}{table}",
        f"ALTER TABLE {_READY}{table} RENAME TO {table}",
    )
    for table in COLUMNS
}
_COPIES = {
    table: (
        f"SELECT rowid FROM {_READY}{table} ORDER BY rowid DESC LIMIT 1",  # noqa: S608  names of ours
        f"INSERT INTO {_READY}{table} ({columns}) SELECT {columns} FROM {table}"  # noqa: S608  names of ours
        " WHERE rowid > ? ORDER BY rowid LIMIT ?",
    )
    for table, columns in COLUMNS.items()
}
"""How far each was copied, and the next rows."""


def begin_ready(db: sqlite3.Connection, laid: Laid) -> None:
    """Make the second set, empty. Nothing is left of another (``drop_spare``)."""
    db.execute(_DROP_PAST)
    for table in _tables(laid):
        made: str = db.execute(_SCHEMA, (table,)).fetchone()[0]
        named = re.sub(rf'(TABLE) "?{table}"?', rf"\1 IF NOT EXISTS {_READY}{table}", made, count=1)
        db.execute(named)


def copy_some(db: sqlite3.Connection, laid: Laid, limit: int) -> bool:
    """Rows of the first set that the second lacks, in the order in which they stand; False: all are
    there."""
    return any(_copy(db, *_COPIES[table], limit) for table in _tables(laid))


def ready_tables(db: sqlite3.Connection, laid: Laid) -> sqlite3.Connection:
    """``db`` for statements that write what a sale reads: they meet the second set of what is laid
    ready, and what they keep as past is the past of the switch to come."""
    return cast(sqlite3.Connection, _Ready(db, laid))


def swap(db: sqlite3.Connection, laid: Laid) -> None:
    """The second set is the one that is read from here on. Whoever calls it has written a row
    before (see the contract of a unit, connection/group.py)."""
    for table in _tables(laid):
        for rename in _RENAMES[table]:
            db.execute(rename)


def drop_spare(db: sqlite3.Connection) -> bool:
    """One table of what was the first set before ``swap``, or of a second one that was given up;
    False: there is none. Of goods and prices its pages need not be overwritten: that takes ten
    times as long, and nobody's name, hash or group stands there."""
    found = db.execute(_SPARE).fetchone()
    if found is None:
        return False
    if found[0] not in _OF_GOODS:
        db.execute(_DROPS[found[0]])
        return True
    db.execute(_LEAVE)
    try:
        db.execute(_DROPS[found[0]])
    finally:
        db.execute(_OVERWRITE)
    return True


def _copy(db: sqlite3.Connection, far: str, some: str, limit: int) -> bool:
    last = db.execute(far).fetchone()
    return db.execute(some, (_FIRST if last is None else last[0], limit)).rowcount > 0


def _tables(laid: Laid) -> list[str]:
    return [table for data_set, tables in TABLES.items() if data_set in laid for table in tables]


@cache
def _ready(statement: str, laid: Laid) -> str:
    names = "|".join((*_tables(laid), "past_row"))
    return re.sub(rf"\b(FROM|INTO|JOIN|UPDATE) ({names})\b", rf"\1 {_READY}\2", statement)


class _Ready:
    """What statements use of a connection, with the second set's names in the place of the first's.
    Each statement of ours names a table behind FROM, INTO, JOIN or UPDATE."""

    def __init__(self, db: sqlite3.Connection, laid: Laid) -> None:
        self._db, self._laid = db, laid

    def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        """As sqlite3.Connection's."""
        return self._db.execute(_ready(statement, self._laid), values)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> sqlite3.Cursor:
        """As sqlite3.Connection's."""
        return self._db.executemany(_ready(statement, self._laid), rows)
