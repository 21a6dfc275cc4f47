"""Rows that were taken and are not in force yet: they wait until every row that was published
together with them is here, in whatever data set (``edge/usecases/feed/take_effect.py``).

Before the first time that anything was put in force together nothing waits: a store that is loaded
for the first time sells nothing yet.
"""

import sqlite3
from collections.abc import Iterable, Mapping

from edge.db.reference import Feed
from sync.protocol.reference import FeedRow

_PUT = "INSERT INTO waiting_row (data_set, scope, pub_seq, key, body) VALUES (?, ?, ?, ?, ?)"
_NEWEST = (
    "SELECT body FROM waiting_row WHERE data_set = ? AND scope = ? AND key = ?"
    " ORDER BY pub_seq DESC LIMIT 1"
)
_THROUGH = (
    "SELECT pub_seq, key, body FROM waiting_row WHERE data_set = ? AND scope = ? AND pub_seq <= ?"
    " ORDER BY pub_seq LIMIT ?"
)
_COUNT = "SELECT count(*) FROM waiting_row WHERE data_set = ? AND scope = ? AND pub_seq <= ?"
_ALL = -1
_DROP = "DELETE FROM waiting_row WHERE data_set = ? AND scope = ? AND pub_seq <= ?"
_OLDEST = "SELECT 1 FROM waiting_row WHERE data_set = ? AND scope = ? AND pub_seq <= ? LIMIT 1"
_EVER = "SELECT 1 FROM feed_switch"
_SWITCHED = "INSERT OR REPLACE INTO feed_switch (one, at_ms) VALUES (1, ?)"


def has_switched(db: sqlite3.Connection) -> bool:
    """Everything was in force together once: from then on rows wait."""
    return db.execute(_EVER).fetchone() is not None


def note_switch(db: sqlite3.Connection, at_ms: int) -> None:
    """Everything that was published together is in force together."""
    db.execute(_SWITCHED, (at_ms,))


def keep_waiting(db: sqlite3.Connection, feed: Feed, rows: Iterable[FeedRow]) -> None:
    """In the unit of work of the cursor that counts them."""
    db.executemany(_PUT, ((*feed, row.pub_seq, row.key, row.body) for row in rows))


def waiting_bodies(
    db: sqlite3.Connection, feed: Feed, keys: Iterable[str]
) -> dict[str, bytes | None]:
    """The newest publication that waits under each of these keys, None for a tombstone; keys under
    which nothing waits are left out."""
    found = ((key, db.execute(_NEWEST, (*feed, key)).fetchone()) for key in keys)
    return {key: row[0] for key, row in found if row is not None}


def waiting_rows(
    db: sqlite3.Connection, feed: Feed, through: int, limit: int = _ALL
) -> tuple[FeedRow, ...]:
    """What waits of a feed up to a publication, in its order."""
    return tuple(FeedRow(*row) for row in db.execute(_THROUGH, (*feed, through, limit)))


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
