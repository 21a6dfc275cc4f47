"""Which points run out, and when: worked examples, and what holds for any movements."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.points_expiry import Came, Due, Expiry, ExpiryRule, due

JAN, FEB, MAR = date(2026, 1, 15), date(2026, 2, 10), date(2026, 3, 1)
LONG_AGO = date(2000, 1, 1)
A_YEAR = ExpiryRule(Expiry.EARNED, 12, LONG_AGO)
IDLE = ExpiryRule(Expiry.IDLE, 6, LONG_AGO)
NEVER = ExpiryRule(Expiry.NEVER, 0, LONG_AGO)
END_OF_JANUARY, BEGIN_OF_FEBRUARY = date(2027, 1, 31), date(2027, 2, 1)


@pytest.mark.parametrize(
    ("rule", "came", "left", "today", "found"),
    [
        (NEVER, [Came(JAN, 100)], 0, BEGIN_OF_FEBRUARY, Due(0, 0, None)),
        (A_YEAR, [], 0, BEGIN_OF_FEBRUARY, Due(0, 0, None)),
        # at the end of the month, not before
        (A_YEAR, [Came(JAN, 100)], 0, END_OF_JANUARY, Due(0, 100, END_OF_JANUARY)),
        (A_YEAR, [Came(JAN, 100)], 0, BEGIN_OF_FEBRUARY, Due(100, 0, None)),
        # what left took the oldest: spent, taken back or run out before
        (A_YEAR, [Came(JAN, 100)], 70, BEGIN_OF_FEBRUARY, Due(30, 0, None)),
        (A_YEAR, [Came(JAN, 100)], 100, BEGIN_OF_FEBRUARY, Due(0, 0, None)),
        (A_YEAR, [Came(JAN, 100)], 150, BEGIN_OF_FEBRUARY, Due(0, 0, None)),
        (
            A_YEAR,
            [Came(JAN, 100), Came(FEB, 40), Came(MAR, 7)],
            120,
            BEGIN_OF_FEBRUARY,
            Due(0, 20, date(2027, 2, 28)),
        ),
        # of one month together
        (
            A_YEAR,
            [Came(JAN, 100), Came(date(2026, 1, 31), 5)],
            0,
            END_OF_JANUARY,
            Due(0, 105, END_OF_JANUARY),
        ),
        # nothing counts as earned before the company said that points run out
        (
            ExpiryRule(Expiry.EARNED, 12, date(2026, 6, 1)),
            [Came(JAN, 100)],
            0,
            BEGIN_OF_FEBRUARY,
            Due(0, 100, date(2027, 6, 30)),
        ),
        # idle: all of it together, after the month of the last receipt
        (
            IDLE,
            [Came(JAN, 100), Came(FEB, 40)],
            20,
            date(2026, 8, 31),
            Due(0, 120, date(2026, 8, 31)),
        ),
        (IDLE, [Came(JAN, 100), Came(FEB, 40)], 20, date(2026, 9, 1), Due(120, 0, None)),
    ],
)
def test_points_run_out_at_the_end_of_a_month_the_oldest_first(
    rule: ExpiryRule, came: list[Came], left: int, today: date, found: Due
) -> None:
    last = max((one.day for one in came), default=None)
    assert due(rule, came, left, last, today) == found
    assert due(rule, reversed(came), left, last, today) == found


DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
CAME = st.lists(st.builds(Came, DAYS, st.integers(0, 1_000)), max_size=10)


@given(CAME, st.integers(0, 12_000), DAYS, st.sampled_from([A_YEAR, IDLE]))
def test_whatever_was_due_is_due_no_more_once_it_left(
    came: list[Came], left: int, today: date, rule: ExpiryRule
) -> None:
    """Decided twice, or in parts, as much as came free each time."""
    last = max((one.day for one in came), default=None)
    found = due(rule, came, left, last, today)
    assert 0 <= found.points <= max(0, sum(one.points for one in came) - left)
    assert due(rule, came, left + found.points, last, today).points == 0
    part = found.points // 2
    assert due(rule, came, left + part, last, today).points == found.points - part
