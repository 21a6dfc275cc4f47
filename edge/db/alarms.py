"""Alarms as rows: what people must see."""

import sqlite3
from uuid import UUID

import msgspec

from sync.protocol.poslog import AlarmKind

ALARMS_LISTED_MAX = 100

_INSERT = "INSERT INTO alarm (alarm_id, kind, subject, detail, raised_at_ms) VALUES (?, ?, ?, ?, ?)"
_SAME = (
    "SELECT alarm_id FROM alarm WHERE kind = ? AND subject = ? AND raised_at_ms > ?"
    " ORDER BY raised_at_ms DESC LIMIT 1"
)
_LIST = (
    "SELECT alarm_id, kind, subject, detail, raised_at_ms FROM alarm"
    " ORDER BY raised_at_ms DESC, alarm_id LIMIT ?"
)


class Alarm(msgspec.Struct, frozen=True):
    """Something that should not happen did; ``subject`` is the id it is about."""

    alarm_id: UUID
    kind: AlarmKind
    subject: str
    detail: str
    raised_at_ms: int


def find_alarm_since(
    db: sqlite3.Connection, kind: AlarmKind, subject: str, after_ms: int
) -> UUID | None:
    """The newest alarm of this kind about this subject, raised after ``after_ms``."""
    row = db.execute(_SAME, (kind.value, subject, after_ms)).fetchone()
    return None if row is None else UUID(bytes=row[0])


def insert_alarm(db: sqlite3.Connection, alarm: Alarm) -> None:
    """A row of its own."""
    values = (alarm.kind.value, alarm.subject, alarm.detail, alarm.raised_at_ms)
    db.execute(_INSERT, (alarm.alarm_id.bytes, *values))


def list_alarms(db: sqlite3.Connection, limit: int = ALARMS_LISTED_MAX) -> tuple[Alarm, ...]:
    """The newest first."""
    rows = db.execute(_LIST, (min(limit, ALARMS_LISTED_MAX),)).fetchall()
    return tuple(
        Alarm(UUID(bytes=row[0]), AlarmKind(row[1]), row[2], row[3], row[4]) for row in rows
    )
