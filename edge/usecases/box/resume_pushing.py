"""Resume pushing: a person has settled what stopped it. If not, the next round stops again and says
so by a new alarm."""

import sqlite3

import msgspec

from edge.db.pushing import read_push_state, write_stopped
from edge.usecases.box.clear_alarm import ClearAlarm, clear_alarm
from sync.engine.journal import Moment
from sync.protocol.identity import EventId


class Resumed(msgspec.Struct, frozen=True):
    """``was_stopped``: why nothing was sent; null where nothing had stopped it."""

    was_stopped: str | None


def resume_pushing(
    db: sqlite3.Connection, request: ClearAlarm, event_id: EventId, moment: Moment
) -> Resumed:
    """The next round pushes again, and the alarm of the stop is cleared with ``request``'s reason.
    Raises what ``clear_alarm`` raises."""
    state = read_push_state(db)
    if state.stopped is None:
        return Resumed(None)
    if state.stop_alarm_id is None:
        write_stopped(db, None)
    else:
        clear_alarm(db, request, state.stop_alarm_id, event_id, moment)
    return Resumed(state.stopped)
