"""Rows that were taken and are not in force yet: they wait until every row that was published
together with them is here, in whatever data set (``edge/usecases/feed/take_effect.py``).

Before the first time that anything was put in force together nothing waits: a store that is loaded
for the first time sells nothing yet. Rows that were laid ready (``ready.py``) are in force before
they leave this table: until the last has, the switch *settles*.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from edge.db.reference import Feed
from sync.protocol.reference import DataSet, FeedRow

_PUT = "INSERT INTO waiting_row (data_set, scope, pub_seq, key, body) VALUES (?, ?, ?, ?, ?)"
_NEWEST = (
    "SELECT pub_seq, key, body FROM waiting_row WHERE data_set = ? AND scope = ? AND key = ?"
    " AND pub_seq <= ? ORDER BY pub_seq DESC LIMIT 1"
)
_BETWEEN = (
    "SELECT pub_seq, key, body FROM waiting_row WHERE data_set = ? AND scope = ? AND pub_seq > ?"
    " AND pub_seq <= ? ORDER BY pub_seq LIMIT ?"
)
_COUNT = "SELECT count(*) FROM waiting_row WHERE data_set = ? AND scope = ? AND pub_seq <= ?"
_ALL = -1
_DROP = "DELETE FROM waiting_row WHERE data_set = ? AND scope = ? AND pub_seq <= ?"
_OLDEST = "SELECT 1 FROM waiting_row WHERE data_set = ? AND scope = ? AND pub_seq <= ? LIMIT 1"
_EVER = "SELECT 1 FROM feed_switch"
_SWITCHED = "INSERT OR REPLACE INTO feed_switch (one, at_ms, settling) VALUES (1, ?, ?)"
_SETTLING = "SELECT at_ms, settling FROM feed_switch WHERE settling IS NOT NULL"
_SETTLED = "UPDATE feed_switch SET settling = NULL"
LAST = (1 << 63) - 1
"""Behind every publication."""


class Settling(NamedTuple):
    """A switch of rows that were laid ready: when it was, and through which publications."""

    at_ms: int
    through: dict[Feed, int]


def has_switched(db: sqlite3.Connection) -> bool:
    """Everything was in force together once: from then on rows wait."""
    return db.execute(_EVER).fetchone() is not None


def note_switch(
    db: sqlite3.Connection, at_ms: int, settling: Mapping[Feed, int] | None = None
) -> None:
    """Everything that was published together is in force together. ``settling``: the feeds whose
    rows were laid ready, and through which publications."""
    stated = [(*feed, seq) for feed, seq in (settling or {}).items()]
    db.execute(_SWITCHED, (at_ms, msgspec.msgpack.encode(stated) if stated else None))


def read_settling(db: sqlite3.Connection) -> Settling | None:
    """The switch that is in force and not settled."""
    row = db.execute(_SETTLING).fetchone()
    if row is None:
        return None
    stated = msgspec.msgpack.decode(row[1], type=list[tuple[DataSet, str, int]])
    return Settling(row[0], {Feed(data_set, scope): seq for data_set, scope, seq in stated})


def note_settled(db: sqlite3.Connection) -> None:
    """Nothing of it stands where it waited."""
    db.execute(_SETTLED)


def keep_waiting(db: sqlite3.Connection, feed: Feed, rows: Iterable[FeedRow]) -> None:
    """In the unit of work of the cursor that counts them."""
    db.executemany(_PUT, ((*feed, row.pub_seq, row.key, row.body) for row in rows))


def waiting_bodies(
    db: sqlite3.Connection, feed: Feed, keys: Iterable[str], through: int = LAST
) -> dict[str, bytes | None]:
    """The newest publication (up to one) that waits under each of these keys, None for a tombstone;
    keys under which nothing waits are left out."""
    return {key: row.body for key, row in newest_waiting(db, feed, keys, through).items()}


def newest_waiting(
    db: sqlite3.Connection, feed: Feed, keys: Iterable[str], through: int = LAST
) -> dict[str, FeedRow]:
    """Those publications themselves."""
    found = (db.execute(_NEWEST, (*feed, key, through)).fetchone() for key in keys)
    return {row[1]: FeedRow(*row) for row in found if row is not None}


def waiting_rows(
    db: sqlite3.Connection, feed: Feed, through: int, limit: int = _ALL, after: int = 0
) -> tuple[FeedRow, ...]:
    """What waits of a feed behind a publication and up to another, in its order."""
    return tuple(FeedRow(*row) for row in db.execute(_BETWEEN, (*feed, after, through, limit)))


def count_waiting(db: sqlite3.Connection, through: Mapping[Feed, int]) -> int:
    """How many rows up to these publications wait."""
    asked = ((*feed, seq) for feed, seq in through.items())
    return sum(db.execute(_COUNT, one).fetchone()[0] for one in asked)


def drop_waiting(db: sqlite3.Connection, feed: Feed, through: int) -> None:
    """They are in force now."""
    db.execute(_DROP, (*feed, through))


def is_waiting(db: sqlite3.Connection, through: Mapping[Feed, int]) -> bool:
    """Whether any row up to these publications waits."""
    asked = ((*feed, seq) for feed, seq in through.items())
    return any(db.execute(_OLDEST, one).fetchone() is not None for one in asked)
