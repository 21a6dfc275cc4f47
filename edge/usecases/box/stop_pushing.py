"""Stop pushing: head office and this box disagree about the journal. Selling goes on."""

import sqlite3
from uuid import UUID

from edge.db.journal import read_head
from edge.db.pushing import write_stopped
from edge.usecases.box.raise_alarm import raise_alarm
from sync.engine.journal import Moment
from sync.protocol.facts import AlarmKind


def stop_pushing(
    db: sqlite3.Connection,
    reason: str,
    moment: Moment,
    *,
    alarm: AlarmKind | None = None,
    alarm_id: UUID | None = None,
) -> None:
    """Remember why in plain words, and tell people by ``alarm`` (with an id drawn by the caller)
    about the epoch. Twice is once. Clearing that alarm goes on with pushing (clear_alarm.py)."""
    raised = None
    if alarm is not None and alarm_id is not None:
        epoch = str(read_head(db).epoch)
        raised = raise_alarm(db, alarm, epoch, reason, moment, alarm_id=alarm_id)
    write_stopped(db, reason, raised)
