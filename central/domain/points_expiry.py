"""Which points run out, and when.

Points run out at the end of a month: so many months after the one in which they were earned, or
after the one of the customer's last receipt (``Expiry``). What leaves an account takes the oldest
points first, and what ran out before counts as having left. So what is due follows from sums of
what came and went, in whatever order they came: to be figured again, or repeated, takes nothing
twice. What was earned before the company said that points run out counts from that day.

Taken is only what is *available* at head office (sync/protocol/escrow.py): what an epoch may still
spend stays there, and runs out once it has come back.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from central.domain.tiers import end_of_month
from sync.protocol.last_days import months_after


class Expiry(StrEnum):
    """When points run out: never; so many months after they were earned; after so many months
    without a receipt."""

    NEVER = "never"
    EARNED = "earned"
    IDLE = "idle"


class ExpiryRule(NamedTuple):
    """``since``: nothing counts as earned, and nobody as last seen, before it."""

    expiry: Expiry
    months: int
    since: date


class Came(NamedTuple):
    """Points that came to somebody on a day."""

    day: date
    points: int


class Due(NamedTuple):
    """``points`` have run out; of those that are left, ``next_points`` run out after the day
    ``next_on`` (None: none will)."""

    points: int
    next_points: int
    next_on: date | None


NOTHING_DUE = Due(0, 0, None)


def due(
    rule: ExpiryRule, came: Iterable[Came], left: int, last_receipt: date | None, today: date
) -> Due:
    """Of one person. ``left``: all that ever left the account, by spending, taking back or running
    out."""
    if rule.expiry is Expiry.NEVER:
        return NOTHING_DUE
    by_day = dict[date, int]()
    for one in sorted(came):
        gone = min(left, one.points)
        left -= gone
        day = one.day
        if rule.expiry is Expiry.IDLE:
            day = last_receipt or day
        on = end_of_month(months_after(max(day, rule.since), rule.months))
        by_day[on] = by_day.get(on, 0) + one.points - gone
    points = sum(each for on, each in by_day.items() if on < today)
    ahead = sorted((on, each) for on, each in by_day.items() if on >= today and each)
    return Due(points, ahead[0][1], ahead[0][0]) if ahead else Due(points, 0, None)
