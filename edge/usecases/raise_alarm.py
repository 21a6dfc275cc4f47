"""Raise an alarm: a row that people see here, and an event that head office sees."""

import sqlite3
from uuid import UUID

from edge.db.alarms import Alarm, find_alarm_since, insert_alarm
from edge.db.store import read_enrolment
from sync.engine.journal import Moment, append
from sync.protocol.identity import EventId, WorkstationId
from sync.protocol.poslog import AlarmKind, AlarmRaised

REPEATED_AFTER_MS = 24 * 60 * 60 * 1_000
"""The same alarm about the same subject is raised once in this time."""


def raise_alarm(
    db: sqlite3.Connection,
    kind: AlarmKind,
    subject: str,
    detail: str,
    moment: Moment,
    *,
    alarm_id: UUID,
    workstation_id: WorkstationId | None = None,
) -> UUID:
    """The alarm's id; an earlier one's if the same alarm stands already. A box that belongs to no
    store keeps the row alone."""
    known = find_alarm_since(db, kind, subject, moment.wall_ms - REPEATED_AFTER_MS)
    if known is not None:
        return known
    insert_alarm(db, Alarm(alarm_id, kind, subject, detail, moment.wall_ms))
    if read_enrolment(db) is not None:
        fact = AlarmRaised(alarm_id, kind, subject, detail, workstation_id)
        append(db, fact, EventId(alarm_id), moment)
    return alarm_id
