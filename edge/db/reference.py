"""What head office published, as rows: feeds, cursors, and each row as it came.

A feed that is loaded anew keeps its old rows in use: they are marked *stale* (``pub_seq`` -1, in no
hash) until the new load has reached the feed's head; what is still stale then is taken away.
"""

import json
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sync.protocol.identity import Incarnation
from sync.protocol.reference import DataSet, FeedRow

STALE = -1
STALE_PAGE_ROWS = 1_000

_CURSOR = "SELECT incarnation, pub_seq, set_hash FROM feed_cursor WHERE data_set = ? AND scope = ?"
_CURSORS = "SELECT data_set, scope, incarnation, pub_seq, set_hash FROM feed_cursor"
_PUT_CURSOR = (
    "INSERT OR REPLACE INTO feed_cursor (data_set, scope, incarnation, pub_seq, set_hash)"
    " VALUES (?, ?, ?, ?, ?)"
)
_DROP_CURSOR = "DELETE FROM feed_cursor WHERE data_set = ? AND scope = ?"
_LIVE = (
    "SELECT key, body FROM reference_row WHERE data_set = ? AND scope = ?"
    " AND key IN (SELECT value FROM json_each(?)) AND pub_seq >= 0"
)
_PUT = (
    "INSERT OR REPLACE INTO reference_row (data_set, scope, key, pub_seq, body)"
    " VALUES (?, ?, ?, ?, ?)"
)
_DROP = "DELETE FROM reference_row WHERE data_set = ? AND scope = ? AND key = ?"
_MARK_STALE = "UPDATE reference_row SET pub_seq = -1 WHERE data_set = ? AND scope = ?"
_STALE = (
    "SELECT key FROM reference_row INDEXED BY ix_reference_row_stale"
    " WHERE data_set = ? AND scope = ? AND pub_seq < 0 LIMIT ?"
)
_OTHER_SCOPES = "SELECT scope FROM feed_cursor WHERE data_set = :data_set AND scope <> :scope"


class Cursor(NamedTuple):
    """How far a feed was taken, and its set's hash there."""

    incarnation: Incarnation
    pub_seq: int
    set_hash: bytes


class Feed(NamedTuple):
    """A feed's name in a store."""

    data_set: DataSet
    scope: str


def read_cursor(db: sqlite3.Connection, feed: Feed) -> Cursor | None:
    """None before the first page, and after ``drop_cursor``."""
    row = db.execute(_CURSOR, feed).fetchone()
    return None if row is None else Cursor(Incarnation(UUID(bytes=row[0])), row[1], row[2])


def read_cursors(db: sqlite3.Connection) -> dict[Feed, Cursor]:
    """Every feed that was begun."""
    return {
        Feed(DataSet(row[0]), row[1]): Cursor(Incarnation(UUID(bytes=row[2])), row[3], row[4])
        for row in db.execute(_CURSORS)
    }


def write_cursor(db: sqlite3.Connection, feed: Feed, cursor: Cursor) -> None:
    """In the unit of work of the rows that it counts."""
    db.execute(_PUT_CURSOR, (*feed, cursor.incarnation.bytes, cursor.pub_seq, cursor.set_hash))


def begin_anew(db: sqlite3.Connection, feed: Feed) -> None:
    """Forget how far the feed was taken; its rows stay in use as stale ones."""
    db.execute(_DROP_CURSOR, feed)
    db.execute(_MARK_STALE, feed)


def live_bodies(db: sqlite3.Connection, feed: Feed, keys: Iterable[str]) -> dict[str, bytes]:
    """What the set holds under these keys, stale rows left out."""
    return dict(db.execute(_LIVE, (*feed, json.dumps(sorted(keys)))))


def write_rows(db: sqlite3.Connection, feed: Feed, rows: Iterable[FeedRow]) -> None:
    """Rows as published; a tombstone takes its row away."""
    live, gone = [], []
    for row in rows:
        if row.body is None:
            gone.append((*feed, row.key))
        else:
            live.append((*feed, row.key, row.pub_seq, row.body))
    db.executemany(_PUT, live)
    db.executemany(_DROP, gone)


def stale_keys(db: sqlite3.Connection, feed: Feed) -> tuple[str, ...]:
    """Some keys that no publication of the new load has named, at most STALE_PAGE_ROWS."""
    return tuple(row[0] for row in db.execute(_STALE, (*feed, STALE_PAGE_ROWS)))


def drop_rows(db: sqlite3.Connection, feed: Feed, keys: Iterable[str]) -> None:
    """Rows that are no more."""
    db.executemany(_DROP, [(*feed, key) for key in keys])


def other_scopes(db: sqlite3.Connection, feed: Feed) -> tuple[Feed, ...]:
    """Feeds of the same data set that were followed before this one (a store's earlier price
    zone)."""
    rows = db.execute(_OTHER_SCOPES, {"data_set": feed.data_set, "scope": feed.scope})
    return tuple(Feed(feed.data_set, row[0]) for row in rows.fetchall())
