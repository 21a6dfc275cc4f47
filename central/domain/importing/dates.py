"""Dates as people write them: from when a price holds.

``2026-12-01``, with or without a time and an offset, and ``1.12.2026`` are one thing. ``12/1/2026``
may be two: the column's other cells decide (a part above 12 is a day), or the person.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from central.domain.importing.sheet import Cell, Unreadable, text_of
from central.domain.importing.words import folded
from sync.protocol.bounds import DATE_MAX, DATE_MIN

MS = 1_000
ALWAYS = "always"


class DayOrder(StrEnum):
    """Which part of ``12/1/2026`` is the day."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


_PARTS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?")


def day_order(cells: Iterable[Cell]) -> DayOrder | None:
    """What the cells say that can only be one thing; None where they say nothing, or both."""
    said = set()
    for cell in set(cells):
        found = _PARTS.fullmatch(text_of(cell))
        if found is not None and found[2] != ".":
            if int(found[1]) > 12:
                said.add(DayOrder.DAY_FIRST)
            elif int(found[3]) > 12:
                said.add(DayOrder.MONTH_FIRST)
    return said.pop() if len(said) == 1 else None


def read_instant(cell: Cell, order: DayOrder | None, zone: tzinfo) -> int:
    """Milliseconds UTC; a date is its first moment in ``zone``, ``always`` is 0. Raises Unreadable.

    >>> read_instant("2026-12-01", None, UTC) == read_instant("1.12.2026", None, UTC)
    True
    """
    text = text_of(cell)
    if folded(text) == ALWAYS:
        return 0
    found = _PARTS.fullmatch(text)
    try:
        at = datetime.fromisoformat(text if found is None else _iso(found, order))
    except ValueError as error:
        raise Unreadable("it is not a date such as 2026-12-31") from error
    if not DATE_MIN <= at.date() <= DATE_MAX:
        raise Unreadable(f"it must lie between {DATE_MIN} and {DATE_MAX}")
    aware = at if at.tzinfo is not None else at.replace(tzinfo=zone)
    since = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * MS + since.microseconds // MS


def _iso(found: re.Match[str], order: DayOrder | None) -> str:
    first, mark, second, year, time = found.groups()
    if mark == "." or int(first) > 12 or first == second:
        order = DayOrder.DAY_FIRST
    elif int(second) > 12:
        order = DayOrder.MONTH_FIRST
    if order is None:
        raise Unreadable(
            "it may be two dates, and no other cell of its column tells which: say --dates dmy"
            " or --dates mdy"
        )
    day, month = (first, second) if order is DayOrder.DAY_FIRST else (second, first)
    return f"{year}-{int(month):02d}-{int(day):02d}" + (f"T{time.zfill(5)}" if time else "")


def written_instant(at_ms: int) -> str:
    """As ``read_instant`` reads it back, in UTC.

    >>> written_instant(1_704_067_200_000)
    '2024-01-01T00:00:00Z'
    """
    at = datetime.fromtimestamp(at_ms // MS, UTC)
    fraction = f".{at_ms % MS:03d}" if at_ms % MS else ""
    return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z"
