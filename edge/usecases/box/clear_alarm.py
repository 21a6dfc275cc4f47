"""Clear an alarm: somebody looked, and says why it no longer stands. Head office is told as well.

Clearing the alarm of a stop goes on with pushing: if the cause is still there, the next round stops
again and raises an alarm anew.
"""

import sqlite3
from uuid import UUID

from edge.db.alarms import Alarm, find_alarm, mark_cleared
from edge.db.journal import append
from edge.db.pushing import read_push_state, write_stopped
from edge.db.store import read_enrolment
from edge.domain.alarm import AlarmClearedAlready, UnknownAlarm
from edge.domain.fields import Request, Sentence
from sync.engine.journal import Moment
from sync.protocol.facts import AlarmCleared
from sync.protocol.identity import EventId


class ClearAlarm(Request, frozen=True):
    """Who looked (``by``), and why it no longer stands."""

    by: Sentence
    reason: Sentence


def clear_alarm(
    db: sqlite3.Connection, request: ClearAlarm, alarm_id: UUID, event_id: EventId, moment: Moment
) -> Alarm:
    """The alarm as it was. Raises UnknownAlarm, AlarmClearedAlready."""
    alarm = find_alarm(db, alarm_id)
    if alarm is None:
        raise UnknownAlarm(alarm_id)
    if alarm.cleared_by is not None:
        raise AlarmClearedAlready(alarm_id, alarm.cleared_by)
    mark_cleared(db, alarm_id, request.by, request.reason, moment.wall_ms)
    if read_enrolment(db) is not None:
        append(db, AlarmCleared(alarm_id, request.by, request.reason), event_id, moment)
    if read_push_state(db).stop_alarm_id == alarm_id:
        write_stopped(db, None)
    return alarm
