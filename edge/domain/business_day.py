"""A business day's states, and which dates it may have: near what is known of the time, or a
manager says why not.

A day is opened, traded on, closed with its manifest, and may be opened again by a manager where it
was closed by mistake: its next close brings the manifest that counts. At most one day is open at a
time, which no day's own state can say: ``refuse_second_open`` does.

A clock may be wrong by a day or by years, and a day that is opened under a wrong date keeps later
ones from opening; but nothing in a clock may keep a shop from selling. So a date is held against
head office's time as far as it is known, and a person decides.
"""

from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from sync.protocol.errors import NotAcceptable, NotNow
from sync.protocol.identity import TillId, WorkstationId
from sync.protocol.states import States

EARLIEST = date(2000, 1, 1)
AHEAD_MAX = timedelta(days=366)
"""No reason opens a day further ahead."""
AHEAD_UNKNOWN_MAX = timedelta(days=10 * 366)
"""Nor this far, where nobody knows for how long the machine was off."""
NEAR = timedelta(days=1)
"""A shop that trades over midnight, or a clerk who opens tomorrow's day tonight, is not asked."""
OFF_MAX = timedelta(days=31)
"""A machine that was switched off for this long believes its wall clock without asking."""


class BusinessDayRefused(NotNow):
    business_date: date
    field = "business_date"


class NoOpenBusinessDay(NotNow, slug="no-open-business-day", title="No business day is open"):
    detail = "No business day is open at this store."
    remedy = "Open one: POST /business-days with the operator_id."


class UnknownBusinessDay(
    BusinessDayRefused,
    slug="unknown-business-day",
    status=404,
    title="This business day was never opened",
):
    detail = "No business day {business_date} was opened at this store."
    remedy = "See which day is open: GET /business-days/current."


class BusinessDayOpenAlready(
    NotNow, slug="business-day-open-already", title="Another business day is open"
):
    open_date: date
    detail = "The business day {open_date} is still open; only one can be at a time."
    remedy = "Close it first: POST /business-days/{open_date}/close."
    field = "business_date"


class BusinessDayClosedAlready(
    BusinessDayRefused, slug="business-day-closed", title="This business day is closed"
):
    """A closed day is proven by its manifest: only a manager opens it again."""

    detail = "The business day {business_date} was closed."
    remedy = (
        "Open the day that is traded now, under its own date; if this one was closed by "
        "mistake, a manager opens it again: POST /business-days/{business_date}/reopen."
    )


class BusinessDayArchived(
    BusinessDayRefused,
    slug="business-day-archived",
    status=410,
    title="The day's account is no longer at the store",
):
    """It was closed so long ago that the journal does not hold that any more."""

    detail = (
        "The business day {business_date} is closed; its closing record has left this store's "
        "journal."
    )
    remedy = "Head office has it, under this date."


class BusinessDayBehind(
    BusinessDayRefused,
    slug="business-day-behind",
    title="Only the last business day can be opened again",
):
    """Its manifest is history."""

    detail = "Other days were closed after the business day {business_date}."
    remedy = "Book what is missing on the day that is open now."


class BusinessDayTooEarly(
    BusinessDayRefused,
    slug="business-day-too-early",
    title="The business day is earlier than one that was closed",
):
    """It needs somebody's reason (protocol.md, Time)."""

    last_closed: date
    detail = (
        "{business_date} is earlier than {last_closed}, the last day that was closed; days "
        "follow each other."
    )
    remedy = "Check the date and the clock; if it is meant, a manager says why in override_reason."


class BusinessDayFar(
    BusinessDayRefused, slug="business-day-far", title="The business day is far from today"
):
    """A clock may be wrong: a person decides."""

    known_today: date
    detail = (
        "{business_date} is far from today, which is {known_today} as far as this store "
        "knows from head office's clock and its own."
    )
    remedy = (
        "Check the date, and this box's clock; if it is meant, a manager says why in "
        "override_reason."
    )


class BusinessDayOutOfReach(
    NotAcceptable, slug="business-day-out-of-reach", title="This business day cannot be meant"
):
    """No reason opens a day that no calendar of this shop will ever see."""

    business_date: date
    earliest: date
    latest: date
    detail = "{business_date} cannot be opened: days from {earliest} to {latest} can."
    remedy = "State the day that is traded; if that is what was stated, set this box's clock first."
    field = "business_date"


class TillsOpen(NotNow, slug="tills-open", title="Some tills were not settled"):
    business_date: date
    open_tills: tuple[tuple[TillId, WorkstationId], ...]
    detail = "The business day {business_date} has tills that were not settled: {named}."
    remedy = "Count and settle them: POST /till-sessions/{{id}}/settle, then close the day."

    @property
    def named(self) -> str:
        """Each till, and where it stands open."""
        return ", ".join(f"{till} (at {workstation})" for till, workstation in self.open_tills)


class DayState(StrEnum):
    """What a day is; a day that was never opened has no state."""

    OPEN = "open"
    CLOSED = "closed"


class DayEvent(StrEnum):
    """What can befall a day: TRADED when a till is opened or something is sold on it. Its refusals
    are about the day's date; that of TRADED about nothing."""

    OPENED = "opened"
    TRADED = "traded"
    CLOSED = "closed"
    REOPENED = "reopened"


BUSINESS_DAY: States[DayState, DayEvent] = States(
    MappingProxyType(
        {
            None: {
                DayEvent.OPENED: DayState.OPEN,
                DayEvent.TRADED: NoOpenBusinessDay,
                DayEvent.CLOSED: UnknownBusinessDay,
                DayEvent.REOPENED: UnknownBusinessDay,
            },
            DayState.OPEN: {
                DayEvent.OPENED: DayState.OPEN,
                DayEvent.TRADED: DayState.OPEN,
                DayEvent.CLOSED: DayState.CLOSED,
                DayEvent.REOPENED: DayState.OPEN,
            },
            DayState.CLOSED: {
                DayEvent.OPENED: BusinessDayClosedAlready,
                DayEvent.TRADED: NoOpenBusinessDay,
                DayEvent.CLOSED: DayState.CLOSED,
                DayEvent.REOPENED: DayState.OPEN,
            },
        }
    )
)


def refuse_second_open(business_date: date, open_date: date | None) -> None:
    """``open_date``: of the day that is open, if one is. Raises BusinessDayOpenAlready."""
    if open_date is not None and open_date != business_date:
        raise BusinessDayOpenAlready(open_date)


class KnownToday(NamedTuple):
    """Today lies between ``first`` and ``last``, both included; ``latest``: the last day that a
    reason opens."""

    first: date
    last: date
    latest: date


def known_today(wall: date, known: date | None, *, exact: bool) -> KnownToday:
    """From the date that the wall clock shows and the one that is ``known`` from head office, which
    is a lower bound where it is not ``exact``."""
    if known is None:
        return KnownToday(wall, wall, wall + AHEAD_MAX)
    if exact:
        return KnownToday(known, known, known + AHEAD_MAX)
    last = max(known, min(wall, known + OFF_MAX))
    return KnownToday(known, last, known + AHEAD_UNKNOWN_MAX)


def refuse_impossible_date(business_date: date, today: KnownToday) -> None:
    """Raises BusinessDayOutOfReach."""
    if not EARLIEST <= business_date <= today.latest:
        raise BusinessDayOutOfReach(business_date, EARLIEST, today.latest)


def refuse_far_date(business_date: date, today: KnownToday) -> None:
    """Raises BusinessDayFar."""
    if not today.first - NEAR <= business_date <= today.last + NEAR:
        raise BusinessDayFar(business_date, today.last)
