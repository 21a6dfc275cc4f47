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

from edge.domain.day_errors import (
    BusinessDayClosedAlready,
    BusinessDayFar,
    BusinessDayOpenAlready,
    BusinessDayOutOfReach,
    UnknownBusinessDay,
)
from edge.domain.errors import NoOpenBusinessDay
from edge.domain.states import States

EARLIEST = date(2000, 1, 1)
AHEAD_MAX = timedelta(days=366)
"""No reason opens a day further ahead."""
AHEAD_UNKNOWN_MAX = timedelta(days=10 * 366)
"""Nor this far, where nobody knows for how long the machine was off."""
NEAR = timedelta(days=1)
"""A shop that trades over midnight, or a clerk who opens tomorrow's day tonight, is not asked."""
OFF_MAX = timedelta(days=31)
"""A machine that was switched off for this long believes its wall clock without asking."""


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
