"""What head office published, as rows: feeds, cursors, and each row as it came.

A feed that is loaded anew keeps its old rows in use: they are marked *stale* (``pub_seq`` -1, in no
hash) until the new load has reached the feed's head; what is still stale then is taken away.
A row that this version cannot take stands here too, *aside*, with the reason.
"""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sync.protocol.feeds import ROWS, SHARED, Scope
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
    "SELECT pub_seq, key, body FROM reference_row"
    " WHERE data_set = ? AND scope = ? AND key = ? AND pub_seq >= 0"
)
_PUT = (
    "INSERT OR REPLACE INTO reference_row (data_set, scope, key, pub_seq, body, aside)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_STALE_BODY = (
    "SELECT body FROM reference_row WHERE data_set = ? AND scope = ? AND key = ? AND pub_seq < 0"
)
_ASIDE = (
    "SELECT data_set, scope, key, pub_seq, body, aside"
    " FROM reference_row INDEXED BY ix_reference_row_aside WHERE aside IS NOT NULL"
    " AND (data_set, scope, key) > (?, ?, ?) ORDER BY data_set, scope, key LIMIT ?"
)
_COUNT_ASIDE = (
    "SELECT count(*) FROM reference_row INDEXED BY ix_reference_row_aside WHERE aside IS NOT NULL"
)
_SET_ASIDE = "UPDATE reference_row SET aside = ? WHERE data_set = ? AND scope = ? AND key = ?"
_DROP = "DELETE FROM reference_row WHERE data_set = ? AND scope = ? AND key = ?"
_DROP_WAITING = "DELETE FROM waiting_row WHERE data_set = ? AND scope = ?"
_DROP_LOAD = "DELETE FROM snapshot_load WHERE data_set = ? AND scope = ?"
_MARK_STALE = "UPDATE reference_row SET pub_seq = -1 WHERE data_set = ? AND scope = ?"
_STALE = (
    "SELECT key FROM reference_row INDEXED BY ix_reference_row_stale"
    " WHERE data_set = ? AND scope = ? AND pub_seq < 0 LIMIT ?"
)
_NEXT_STALE = (
    "SELECT data_set, scope FROM reference_row INDEXED BY ix_reference_row_stale"
    " WHERE pub_seq < 0 AND (data_set, scope) > (?, ?) ORDER BY data_set, scope LIMIT 1"
)
_COUNT_STALE = (
    "SELECT count(*) FROM reference_row INDEXED BY ix_reference_row_stale"
    " WHERE data_set = ? AND scope = ? AND pub_seq < 0"
)
_STALE_KEYS = (
    "SELECT key FROM reference_row INDEXED BY ix_reference_row_stale"
    " WHERE data_set = ? AND scope = ? AND pub_seq < 0 AND key > ? ORDER BY key LIMIT ?"
)
_COUNT_KEYS = "SELECT count(*) FROM reference_row WHERE data_set = ? AND scope = ?"
_KEYS = (
    "SELECT key FROM reference_row WHERE data_set = ? AND scope = ? AND key > ?"
    " ORDER BY key LIMIT ?"
)
_NEXT_SCOPE = (
    "SELECT scope FROM reference_row WHERE data_set = ? AND scope > ? ORDER BY scope LIMIT 1"
)


class Cursor(NamedTuple):
    """How far a feed was taken, and its set's hash there."""

    incarnation: Incarnation
    pub_seq: int
    set_hash: bytes


class Feed(NamedTuple):
    """A feed's name in a store."""

    data_set: DataSet
    scope: str


class PublishedRow(NamedTuple):
    """A row as published; ``aside``: why this version cannot take it, None where it was taken."""

    row: FeedRow
    aside: str | None


class RowAside(NamedTuple):
    """A row that waits for a version that can take it. ``pub_seq`` is STALE while its feed is
    loaded anew."""

    data_set: str
    scope: str
    key: str
    pub_seq: int
    body: bytes
    aside: str


FIRST = ("", "", "")
"""Before the first of all rows aside."""


def read_cursor(db: sqlite3.Connection, feed: Feed) -> Cursor | None:
    """None before the first page, and after ``begin_anew``."""
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


def forget_cursor(db: sqlite3.Connection, feed: Feed) -> None:
    """Forget how far the feed was taken, by pages and by a snapshot; its rows stay in use. What
    waits is gone: the new load brings it again."""
    db.execute(_DROP_CURSOR, feed)
    db.execute(_DROP_WAITING, feed)
    db.execute(_DROP_LOAD, feed)


def begin_anew(db: sqlite3.Connection, feed: Feed) -> None:
    """``forget_cursor``, and its rows stay in use as stale ones: they count nowhere."""
    forget_cursor(db, feed)
    db.execute(_MARK_STALE, feed)


def live_rows(db: sqlite3.Connection, feed: Feed, keys: Iterable[str]) -> dict[str, FeedRow]:
    """What the set holds under these keys, stale rows left out. Each key is asked for by itself: a
    list in JSON would cut a key that somebody gave a NUL."""
    found = (db.execute(_LIVE, (*feed, key)).fetchone() for key in keys)
    return {row[1]: FeedRow(*row) for row in found if row is not None}


def live_bodies(db: sqlite3.Connection, feed: Feed, keys: Iterable[str]) -> dict[str, bytes | None]:
    """Their bodies alone."""
    return {key: row.body for key, row in live_rows(db, feed, keys).items()}


def stale_bodies(db: sqlite3.Connection, feed: Feed, keys: Iterable[str]) -> dict[str, bytes]:
    """What is still in use under these keys while the feed is loaded anew."""
    found = ((key, db.execute(_STALE_BODY, (*feed, key)).fetchone()) for key in keys)
    return {key: row[0] for key, row in found if row is not None}


def write_rows(db: sqlite3.Connection, feed: Feed, rows: Iterable[PublishedRow]) -> None:
    """Rows as published; a tombstone takes its row away."""
    live, gone = [], []
    for row, aside in rows:
        if row.body is None:
            gone.append((*feed, row.key))
        else:
            live.append((*feed, row.key, row.pub_seq, row.body, aside))
    db.executemany(_PUT, live)
    db.executemany(_DROP, gone)


def rows_aside(
    db: sqlite3.Connection, limit: int, after: tuple[str, str, str] = FIRST
) -> tuple[RowAside, ...]:
    """Rows that this version could not take, by (data set, scope, key)."""
    return tuple(RowAside._make(row) for row in db.execute(_ASIDE, (*after, limit)))


def count_aside(db: sqlite3.Connection) -> int:
    """How many there are."""
    count: int = db.execute(_COUNT_ASIDE).fetchone()[0]
    return count


def mark_rows(
    db: sqlite3.Connection, rows: Iterable[RowAside], reasons: Iterable[str | None]
) -> None:
    """Rows that were tried again: the reason that holds now, None where they were taken."""
    db.executemany(
        _SET_ASIDE,
        [(why, row.data_set, row.scope, row.key) for row, why in zip(rows, reasons, strict=True)],
    )


def stale_keys(db: sqlite3.Connection, feed: Feed) -> tuple[str, ...]:
    """Some keys that no publication of the new load has named, at most STALE_PAGE_ROWS."""
    return tuple(row[0] for row in db.execute(_STALE, (*feed, STALE_PAGE_ROWS)))


def drop_rows(db: sqlite3.Connection, feed: Feed, keys: Iterable[str]) -> None:
    """Rows that are no more."""
    db.executemany(_DROP, [(*feed, key) for key in keys])


def stale_feeds(db: sqlite3.Connection) -> tuple[Feed, ...]:
    """Feeds of which stale rows are left; each is looked up by itself: there may be many rows."""
    found: list[Feed] = []
    after = ("", "")
    while row := db.execute(_NEXT_STALE, after).fetchone():
        after = row
        found.append(Feed(DataSet(row[0]), row[1]))
    return tuple(found)


def scopes_held(db: sqlite3.Connection, data_set: DataSet) -> tuple[str, ...]:
    """Every scope of which rows are here, but the shared one; each is looked up by itself."""
    found: list[str] = []
    while row := db.execute(_NEXT_SCOPE, (data_set, found[-1] if found else "")).fetchone():
        found.append(row[0])
    return tuple(found)


def beside(db: sqlite3.Connection, feed: Feed) -> list[Feed]:
    """The other feeds of a set that is followed in two scopes, of which rows are here: a row may
    have moved there."""
    if ROWS[feed.data_set].scope is not Scope.SHARED_AND_ZONE:
        return []
    if feed.scope != SHARED:
        return [Feed(feed.data_set, SHARED)]
    return [Feed(feed.data_set, scope) for scope in scopes_held(db, feed.data_set)]


def left_behind(db: sqlite3.Connection, feed: Feed) -> list[Feed]:
    """Feeds of the same data set in another scope, of which rows are here: what all stores follow
    is left for none, and leaves none."""
    if feed.scope == SHARED:
        return []
    scopes = scopes_held(db, feed.data_set)
    return [Feed(feed.data_set, scope) for scope in scopes if scope != feed.scope]


def count_leaving(db: sqlite3.Connection, feed: Feed, *, whole: bool) -> int:
    """How many rows are stale, or (``whole``) all of them."""
    count: int = db.execute(_COUNT_KEYS if whole else _COUNT_STALE, feed).fetchone()[0]
    return count


def keys_leaving(
    db: sqlite3.Connection, feed: Feed, behind: str, limit: int, *, whole: bool
) -> tuple[str, ...]:
    """Their keys behind one, in order."""
    found = db.execute(_KEYS if whole else _STALE_KEYS, (*feed, behind, limit))
    return tuple(row[0] for row in found)
