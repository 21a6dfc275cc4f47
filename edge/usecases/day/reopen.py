"""Open a business day again that was closed by mistake: a manager says why, and it is recorded. The
day's next close brings a new manifest, which counts from then on."""

import sqlite3
from datetime import date
from uuid import UUID

from edge.db.days import BusinessDay, can_reopen, find_day, find_open_day, mark_reopened
from edge.db.journal import append
from edge.db.operators import require
from edge.domain.business_day import BUSINESS_DAY, BusinessDayBehind, DayEvent, refuse_second_open
from edge.domain.fields import Request, Sentence, ShortOperator
from edge.domain.rights import Override
from sync.engine.journal import Moment
from sync.protocol.facts import BusinessDayReopened
from sync.protocol.identity import EventId
from sync.protocol.permissions import Permission
from sync.protocol.states import state_of


class ReopenBusinessDay(Request, frozen=True):
    """Which manager does it, and why."""

    operator_id: ShortOperator
    reason: Sentence
    override_id: UUID | None = None


def reopen_business_day(
    db: sqlite3.Connection,
    request: ReopenBusinessDay,
    business_date: date,
    event_id: EventId,
    moment: Moment,
    override: Override | None = None,
) -> BusinessDay:
    """The day, open again. Reopening the open day changes nothing and gives it.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownBusinessDay,
    BusinessDayOpenAlready (another one), BusinessDayBehind, NotEnrolled.
    """
    require(db, request.operator_id, Permission.REOPEN_DAY, business_date, override)
    day = find_day(db, business_date)
    becomes = BUSINESS_DAY.after(state_of(day), DayEvent.REOPENED, business_date)
    if day is not None and day.state is becomes:
        return day
    current = find_open_day(db)
    refuse_second_open(business_date, None if current is None else current.business_date)
    if not can_reopen(db, business_date):
        raise BusinessDayBehind(business_date)
    fact = BusinessDayReopened(business_date, request.operator_id, request.reason)
    append(db, fact, event_id, moment)
    mark_reopened(db, business_date, moment.wall_ms)
    reopened = find_day(db, business_date)
    if reopened is None:
        raise LookupError(f"the business day {business_date} was there a moment ago")
    return reopened
