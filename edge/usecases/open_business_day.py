"""Open a business day: its date goes on every later fact, never taken from a clock again."""

import sqlite3
from datetime import date
from uuid import uuid5

from edge.db.days import (
    BusinessDay,
    DayState,
    find_day,
    find_open_day,
    insert_day,
    last_closed_date,
)
from edge.db.operators import require_operator
from edge.db.store import read_settings, today
from edge.domain.day_errors import (
    BusinessDayClosedAlready,
    BusinessDayOpenAlready,
    BusinessDayTooEarly,
)
from edge.usecases.fields import Operator, Request, Told
from sync.engine.journal import Moment, append
from sync.protocol.identity import EventId
from sync.protocol.poslog import BusinessDayOpened, DeviceRecorded


class OpenBusinessDay(Request, frozen=True):
    """``business_date``: today in the store's zone if it is not stated. ``override_reason``: why
    a day earlier than the last closed one is meant."""

    operator_id: Operator
    business_date: date | None = None
    override_reason: Told | None = None


def open_business_day(
    db: sqlite3.Connection, request: OpenBusinessDay, event_id: EventId, moment: Moment
) -> BusinessDay:
    """The open day. Opening the day that is open already changes nothing and gives it again.

    Raises UnknownOperator, InactiveOperator, SettingsMissing, BusinessDayOpenAlready,
    BusinessDayClosedAlready, BusinessDayTooEarly, NotEnrolled.
    """
    settings = read_settings(db)
    require_operator(db, request.operator_id)
    business_date = request.business_date or today(settings, moment.wall_ms)
    current = find_open_day(db)
    if current is not None and current.business_date == business_date:
        return current
    if current is not None:
        raise BusinessDayOpenAlready(current.business_date)
    if find_day(db, business_date) is not None:
        raise BusinessDayClosedAlready(business_date)
    _refuse_too_early(db, request, business_date, event_id, moment)
    fact = BusinessDayOpened(business_date, request.operator_id, settings.zone)
    seq = append(db, fact, event_id, moment).envelope.seq
    day = BusinessDay(business_date, DayState.OPEN, request.operator_id, moment.wall_ms, seq)
    insert_day(db, day)
    return day


def _refuse_too_early(
    db: sqlite3.Connection,
    request: OpenBusinessDay,
    business_date: date,
    event_id: EventId,
    moment: Moment,
) -> None:
    """Opening a day earlier than the last closed one needs a reason, which is recorded before it
    (protocol.md, Time)."""
    last_closed = last_closed_date(db)
    if last_closed is None or business_date > last_closed:
        return
    if request.override_reason is None:
        raise BusinessDayTooEarly(business_date, last_closed)
    detail = (
        f"{request.operator_id} opens {business_date}, earlier than {last_closed}: "
        f"{request.override_reason}"
    )
    append(
        db,
        DeviceRecorded("override", detail, ""),
        EventId(uuid5(event_id, "override")),
        moment,
    )
