"""Business days as rows: at most one is open at a time."""

import sqlite3
from datetime import date
from typing import Any

import msgspec

from edge.domain.business_day import DayState
from sync.protocol.identity import OperatorId

_COLUMNS = (
    "business_date, state, opened_by, opened_at_ms, first_seq, first_opened_no, closed_by,"
    " closed_at_ms, closed_seq, closed_opened_no"
)
_OPEN = f"SELECT {_COLUMNS} FROM business_day WHERE state = 'open'"  # noqa: S608 - constant
_FIND = f"SELECT {_COLUMNS} FROM business_day WHERE business_date = ?"  # noqa: S608 - constant
_RECEIPTS = "SELECT count(*) FROM sale WHERE business_date = ? AND NOT training"
_TRADED = (
    "(EXISTS (SELECT 1 FROM sale s WHERE s.business_date = d.business_date)"
    " OR EXISTS (SELECT 1 FROM till_session t WHERE t.business_date = d.business_date)"
    " OR EXISTS (SELECT 1 FROM stock_movement m WHERE m.business_date = d.business_date"
    " AND m.kind NOT IN ('sale', 'return')))"
)
_LAST_CLOSED = f"SELECT max(business_date) FROM business_day d WHERE state = 'closed' AND {_TRADED}"  # noqa: S608 - constant
_REOPENABLE = (
    "SELECT business_date FROM business_day d WHERE state = 'closed' AND"  # noqa: S608 - constant
    " ((closed_opened_no, closed_seq) = (SELECT closed_opened_no, closed_seq FROM business_day"
    " ORDER BY closed_opened_no DESC NULLS LAST, closed_seq DESC LIMIT 1) OR business_date ="
    f" (SELECT max(business_date) FROM business_day WHERE state = 'closed') OR NOT {_TRADED})"
    " AND business_date = ?"
)
_REOPEN = (
    "UPDATE business_day SET state = 'open', closed_by = NULL, closed_at_ms = NULL,"
    " closed_seq = NULL, closed_opened_no = NULL, reopened_at_ms = ? WHERE business_date = ?"
)
_TOUCHED = """
SELECT max(d.opened_at_ms, coalesce(d.reopened_at_ms, 0),
    coalesce((SELECT max(s.tendered_at_ms) FROM sale s
        WHERE s.business_date = d.business_date), 0),
    coalesce((SELECT max(max(t.opened_at_ms, coalesce(t.settled_at_ms, 0))) FROM till_session t
        WHERE t.business_date = d.business_date), 0),
    coalesce((SELECT max(c.moved_at_ms) FROM cash_moved c
        WHERE c.business_date = d.business_date), 0))
FROM business_day d WHERE d.business_date = ?
"""
_BEFORE = "SELECT max(business_date) FROM business_day WHERE business_date < ?"
_AFTER = "SELECT min(business_date) FROM business_day WHERE business_date > ?"
_NEWEST = "SELECT max(business_date) FROM business_day"
_INSERT = (
    "INSERT INTO business_day (business_date, state, opened_by, opened_at_ms, first_seq,"
    " first_opened_no) VALUES (?, 'open', ?, ?, ?, ?)"
)
_CLOSE = (
    "UPDATE business_day SET state = 'closed', closed_by = ?, closed_at_ms = ?, closed_seq = ?,"
    " closed_opened_no = (SELECT opened_no FROM journal_head WHERE current = 1)"
    " WHERE business_date = ?"
)


class BusinessDay(msgspec.Struct, frozen=True):
    """A day's record. ``first_seq`` and ``closed_seq``: sequences of its two events, each in the
    epoch of this box with that ``opened_no`` (edge/db/epochs.py)."""

    business_date: date
    state: DayState
    opened_by: OperatorId
    opened_at_ms: int
    first_seq: int
    first_opened_no: int
    closed_by: OperatorId | None = None
    closed_at_ms: int | None = None
    closed_seq: int | None = None
    closed_opened_no: int | None = None


def count_receipts(db: sqlite3.Connection, business_date: date) -> int:
    """How many receipts a day has, training left out."""
    counted: int = db.execute(_RECEIPTS, (business_date.isoformat(),)).fetchone()[0]
    return counted


def find_open_day(db: sqlite3.Connection) -> BusinessDay | None:
    """The open day, if one is."""
    return _day(db.execute(_OPEN).fetchone())


def find_day(db: sqlite3.Connection, business_date: date) -> BusinessDay | None:
    """The day of this date, if it was ever opened."""
    return _day(db.execute(_FIND, (business_date.isoformat(),)).fetchone())


def last_closed_date(db: sqlite3.Connection) -> date | None:
    """The latest date that was closed with anything in it: a day that was opened by mistake and
    closed empty keeps no other from opening."""
    return _date(db.execute(_LAST_CLOSED).fetchone()[0])


def newest_date(db: sqlite3.Connection) -> date | None:
    """The latest date that was ever opened."""
    return _date(db.execute(_NEWEST).fetchone()[0])


def dates_beside(db: sqlite3.Connection, business_date: date) -> tuple[date | None, date | None]:
    """The dates that were opened next before and after this one."""
    key = (business_date.isoformat(),)
    return _date(db.execute(_BEFORE, key).fetchone()[0]), _date(
        db.execute(_AFTER, key).fetchone()[0]
    )


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def insert_day(db: sqlite3.Connection, day: BusinessDay) -> None:
    """A day that was just opened."""
    values = (day.business_date.isoformat(), day.opened_by, day.opened_at_ms)
    db.execute(_INSERT, (*values, day.first_seq, day.first_opened_no))


def mark_closed(
    db: sqlite3.Connection, business_date: date, closed_by: OperatorId, at_ms: int, seq: int
) -> None:
    """``seq``: the closing event's."""
    db.execute(_CLOSE, (closed_by, at_ms, seq, business_date.isoformat()))


def can_reopen(db: sqlite3.Connection, business_date: date) -> bool:
    """Whether a closed day is the one that was closed last, the latest, or has nothing in it: no
    other day's figures stand on its being closed."""
    return db.execute(_REOPENABLE, (business_date.isoformat(),)).fetchone() is not None


def mark_reopened(db: sqlite3.Connection, business_date: date, at_ms: int) -> None:
    """As if it had never been closed; its first event stays the first."""
    db.execute(_REOPEN, (at_ms, business_date.isoformat()))


def touched_at_ms(db: sqlite3.Connection, business_date: date) -> int:
    """When something was done on the day last: it was opened or opened again, something was sold, a
    till was opened or settled, cash moved. 0 for a day that was never opened."""
    row = db.execute(_TOUCHED, (business_date.isoformat(),)).fetchone()
    return 0 if row is None else int(row[0])


def _day(row: tuple[Any, ...] | None) -> BusinessDay | None:
    if row is None:
        return None
    return msgspec.convert(dict(zip(BusinessDay.__struct_fields__, row, strict=True)), BusinessDay)
