"""Raise an alarm: a row that people see here, and an event that head office sees.

One stands for a cause at a time: what happens again while nobody has cleared it is counted on the
row and makes no further event. So a workstation that goes wrong, or somebody who plays with one, is
one alarm however often it happens.
"""

import sqlite3
from uuid import UUID

from edge.db.alarms import Alarm, count_again, find_standing, insert_alarm
from edge.db.journal import append
from edge.db.store import read_enrolment
from sync.engine.journal import Moment
from sync.protocol.facts import AlarmKind, AlarmRaised
from sync.protocol.identity import EventId, WorkstationId


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
    """The alarm's id: ``alarm_id``, or that of the alarm that stands already of this kind, at this
    workstation or (None) of the box itself. A box that belongs to no store keeps the row alone."""
    cause = workstation_id or ""
    standing = find_standing(db, kind.value, cause)
    if standing is not None:
        if standing.alarm_id != alarm_id:  # the same unit may run again
            count_again(db, standing.alarm_id, subject, detail, moment.wall_ms)
        return standing.alarm_id
    at_ms = moment.wall_ms
    insert_alarm(db, Alarm(alarm_id, kind.value, cause, subject, detail, at_ms, at_ms))
    if read_enrolment(db) is not None:
        fact = AlarmRaised(alarm_id, kind, subject, detail, workstation_id)
        append(db, fact, EventId(alarm_id), moment)
    return alarm_id
