"""When a promotion is in force, and for whom: the same conditions for every kind.

A happy hour, a price for members, a coupon are no kinds of their own: they are a kind under a
condition. Instants are held against when the basket was tendered, hours against the shop's clock
at that instant.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from sync.protocol.change import INSTANT_MS_MAX
from sync.protocol.text import TEXT_PATTERN

DAY_MINUTES = 1_440
WEEK_DAYS = 7
HOURS_MAX = 21
NAMED_MAX = 100
WORD_CHARACTERS_MAX = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Word: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=1, max_length=WORD_CHARACTERS_MAX, pattern=TEXT_PATTERN)
]
_Words: TypeAlias = Annotated[tuple[_Word, ...], msgspec.Meta(max_length=NAMED_MAX)]
_Instant: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=INSTANT_MS_MAX)]


class Hours(msgspec.Struct, frozen=True, array_like=True):
    """On these ``days`` (a bit each, Monday 1, Sunday 64) from a minute of the day until another,
    which does not belong to it. Where it ends no later than it begins it goes on after midnight,
    and the day is that of its beginning."""

    days: Annotated[int, msgspec.Meta(ge=1, lt=1 << WEEK_DAYS)]
    from_minute: Annotated[int, msgspec.Meta(ge=0, lt=DAY_MINUTES)]
    until_minute: Annotated[int, msgspec.Meta(ge=1, le=DAY_MINUTES)]


class Condition(msgspec.Struct, frozen=True, array_like=True):
    """All of it must hold; what is empty always does. ``until_ms`` is the first instant at which it
    does not; of ``hours``, ``groups`` (of customers) and ``coupons`` (their codes, in any case) one
    is enough. ``zones``: of prices, one of them the store's."""

    from_ms: _Instant = 0
    until_ms: _Instant | None = None
    hours: Annotated[tuple[Hours, ...], msgspec.Meta(max_length=HOURS_MAX)] = ()
    groups: _Words = ()
    coupons: _Words = ()
    zones: _Words = ()


ALWAYS = Condition()


class Occasion(NamedTuple):
    """What a basket is held against. ``weekday`` (Monday 0) and ``minute`` by the shop's clock;
    ``coupons``: keys of the codes that were shown."""

    instant_ms: int
    weekday: int
    minute: int
    zone: str = ""
    group: str | None = None
    coupons: Collection[str] = ()


def local_time(instant_ms: int, zone: str) -> tuple[int, int]:
    """Weekday (Monday 0) and minute of the day; by UTC where the calendar of the zone ends."""
    local = _EPOCH + timedelta(milliseconds=instant_ms)
    with suppress(OverflowError):
        local = local.astimezone(ZoneInfo(zone))
    return local.weekday(), local.hour * 60 + local.minute


def holds(asked: Condition, now: Occasion) -> bool:
    """Whether the promotion is in force for this basket."""
    if now.instant_ms < asked.from_ms:
        return False
    if asked.until_ms is not None and now.instant_ms >= asked.until_ms:
        return False
    if asked.hours and not any(_within(hours, now) for hours in asked.hours):
        return False
    if asked.groups and now.group not in asked.groups:
        return False
    if asked.zones and now.zone not in asked.zones:
        return False
    return not asked.coupons or any(coupon_key(code) in now.coupons for code in asked.coupons)


def coupon_key(code: str) -> str:
    """By which codes are told apart: people type them as they like.

    >>> coupon_key(" save5")
    'SAVE5'
    """
    return code.strip().upper()


def _within(hours: Hours, now: Occasion) -> bool:
    today = hours.days >> now.weekday & 1
    if hours.from_minute < hours.until_minute:
        return bool(today) and hours.from_minute <= now.minute < hours.until_minute
    yesterday = hours.days >> (now.weekday - 1) % WEEK_DAYS & 1
    began = bool(today) and now.minute >= hours.from_minute
    return began or (bool(yesterday) and now.minute < hours.until_minute)
