"""When a business day is forgotten: worked examples, in the store's own zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from edge.domain.forgotten_day import (
    HOUR_MS,
    QUIET_MS,
    believed_ms,
    ends_at_ms,
    is_past,
    is_quiet,
)

FRIDAY = date(2026, 3, 27)
SINGAPORE, BERLIN = "Asia/Singapore", "Europe/Berlin"
DAY_MS = 24 * HOUR_MS


def at(zone: str, *told: int) -> int:
    """UTC milliseconds of a local time."""
    return int(datetime(*told, tzinfo=ZoneInfo(zone)).timestamp()) * 1_000  # type: ignore[arg-type,misc]  # year, month, day, hour, minute


@pytest.mark.parametrize(
    ("zone", "day", "after_h", "now", "past"),
    [
        (SINGAPORE, FRIDAY, 6, (2026, 3, 27, 23, 59), False),
        (SINGAPORE, FRIDAY, 6, (2026, 3, 28, 2, 30), False),
        (SINGAPORE, FRIDAY, 6, (2026, 3, 28, 5, 59), False),
        (SINGAPORE, FRIDAY, 6, (2026, 3, 28, 6, 0), True),
        (SINGAPORE, FRIDAY, 6, (2026, 5, 1, 9, 0), True),
        (SINGAPORE, FRIDAY, 36, (2026, 3, 29, 11, 59), False),
        (SINGAPORE, FRIDAY, 36, (2026, 3, 29, 12, 0), True),
        # Opened tonight under tomorrow's date.
        (SINGAPORE, date(2026, 3, 28), 6, (2026, 3, 28, 6, 0), False),
        # The night in which clocks go forward has an hour less, the one in autumn an hour more.
        (BERLIN, date(2026, 3, 28), 6, (2026, 3, 29, 6, 59), False),
        (BERLIN, date(2026, 3, 28), 6, (2026, 3, 29, 7, 0), True),
        (BERLIN, date(2026, 10, 24), 6, (2026, 10, 25, 5, 0), True),
    ],
)
def test_a_day_is_past_so_many_hours_after_its_date_ended_where_the_shop_is(
    zone: str, day: date, after_h: int, now: tuple[int, ...], past: bool
) -> None:
    assert is_past(day, zone, after_h, at(zone, *now)) is past


def test_a_date_ends_at_midnight_in_the_shop_s_zone() -> None:
    assert ends_at_ms(FRIDAY, SINGAPORE) == at("UTC", 2026, 3, 27, 16, 0)


@pytest.mark.parametrize(
    ("touched", "quiet"),
    [
        (0, False),  # sold just now
        (-QUIET_MS + 1, False),
        (-QUIET_MS, True),
        (-DAY_MS, True),
        (QUIET_MS - 1, False),  # a till's clock is ahead
        (DAY_MS, True),  # dated into next week: that keeps no day open
    ],
)
def test_a_day_that_somebody_works_on_is_not_forgotten(touched: int, quiet: bool) -> None:
    now = at(SINGAPORE, 2026, 3, 28, 7)
    assert is_quiet(now + touched, now) is quiet


NOW = at(SINGAPORE, 2026, 3, 28, 7)


@pytest.mark.parametrize(
    ("known", "exact", "jumped", "believed"),
    [
        (None, False, False, NOW),  # head office was never heard
        (None, False, True, None),  # and somebody set the clock
        (NOW - 5, True, True, NOW - 5),  # set, but the time is known
        (NOW - 40 * DAY_MS, True, False, NOW - 40 * DAY_MS),
        (NOW - 20 * DAY_MS, False, False, NOW),  # the machine was off for the holidays
        (NOW - 32 * DAY_MS, False, False, None),  # for so long, or its clock is wrong
        (NOW - DAY_MS, False, True, None),
    ],
)
def test_no_clock_that_may_be_wrong_closes_a_day(
    known: int | None, exact: bool, jumped: bool, believed: int | None
) -> None:
    assert believed_ms(NOW, known, exact=exact, jumped=jumped) == believed
