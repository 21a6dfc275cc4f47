"""A business day's states, and which dates it may have: near what is known of the time, or a
manager says why not.

A day is opened, closed with its manifest, and may be opened again by a manager where it was closed
by mistake: its next close brings the manifest that counts. At most one day is open at a time.

A clock may be wrong by a day or by years, and a day that is opened under a wrong date keeps later
ones from opening; but nothing in a clock may keep a shop from selling. So a date is held against
head office's time as far as it is known, and a person decides.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from edge.domain.day_errors import BusinessDayFar, BusinessDayOutOfReach

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
    """What can befall a day."""

    OPENED = "opened"
    CLOSED = "closed"
    REOPENED = "reopened"


NEXT: Mapping[DayState | None, Mapping[DayEvent, DayState]] = MappingProxyType(
    {
        None: {DayEvent.OPENED: DayState.OPEN},
        DayState.OPEN: {DayEvent.CLOSED: DayState.CLOSED},
        DayState.CLOSED: {DayEvent.REOPENED: DayState.OPEN},
    }
)
"""Each state's events and where they lead; an event that is not there cannot happen."""


def can_happen(state: DayState | None, event: DayEvent) -> bool:
    """Whether a day in this state takes this event."""
    return event in NEXT[state]


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
