"""Until when value on a card or a slip is good: through a business date that the customer was told.

What is put into such an account has the last day that the shop's settings give at that moment, and
keeps it whatever they become: it stands on the paper and in the fact (``RightGiven.last_day``). An
account is good through the latest day that was told for anything in it, and for ever where one was
told none. The latest of several is the same in whatever order they come, so head office and every
shop agree as soon as they heard of the same loads; a shop that has not heard of a later one asks
for the right, and is told. What is over is judged by the business date of the receipt that would
spend it, never by a clock: a fact says by itself whether it was in time. Nothing moves when a day
is over: the value stays where it is, is owed apart, and is spent by nobody without a person's word.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date

from sync.protocol.bounds import DATE_MAX
from sync.protocol.escrow import RightKind
from sync.protocol.reference import StoreSettings

YEAR_MONTHS = 12


def months_after(day: date, months: int) -> date:
    """The same day of the month so many later, or that month's last; never beyond DATE_MAX.

    >>> str(months_after(date(2026, 11, 30), 3)), str(months_after(date(2199, 1, 1), 12))
    ('2027-02-28', '2199-12-31')
    """
    year, month = divmod(day.year * YEAR_MONTHS + day.month - 1 + months, YEAR_MONTHS)
    if year > DATE_MAX.year:
        return DATE_MAX
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day_of(kind: str, day: date, settings: StoreSettings) -> date | None:
    """Of what is put into an account of that kind on a business date; None: it is good for ever.

    >>> settings = StoreSettings("S", "S", "S", "", "", "SGD", 2, "Asia/Singapore", "main")
    >>> last_day_of("gift_value", date(2026, 11, 30), settings) is None
    True
    """
    months = {
        RightKind.GIFT_VALUE.value: settings.gift_value_months,
        RightKind.STORE_CREDIT.value: settings.store_credit_months,
    }.get(kind, 0)
    return months_after(day, months) if months else None


def latest(told: Iterable[date | None]) -> date | None:
    """Through which day an account is good, of what was told for all that is in it.

    >>> str(latest([date(2027, 1, 1), date(2026, 1, 1)])), latest([date(2027, 1, 1), None])
    ('2027-01-01', None)
    """
    days = list(told)
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def is_over(last_day: date | None, business_date: date) -> bool:
    """Whether that day is gone by."""
    return last_day is not None and business_date > last_day
