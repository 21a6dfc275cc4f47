"""Alarms as rows: what people must see, one for each cause at a time, until somebody clears it."""

import sqlite3
from typing import Any
from uuid import UUID

import msgspec

ALARMS_LISTED_MAX = 100

_COLUMNS = (
    "alarm_id, kind, cause, subject, detail, raised_at_ms, last_at_ms, times, cleared_at_ms,"
    " cleared_by, cleared_reason"
)
_INSERT = (
    "INSERT INTO alarm (alarm_id, kind, cause, subject, detail, raised_at_ms, last_at_ms, times)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_STANDING = (
    f"SELECT {_COLUMNS} FROM alarm"  # noqa: S608 - constant
    " WHERE kind = ? AND cause = ? AND cleared_at_ms IS NULL"
)
_FIND = f"SELECT {_COLUMNS} FROM alarm WHERE alarm_id = ?"  # noqa: S608 - constant
_AGAIN = (
    "UPDATE alarm SET subject = ?, detail = ?, last_at_ms = ?, times = times + 1 WHERE alarm_id = ?"
)
_CLEAR = "UPDATE alarm SET cleared_at_ms = ?, cleared_by = ?, cleared_reason = ? WHERE alarm_id = ?"
_CLEARED = "SELECT subject FROM alarm WHERE kind = ? AND cleared_by <> ?"
_LIST = (
    f"SELECT {_COLUMNS} FROM alarm"  # noqa: S608 - constant
    " WHERE cleared_at_ms IS NULL ORDER BY last_at_ms DESC, alarm_id LIMIT ?"
)


class Alarm(msgspec.Struct, frozen=True):
    """Something that should not happen did. ``cause``: who or what is behind it, "" for the box
    itself; ``subject``: the id it is about, the latest one's as ``detail`` is; ``times``: how often
    since ``raised_at_ms``. The last three are None while it stands."""

    alarm_id: UUID
    kind: str
    cause: str
    subject: str
    detail: str
    raised_at_ms: int
    last_at_ms: int
    times: int = 1
    cleared_at_ms: int | None = None
    cleared_by: str | None = None
    cleared_reason: str | None = None


def find_standing(db: sqlite3.Connection, kind: str, cause: str) -> Alarm | None:
    """The alarm of this cause that nobody has cleared."""
    return _alarm(db.execute(_STANDING, (kind, cause)).fetchone())


def find_alarm(db: sqlite3.Connection, alarm_id: UUID) -> Alarm | None:
    """By its id, cleared or not."""
    return _alarm(db.execute(_FIND, (alarm_id.bytes,)).fetchone())


def insert_alarm(db: sqlite3.Connection, alarm: Alarm) -> None:
    """A row of its own."""
    values = (alarm.kind, alarm.cause, alarm.subject, alarm.detail)
    times = (alarm.raised_at_ms, alarm.last_at_ms, alarm.times)
    db.execute(_INSERT, (alarm.alarm_id.bytes, *values, *times))


def count_again(
    db: sqlite3.Connection, alarm_id: UUID, subject: str, detail: str, at_ms: int
) -> None:
    """It happened once more."""
    db.execute(_AGAIN, (subject, detail, at_ms, alarm_id.bytes))


def mark_cleared(db: sqlite3.Connection, alarm_id: UUID, by: str, reason: str, at_ms: int) -> None:
    """It no longer stands; the row stays."""
    db.execute(_CLEAR, (at_ms, by, reason, alarm_id.bytes))


def subjects_cleared(db: sqlite3.Connection, kind: str, but_by: str) -> frozenset[str]:
    """Each word of what alarms of a kind were about that were cleared by anybody else."""
    rows = db.execute(_CLEARED, (kind, but_by))
    return frozenset(word for row in rows for word in row[0].split())


def list_alarms(db: sqlite3.Connection, limit: int = ALARMS_LISTED_MAX) -> tuple[Alarm, ...]:
    """Those that stand, the latest first."""
    rows = db.execute(_LIST, (min(limit, ALARMS_LISTED_MAX),)).fetchall()
    return tuple(alarm for row in rows if (alarm := _alarm(row)) is not None)


def _alarm(row: tuple[Any, ...] | None) -> Alarm | None:
    return None if row is None else Alarm(UUID(bytes=row[0]), *row[1:])
