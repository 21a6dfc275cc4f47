"""Periods of business dates, for what may be done so often or so much in each of them."""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

_SUNDAY = 6


class Period(StrEnum):
    """A day; a week from Monday to Sunday; a month of the calendar."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def span_of(period: Period, day: date) -> tuple[date, date]:
    """The first and the last date of the period that ``day`` stands in.

    >>> [str(one) for one in span_of(Period.WEEK, date(2026, 11, 28))]
    ['2026-11-23', '2026-11-29']
    """
    match period:
        case Period.DAY:
            return day, day
        case Period.WEEK:
            left = min(_SUNDAY - day.weekday(), (date.max - day).days)
            return day - timedelta(day.weekday()), day + timedelta(left)
        case Period.MONTH:
            return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
