"""How far snapshots were loaded (``edge/usecases/feed/load_snapshot.py``)."""

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from edge.db.reference import Feed
from sync.protocol.codec import decode, encode
from sync.protocol.reference import FeedRow
from sync.protocol.snapshot import Snapshot

_GET = (
    "SELECT snapshot, done, rows, set_hash FROM snapshot_load WHERE data_set = ? AND scope = ?"
    " AND snapshot IS NOT NULL"
)
_PUT = (
    "INSERT OR REPLACE INTO snapshot_load (data_set, scope, head, snapshot, done, rows, set_hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_GO_ON = (
    "UPDATE snapshot_load SET done = ?, rows = ?, set_hash = ? WHERE data_set = ? AND scope = ?"
)
_END = "UPDATE snapshot_load SET snapshot = NULL WHERE data_set = ? AND scope = ?"
_DROP = "DELETE FROM snapshot_load WHERE data_set = ? AND scope = ?"
_HEAD = "SELECT head FROM snapshot_load WHERE data_set = ? AND scope = ?"
_DROP_ENDED = "DELETE FROM snapshot_load WHERE snapshot IS NULL"
_RANGE = (
    "SELECT pub_seq, key, body FROM reference_row WHERE data_set = ? AND scope = ?"
    " AND key > ? AND (? OR key <= ?) ORDER BY key"
)
_MARK_STALE = "UPDATE reference_row SET pub_seq = -1 WHERE data_set = ? AND scope = ? AND key = ?"


class Progress(NamedTuple):
    """``rows`` and ``set_hash``: of the parts that were taken."""

    snapshot: Snapshot
    done: int
    rows: int
    set_hash: bytes


def read_load(db: sqlite3.Connection, feed: Feed) -> Progress | None:
    """The load that was begun and is not whole."""
    row = db.execute(_GET, feed).fetchone()
    return None if row is None else Progress(decode(Snapshot, row[0]), *row[1:])


def begin_load(db: sqlite3.Connection, feed: Feed, progress: Progress) -> None:
    """In place of an earlier one."""
    snapshot = progress.snapshot
    db.execute(_PUT, (*feed, snapshot.head, encode(snapshot), *progress[1:]))


def go_on(db: sqlite3.Connection, feed: Feed, progress: Progress) -> None:
    """In the unit of work of the part's rows."""
    db.execute(_GO_ON, (*progress[1:], *feed))


def end_load(db: sqlite3.Connection, feed: Feed) -> None:
    """It is whole. That its set is of one head stays known until that head is in force: what lies
    before it came without its history."""
    db.execute(_END, feed)


def drop_load(db: sqlite3.Connection, feed: Feed) -> None:
    """It was given up."""
    db.execute(_DROP, feed)


def are_behind(db: sqlite3.Connection, through: Mapping[Feed, int]) -> bool:
    """Whether a set was loaded as of a later head than one of these."""
    found = ((db.execute(_HEAD, feed).fetchone(), seq) for feed, seq in through.items())
    return any(row is not None and row[0] > seq for row, seq in found)


def drop_ended(db: sqlite3.Connection) -> None:
    """What was loaded is in force."""
    db.execute(_DROP_ENDED)


def rows_between(
    db: sqlite3.Connection, feed: Feed, behind: str, through: str | None
) -> list[FeedRow]:
    """Rows in use with keys behind one and not behind another (None: to the end), by key; stale
    ones have STALE as their pub_seq, which no published row has."""
    asked = (*feed, behind, through is None, through)
    return [FeedRow(*row) for row in db.execute(_RANGE, asked)]


def mark_stale(db: sqlite3.Connection, feed: Feed, keys: list[str]) -> None:
    """They stay in use until the set is in force that has them no more."""
    db.executemany(_MARK_STALE, [(*feed, key) for key in keys])
