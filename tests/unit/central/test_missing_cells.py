"""A date of which nothing came: not heard, or nothing to hear."""

from datetime import UTC, date, datetime

import pytest

from central.reports.day_cells import heard_through

ON = date(2026, 11, 29)
SINGAPORE, HONOLULU = "Asia/Singapore", "Pacific/Honolulu"


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000


@pytest.mark.parametrize(
    ("zone", "heard", "now", "missed"),
    [
        # In Singapore the 29th is over at 16:00 UTC, in Honolulu at 10:00 UTC of the 30th.
        (SINGAPORE, "2026-11-29T16:00", "2026-11-29T20:46", False),
        (SINGAPORE, "2026-11-29T15:59", "2026-11-29T20:46", True),
        (HONOLULU, "2026-11-30T09:59", "2026-11-30T12:00", True),
        (HONOLULU, "2026-11-30T10:00", "2026-11-30T12:00", False),
        # The date goes on there, and its box called a moment ago: it has opened no day.
        (SINGAPORE, "2026-11-29T06:45", "2026-11-29T07:00", False),
        (SINGAPORE, "2026-11-29T06:44", "2026-11-29T07:00", True),
    ],
)
def test_a_store_is_missed_on_a_date_until_it_was_heard_after_it_or_a_moment_ago(
    zone: str, heard: str, now: str, missed: bool
) -> None:
    assert (heard_through(zone, ms(heard), ms(now)) < ON) is missed


def test_a_store_that_never_called_is_missed_on_every_date() -> None:
    assert heard_through(SINGAPORE, None, ms("2026-12-29T00:00")) == date.min
