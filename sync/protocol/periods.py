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


def span_until(period: Period, until: date, day: date) -> tuple[date, date]:
    """The dates that count together on ``day`` where no period begins anew after ``until``: those
    of its period; later, all since the last period began.

    >>> [str(one) for one in span_until(Period.MONTH, date(2026, 11, 30), date(2026, 12, 4))]
    ['2026-11-01', '9999-12-31']
    """
    return span_of(period, day) if day <= until else (span_of(period, until)[0], date.max)
