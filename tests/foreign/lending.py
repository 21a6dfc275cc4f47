"""What a shop lets customers spend beyond their rights, as head office tells it, by periods."""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

END = date(2199, 12, 31)


def span(period: str, day: date) -> tuple[date, date]:
    """The first and the last business date of the period that a day stands in."""
    if period == "day":
        return day, day
    if period == "week":
        monday = day - timedelta(day.weekday())
        return monday, monday + timedelta(6)
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def left_to_lend(
    rows: Iterable[list[Any]], epoch: str, day: date, lent: Counter[date], kind: str = "points"
) -> int:
    """What is left of the budget on a business date; ``lent``: so far, by business date."""
    begun = [row for row in rows if row[0] == kind and row[4] == epoch]
    begun = [row for row in begun if date.fromisoformat(row[3]) <= day]
    if not begun:
        return 0
    row = max(begun, key=lambda one: str(one[3]))
    until = date.fromisoformat(row[5]) if len(row) > 5 else END
    if day <= until:
        first, last = span(row[2], day)
    else:
        first, last = span(row[2], until)[0], END
    used = sum(amount for on, amount in lent.items() if first <= on <= last)
    return max(0, int(row[1]) - used)


def covered(
    points: int, rights: dict[Any, int], own: Any, lendable: int, owed: int
) -> tuple[tuple[Any, int, int], ...]:
    """The rights that pay so many points, and last what is lent, as the right ``own``; nothing is
    lent where something is owed, or where it does not suffice."""
    spends, missing = [], points
    for (root, line), left in rights.items():
        taken = min(left, missing)
        if taken > 0:
            spends.append((root, line, taken))
            missing -= taken
    if missing and (owed > 0 or missing > lendable):
        return ()
    return (*spends, (own, 0, missing)) if missing else tuple(spends)
