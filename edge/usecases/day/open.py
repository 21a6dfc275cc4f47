"""Open a business day: its date goes on every later fact, never taken from a clock again."""

import sqlite3
from datetime import date
from uuid import UUID

from edge.db.days import (
    BusinessDay,
    find_day,
    find_open_day,
    insert_day,
    last_closed_date,
)
from edge.db.epochs import writing
from edge.db.journal import append
from edge.db.operators import require
from edge.db.store import read_settings, today
from edge.domain.business_day import (
    BUSINESS_DAY,
    BusinessDayFar,
    BusinessDayTooEarly,
    DayEvent,
    KnownToday,
    known_today,
    refuse_far_date,
    refuse_impossible_date,
    refuse_second_open,
)
from edge.domain.fields import Request, Sentence, ShortOperator
from edge.domain.rights import Override
from sync.engine.journal import Moment
from sync.protocol.facts import BusinessDayOpened
from sync.protocol.identity import EventId
from sync.protocol.permissions import Permission
from sync.protocol.states import state_of


class OpenBusinessDay(Request, frozen=True):
    """``business_date``: today in the store's zone if it is not stated. ``override_reason``: why a
    manager means a day that is earlier than the last closed one, or far from today."""

    operator_id: ShortOperator
    business_date: date | None = None
    override_reason: Sentence | None = None
    override_id: UUID | None = None


def open_business_day(
    db: sqlite3.Connection,
    request: OpenBusinessDay,
    event_id: EventId,
    moment: Moment,
    override: Override | None = None,
) -> BusinessDay:
    """The open day. Opening the day that is open already changes nothing and gives it again.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, SettingsMissing,
    BusinessDayOpenAlready, BusinessDayClosedAlready, BusinessDayTooEarly, BusinessDayFar,
    BusinessDayOutOfReach, NotEnrolled.
    """
    settings = read_settings(db)
    business_date = request.business_date or today(settings, moment.now_ms)
    require(db, request.operator_id, Permission.OPEN_DAY, business_date, override)
    current, known = find_open_day(db), find_day(db, business_date)
    refuse_second_open(business_date, None if current is None else current.business_date)
    becomes = BUSINESS_DAY.after(state_of(known), DayEvent.OPENED, business_date)
    if known is not None and known.state is becomes:
        return known
    why = _why_meant(db, request, business_date, moment, override)
    fact = BusinessDayOpened(business_date, request.operator_id, settings.zone, why)
    seq = append(db, fact, event_id, moment).envelope.seq
    place = (seq, writing(db).opened_no)
    day = BusinessDay(business_date, becomes, request.operator_id, moment.wall_ms, *place)
    insert_day(db, day)
    return day


def _why_meant(
    db: sqlite3.Connection,
    request: OpenBusinessDay,
    business_date: date,
    moment: Moment,
    override: Override | None,
) -> str | None:
    """A day that may be a mistake needs a manager's reason, which the fact carries (protocol.md,
    Time); None for a day that needs none."""
    known = _known_today(db, moment)
    refuse_impossible_date(business_date, known)
    try:
        _refuse_too_early(db, business_date)
        refuse_far_date(business_date, known)
    except (BusinessDayTooEarly, BusinessDayFar):
        if request.override_reason is None:
            raise
        require(db, request.operator_id, Permission.REOPEN_DAY, business_date, override)
        return request.override_reason
    return None


def _refuse_too_early(db: sqlite3.Connection, business_date: date) -> None:
    last_closed = last_closed_date(db)
    if last_closed is not None and business_date <= last_closed:
        raise BusinessDayTooEarly(business_date, last_closed)


def _known_today(db: sqlite3.Connection, moment: Moment) -> KnownToday:
    settings, known = read_settings(db), moment.known
    return known_today(
        today(settings, moment.wall_ms),
        None if known is None else today(settings, known.ms),
        exact=known is not None and known.exact,
    )
