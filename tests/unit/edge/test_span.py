"""Spans of business dates: with which other days one is compared, and what the wall showed."""

from datetime import date

import pytest

from edge.domain.span import LAST_MS, Against, Span, SpanTooLong, days_between, span_of, walls

DAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("days", "against", "earlier"),
    [
        (1, Against.BEFORE, 1),
        (7, Against.BEFORE, 7),
        (30, Against.BEFORE, 30),
        (1, Against.WEEK, 7),
        (7, Against.WEEK, 7),
        (8, Against.WEEK, 14),
        (1, Against.YEAR, 364),
        (31, Against.YEAR, 364),
        (365, Against.YEAR, 728),
    ],
)
def test_a_span_is_compared_with_days_that_are_none_of_its_own(
    days: int, against: Against, earlier: int
) -> None:
    span = Span(DAY, DAY).moved(0)._replace(last=date.fromordinal(DAY.toordinal() + days - 1))
    assert span.days == days
    assert days_between(span, against) == earlier
    other = span.moved(-earlier)
    assert other.last < span.first
    if against is not Against.BEFORE:
        assert other.first.weekday() == span.first.weekday()


def test_a_span_has_a_first_and_a_last_day_in_that_order_and_not_too_many() -> None:
    assert span_of(DAY, DAY, 1).days == 1
    for last, most in ((date(2026, 11, 28), 400), (date(2026, 12, 29), 30)):
        with pytest.raises(SpanTooLong):
            span_of(DAY, last, most)
    with pytest.raises(SpanTooLong):
        Span(date.min, date.min).moved(-1)


def test_the_wall_moves_once_where_the_clocks_change() -> None:
    assert list(walls(Span(DAY, DAY), "Asia/Singapore")) == [(-LAST_MS, LAST_MS, 8 * 3_600_000)]
    before, after = walls(Span(date(2026, 10, 24), date(2026, 10, 26)), "Europe/Berlin")
    assert (before[2], after[2]) == (2 * 3_600_000, 3_600_000)
    assert before[1] == after[0] == 1_792_890_000_000  # 2026-10-25 01:00 UTC
