"""Stock by lot: one rule, which the shop's box and head office both use.

Theory. Of an item both sides keep its level, and of each of its lots the sum of what moved under
its name: sums, so that the order of arrival changes neither. What moved and named no lot is the
difference of the two, and what it was is told when somebody asks: goods that went out unnamed were
of the lot that expires first, then of the next (first expired first); a lot of which more went out
than ever came in under its name is made up of goods that came in unnamed. What cannot be told so is
below zero and says so. All lots with what has none are the level, always.

A lot is what its goods say. Of goods that say a last day and no lot that day is the name; of one
lot that was said with two days the earlier one holds. A count that says the lots of an item says
all of them; one that says none leaves them as they are, and what it misses is unnamed.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

NO_LOT = ""
"""The name of what has none."""


class Mark(NamedTuple):
    """What tells goods of an item from others of it, as a line says it."""

    lot: str | None = None
    expires_on: date | None = None
    serial: str | None = None

    @property
    def name(self) -> str | None:
        """Of its lot; None: it is of no lot that anybody named.

        >>> Mark(None, date(2026, 12, 1)).name
        '2026-12-01'
        """
        if self.lot is not None:
            return self.lot
        return None if self.expires_on is None else self.expires_on.isoformat()


UNMARKED = Mark()


class Lot(NamedTuple):
    """So much of a lot, in thousandths of the item's unit; ``expires_on`` is its last day."""

    lot: str
    expires_on: date | None
    quantity_milli: int


def earlier(one: date | None, other: date | None) -> date | None:
    """Of two last days of one lot."""
    days = [day for day in (one, other) if day is not None]
    return min(days, default=None)


def lots_held(level_milli: int, named: Iterable[Lot]) -> tuple[Lot, ...]:
    """What is held of an item by lot, what expires first first; what has no lot stands last, under
    NO_LOT. ``named``: each lot once, with the sum of what moved under its name. Below zero: more
    went out than is known to have come in.

    >>> lots_held(5_000, [Lot("A", None, 2_000), Lot("B", date(2026, 12, 1), 6_000)])
    (Lot(lot='B', expires_on=datetime.date(2026, 12, 1), quantity_milli=3000), \
Lot(lot='A', expires_on=None, quantity_milli=2000))
    """
    lots = sorted(named, key=_first_expired)
    rest = level_milli - sum(one.quantity_milli for one in lots)
    found = []
    for one in lots:
        moved = _made_up(one.quantity_milli, rest)
        rest -= moved
        found.append(one._replace(quantity_milli=one.quantity_milli + moved))
    found.append(Lot(NO_LOT, None, rest))
    return tuple(one for one in found if one.quantity_milli)


def _first_expired(one: Lot) -> tuple[bool, date, str]:
    return one.expires_on is None, one.expires_on or date.max, one.lot


def _made_up(quantity: int, rest: int) -> int:
    """What of the unnamed rest was this lot's: goods that came in make up what is below zero, goods
    that went out were of what is there."""
    if quantity < 0 < rest:
        return min(rest, -quantity)
    if rest < 0 < quantity:
        return max(rest, -quantity)
    return 0
