"""Spans of business dates: how long one may be, which one it is held against, and what time the
shop's wall showed meanwhile."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sync.protocol.errors import NotAcceptable
from sync.protocol.money import MILLI

LAST_MS = 2**62
_SLACK = timedelta(days=2)
"""A day's receipts lie near its date in UTC, whatever the zone and however late it is closed."""


class SpanTooLong(NotAcceptable, slug="span-too-long", title="These are too many days, or none"):
    first: date
    last: date
    days_max: int
    detail = "From {first} to {last} is no span of 1 to {days_max} days."
    remedy = "Choose two dates nearer to each other, the earlier first."
    field = "first"


class Against(StrEnum):
    """With what a span is compared: as many days right before it, the same weekdays of the week
    before or of the year before (52 weeks earlier: a Saturday with a Saturday)."""

    BEFORE = "before"
    WEEK = "week"
    YEAR = "year"


class Span(NamedTuple):
    """Business dates, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many: 1 for a single date."""
        return (self.last - self.first).days + 1

    def moved(self, days: int) -> "Span":
        """So many days earlier (negative) or later. Raises SpanTooLong beyond the calendar."""
        try:
            by = timedelta(days=days)
            return Span(self.first + by, self.last + by)
        except OverflowError as error:
            raise SpanTooLong(self.first, self.last, self.days) from error


def span_of(first: date, last: date, days_max: int) -> Span:
    """Raises SpanTooLong."""
    if not 0 <= (last - first).days < days_max:
        raise SpanTooLong(first, last, days_max)
    return Span(first, last)


def days_between(span: Span, against: Against) -> int:
    """How many days earlier the span lies that it is compared with: a whole number of weeks where
    weekdays are meant, and never days of the span itself."""
    match against:
        case Against.BEFORE:
            return span.days
        case Against.WEEK:
            return 7 * -(-span.days // 7)
        case Against.YEAR:
            return 364 * -(-span.days // 364)


def walls(span: Span, zone: str) -> Iterator[tuple[int, int, int]]:
    """From which UTC ms to before which the shop's wall was how many ms ahead of UTC, one after the
    other over the span and without end at both sides."""
    where = ZoneInfo(zone)
    at = datetime.combine(span.first, time.min, UTC) - _SLACK
    end = datetime.combine(span.last, time.min, UTC) + _SLACK + timedelta(days=1)
    since_ms, ahead_ms = -LAST_MS, _ahead_ms(at, where)
    while at < end:
        at += timedelta(hours=1)
        now_ms = _ahead_ms(at, where)
        if now_ms != ahead_ms:
            turn_ms = int(at.timestamp()) * MILLI
            yield since_ms, turn_ms, ahead_ms
            since_ms, ahead_ms = turn_ms, now_ms
    yield since_ms, LAST_MS, ahead_ms


def _ahead_ms(at: datetime, where: ZoneInfo) -> int:
    offset = at.astimezone(where).utcoffset() or timedelta()
    return offset // timedelta(milliseconds=1)
