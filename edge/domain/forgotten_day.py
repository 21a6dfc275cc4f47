"""When a business day that nobody closes is forgotten: so many hours past the end of its date in
the store's zone, and nobody has done anything on it for a while. Whoever still sells on it, opens
it again or opens it late has not forgotten it.

A clock that was just set, or shows months more than anybody knows of, closes no day.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from edge.domain.business_day import OFF_MAX
from sync.protocol.identity import OperatorId

NOBODY = OperatorId("")
"""Who settles and closes where no person does."""
HOUR_MS = 3_600_000
QUIET_MS = 2 * HOUR_MS
"""Without anything done on the day: a shop that trades over midnight is not cut off."""
_OFF_MAX_MS = int(OFF_MAX.total_seconds()) * 1_000


def ends_at_ms(business_date: date, zone: str) -> int:
    """Midnight at the end of a date, in UTC milliseconds."""
    midnight = datetime.combine(business_date + timedelta(days=1), time(), ZoneInfo(zone))
    return int(midnight.astimezone(UTC).timestamp()) * 1_000


def is_past(business_date: date, zone: str, after_h: int, now_ms: int) -> bool:
    """Whether a date ended more than ``after_h`` hours ago."""
    return now_ms >= ends_at_ms(business_date, zone) + after_h * HOUR_MS


def is_quiet(touched_ms: int, now_ms: int) -> bool:
    """Whether nothing was done on a day of late. What a wrong clock dated into the future keeps
    no day open for ever."""
    return abs(now_ms - touched_ms) >= QUIET_MS


def believed_ms(now_ms: int, known_ms: int | None, *, exact: bool, jumped: bool) -> int | None:
    """The time, where it may close a day; None: nobody knows it well enough. ``now_ms``: the best
    guess; ``known_ms``: what is known from head office, a lower bound where it is not ``exact``;
    ``jumped``: somebody set the wall clock since."""
    if known_ms is not None and exact:
        return known_ms
    if jumped or (known_ms is not None and now_ms - known_ms > _OFF_MAX_MS):
        return None
    return now_ms
