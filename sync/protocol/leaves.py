"""How long leave to take goods of a receipt back holds (``escrow.py``): business days, not hours.

A shop that has leave and loses its line may use it, and nobody else has one meanwhile. So that the
goods are not barred everywhere until that shop is back, the leave has an *end*, a business date
that its box writes down when it asks and head office with its answer. The box uses it on no later
date, neither by its business day nor by the calendar, and not at all where it does not know what
day it is. Head office counts it as out for longer than that, by as much as dates differ on earth,
and then as back: a journal that says later that it was used in time is taken as ever, and what came
back twice by that is found.
"""

from datetime import date, timedelta

LEAVE_DAYS = 1
"""The day on which it was asked for, and so many more."""
BACK_AFTER_DAYS = 2
"""So many after its last day, by the date of UTC, head office gives another: then that day is over
everywhere."""


def last_day_of_leave(business_date: date | None, today: date) -> date:
    """Of one that is asked for today; ``business_date``: the open day, which may be another.

    >>> last_day_of_leave(date(2026, 11, 28), date(2026, 11, 29)).isoformat()
    '2026-11-30'
    """
    return max(business_date or today, today) + timedelta(days=LEAVE_DAYS)


def is_in_time(until: date | None, business_date: date, today: date) -> bool:
    """Whether its box may use it; ``until`` None: a leave that was given without an end.

    >>> last = date(2026, 11, 30)
    >>> [is_in_time(last, date(2026, 11, 29), date(2026, 11, day)) for day in (29, 30)]
    [True, True]
    >>> is_in_time(last, date(2026, 11, 29), date(2026, 12, 1))
    False
    >>> is_in_time(last, date(2026, 12, 1), date(2026, 11, 30))
    False
    """
    return until is None or max(business_date, today) <= until


def last_day_that_is_back(today: date) -> date:
    """Leaves whose last day is this one or earlier are back at head office; ``today``: by UTC.

    >>> last_day_that_is_back(date(2026, 12, 2)).isoformat()
    '2026-11-30'
    """
    return today - timedelta(days=BACK_AFTER_DAYS)
