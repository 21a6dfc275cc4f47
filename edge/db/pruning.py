"""Which of the journal's rows need not be kept any more, and taking them away.

Theory. Head office may be put back to its past and ask for rows again, so what it acknowledged is
kept for a time; when that was is known by a mark a day (``acknowledged_mark``). What goes goes from
an epoch's beginning: the chain then starts at ``pruned_through`` with the hash that it had there,
which is all that is needed to hold the rest, and any acknowledgement, against it. What is not
acknowledged never goes, nor what the account of a day may still be counted from: the rows from the
opening on of the day that is open, and of the last ones, which may be opened again. A day that is
compared is counted by place (spans.py): where events of tills and of stock stood stays.
"""

import sqlite3
from typing import NamedTuple

from edge.db.epoch_totals import WITHOUT_RECEIPT
from edge.db.epochs import HeldEpoch
from sync.protocol.change import HASH_BYTES, Epoch

_MARK = (
    "INSERT INTO acknowledged_mark (epoch_number, epoch_fingerprint, at_ms, through)"
    " VALUES (?, ?, ?, ?)"
)
_NEWEST_MARK = (
    "SELECT at_ms, through FROM acknowledged_mark"
    " WHERE epoch_number = ? AND epoch_fingerprint = ? ORDER BY at_ms DESC LIMIT 1"
)
_MARKED_BEFORE = (
    "SELECT max(through) FROM acknowledged_mark"
    " WHERE epoch_number = ? AND epoch_fingerprint = ? AND at_ms <= ?"
)
_FORGET_MARKS = (
    "DELETE FROM acknowledged_mark WHERE epoch_number = ? AND epoch_fingerprint = ?"
    " AND (through <= ? OR through > ? OR at_ms > ?)"
)
_LAST_DAYS = (
    "SELECT first_opened_no, first_seq FROM business_day WHERE state = 'open'"
    " OR business_date = (SELECT max(business_date) FROM business_day)"
    " OR (closed_opened_no, closed_seq) = (SELECT closed_opened_no, closed_seq FROM business_day"
    " ORDER BY closed_opened_no DESC NULLS LAST, closed_seq DESC LIMIT 1)"
    " ORDER BY first_opened_no, first_seq LIMIT 1"
)
_LAST_ROW = (
    "SELECT seq, hash FROM journal WHERE epoch_number = ? AND epoch_fingerprint = ?"
    " AND seq > ? AND seq <= ? ORDER BY seq DESC LIMIT 1"
)
_PLACE = (
    "INSERT OR IGNORE INTO placed_event"  # noqa: S608 - constants
    " (epoch_number, epoch_fingerprint, seq, event_id, kind,"
    " kind_version, body) SELECT epoch_number, epoch_fingerprint, seq, event_id, kind,"
    " kind_version, body FROM journal WHERE epoch_number = ? AND epoch_fingerprint = ?"
    f" AND seq <= ? AND kind IN ({WITHOUT_RECEIPT})"
)
_DELETE = "DELETE FROM journal WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq <= ?"
_PRUNED = (
    "UPDATE journal_head SET pruned_through = ?, pruned_hash = ?"
    " WHERE epoch_number = ? AND epoch_fingerprint = ?"
)
_FORGET_BEYOND = (
    "DELETE FROM acknowledged_mark WHERE epoch_number = ? AND epoch_fingerprint = ? AND through > ?"
)
_PAGES = ("PRAGMA freelist_count", "PRAGMA page_size")


class Mark(NamedTuple):
    """How far head office had an epoch, and when (UTC ms)."""

    at_ms: int
    through: int


def newest_mark(db: sqlite3.Connection, epoch: Epoch) -> Mark | None:
    """The last that was made of an epoch."""
    row = db.execute(_NEWEST_MARK, (epoch.number, epoch.fingerprint)).fetchone()
    return None if row is None else Mark(*row)


def mark_acknowledged(db: sqlite3.Connection, held: HeldEpoch, now_ms: int) -> None:
    """An epoch stands at this moment as it is held; what marks say of a later moment, of more than
    that, or of rows that are gone is forgotten."""
    name, through = (held.epoch.number, held.epoch.fingerprint), held.acknowledged_through
    db.execute(_FORGET_MARKS, (*name, held.pruned_through, through, now_ms - 1))
    db.execute(_MARK, (*name, now_ms, through))


def forget_marks_beyond(db: sqlite3.Connection, epoch: Epoch, through: int) -> None:
    """Head office lost what came after: when it has that again, its time begins anew."""
    db.execute(_FORGET_BEYOND, (epoch.number, epoch.fingerprint, through))


def acknowledged_before(db: sqlite3.Connection, held: HeldEpoch, before_ms: int) -> int:
    """Through where head office had an epoch at ``before_ms``, and has it still; 0: not known."""
    name = (held.epoch.number, held.epoch.fingerprint)
    through: int | None = db.execute(_MARKED_BEFORE, (*name, before_ms)).fetchone()[0]
    return min(through or 0, held.acknowledged_through)


def first_needed(db: sqlite3.Connection, held: HeldEpoch) -> int:
    """The first sequence of an epoch that a day's account may still be counted from; beyond its
    end where no such day has anything there."""
    beyond = held.head.seq + 1
    row = db.execute(_LAST_DAYS).fetchone()
    if row is None or held.opened_no < row[0]:
        return beyond
    return min(int(row[1]), beyond) if held.opened_no == row[0] else 0


def prune_rows(db: sqlite3.Connection, held: HeldEpoch, through: int, rows_max: int) -> int:
    """Take away an epoch's oldest rows, none beyond ``through``; through where they are gone now.
    What is kept of them is the hash of the last: where no row that has one stands within
    ``rows_max``, nothing goes."""
    name, after = (held.epoch.number, held.epoch.fingerprint), held.pruned_through
    row = db.execute(_LAST_ROW, (*name, after, min(through, after + rows_max))).fetchone()
    if row is None or not isinstance(row[1], bytes) or len(row[1]) != HASH_BYTES:
        return after
    db.execute(_PLACE, (*name, row[0]))
    db.execute(_DELETE, (*name, row[0]))
    db.execute(_PRUNED, (row[0], row[1], *name))
    return int(row[0])


def free_bytes_within(db: sqlite3.Connection) -> int:
    """Of the file's pages, those that are used for nothing: what is written next goes there."""
    pages, size = (db.execute(asking).fetchone()[0] for asking in _PAGES)
    return int(pages * size)
