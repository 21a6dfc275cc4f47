"""A business day that nobody closed closes itself: its open tills are settled as not counted,
people are told, and the next day can be opened. Nothing of it is a guess: what drawers should hold
stands, and that nobody counted them."""

import sqlite3
from datetime import date
from uuid import uuid5

from edge.db.alarms import find_standing
from edge.db.days import find_open_day, touched_at_ms
from edge.db.store import read_settings
from edge.db.tills import TillSession, open_sessions
from edge.domain.box import SettingsMissing
from edge.domain.forgotten_day import NOBODY, believed_ms, is_past, is_quiet
from edge.usecases.box.clear_alarm import ClearAlarm, clear_alarm
from edge.usecases.box.raise_alarm import raise_alarm
from edge.usecases.day.close import CloseBusinessDay, ClosedDay, write_closed
from edge.usecases.till.settle import settle_uncounted
from sync.engine.journal import Moment
from sync.protocol.clock import ClockState
from sync.protocol.facts import AlarmKind
from sync.protocol.identity import EventId

THE_BOX = "the box itself"
DAYS_NAMED_MAX = 20
DETAIL_CHARACTERS_MAX = 1_000


def forgotten_day(db: sqlite3.Connection, after_h: int, moment: Moment) -> date | None:
    """The open day, if it is forgotten ``after_h`` hours past the end of its date."""
    day = find_open_day(db)
    known = moment.known
    now_ms = believed_ms(
        moment.now_ms,
        None if known is None else known.ms,
        exact=known is not None and known.exact,
        jumped=moment.clock_state is ClockState.JUMPED,
    )
    if day is None or now_ms is None:
        return None
    try:
        zone = read_settings(db).zone
    except SettingsMissing:
        return None
    if not is_past(day.business_date, zone, after_h, now_ms):
        return None
    return day.business_date if is_quiet(touched_at_ms(db, day.business_date), now_ms) else None


def close_forgotten_day(
    db: sqlite3.Connection,
    after_h: int,
    event_id: EventId,
    moment: Moment,
    *,
    cancel_suspended: bool,
) -> ClosedDay | None:
    """The day that closed itself; None where none is forgotten, as at each call after the first.
    ``cancel_suspended``: baskets that wait are given up with it. Raises NotEnrolled."""
    business_date = forgotten_day(db, after_h, moment)
    if business_date is None:
        return None
    tills = open_sessions(db, business_date)
    _alarm(db, business_date, _said(business_date, tills), event_id, moment)
    for till in tills:
        settle_uncounted(db, till, EventId(uuid5(event_id, str(till.till_session_id))), moment)
    asked = CloseBusinessDay(NOBODY, cancel_suspended=cancel_suspended)
    return write_closed(db, asked, business_date, event_id, moment)


def _alarm(
    db: sqlite3.Connection, business_date: date, said: str, event_id: EventId, moment: Moment
) -> None:
    """One stands, for every day that was forgotten since somebody looked: another day ends the
    alarm that stands, here and at head office, and makes one that names them all. The same day,
    opened again and forgotten again, is counted on it."""
    kind, day = AlarmKind.DAY_FORGOTTEN, business_date.isoformat()
    standing = find_standing(db, kind.value, "")
    days, told = day, said
    if standing is not None and day not in standing.subject.split():
        joined = ClearAlarm(THE_BOX, f"{day} was forgotten, too: a newer alarm names both")
        clear_alarm(db, joined, standing.alarm_id, EventId(uuid5(event_id, "joined")), moment)
        days = " ".join((*standing.subject.split(), day)[-DAYS_NAMED_MAX:])
        told = f"{standing.detail} {said}"[-DETAIL_CHARACTERS_MAX:]
    elif standing is not None:
        days, told = standing.subject, standing.detail
    raise_alarm(db, kind, days, told, moment, alarm_id=uuid5(event_id, "alarm"))


def _said(business_date: date, tills: tuple[TillSession, ...]) -> str:
    named = ", ".join(f"{one.till_id} (at {one.workstation_id})" for one in tills)
    counted = f"not counted: {named}" if tills else "every till of it was counted before"
    return f"Nobody closed the business day {business_date}: it closed itself; {counted}."
