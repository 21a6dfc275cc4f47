"""What head office says of a store's day: one verdict, and the doubts that it comes from.

A verdict never says more than is known. What is signed off, and what reopened it, stands on top of
it (sign-off); a copy that was *declared* ahead is a note beside it and never part of it. Cash over
or short is what people counted, not what two sides hold of each other: it makes no day differ.
"""

from collections.abc import Iterable
from enum import StrEnum
from types import MappingProxyType

SILENT_AFTER_MS = 10 * 60_000
"""Twice the longest time that a box waits before it tries again."""


class DayVerdict(StrEnum):
    """``PROVEN``: every event is here and both sides count the same. ``RECEIVED``: nothing is known
    to be missing, but something of it is not proven yet. ``NOT_CLOSED``: the shop may still sell on
    it. ``NOT_HEARD``: events may stand at the store that head office has never seen. ``DIFFERS``:
    the two sides hold different events or count different figures."""

    PROVEN = "proven"
    RECEIVED = "received"
    NOT_CLOSED = "not-closed"
    NOT_HEARD = "not-heard"
    DIFFERS = "differs"

    @property
    def colour(self) -> "Colour":
        """Of its cell."""
        return _COLOURS.get(self, Colour.AMBER)


class Colour(StrEnum):
    """How a day stands, at a glance."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Doubt(StrEnum):
    """Why a day is not proven; whoever reads a reason knows it by this, never by its words."""

    ALARM = "alarm"
    OTHER_EVENT = "other-event"
    PRUNED = "pruned"
    DIFFERS = "differs"
    UNKNOWN_DAY = "unknown-day"
    SILENT = "silent"
    NOT_CLOSED = "not-closed"
    CLAIMED = "claimed"
    NOT_COUNTED = "not-counted"
    SET_ASIDE = "set-aside"
    NO_MANIFEST = "no-manifest"


_COLOURS = MappingProxyType(
    {DayVerdict.PROVEN: Colour.GREEN, DayVerdict.DIFFERS: Colour.RED},
)
COMES_TO = MappingProxyType(
    {
        Doubt.ALARM: DayVerdict.DIFFERS,
        Doubt.OTHER_EVENT: DayVerdict.DIFFERS,
        Doubt.PRUNED: DayVerdict.DIFFERS,
        Doubt.DIFFERS: DayVerdict.DIFFERS,
        Doubt.UNKNOWN_DAY: DayVerdict.NOT_HEARD,
        Doubt.SILENT: DayVerdict.NOT_HEARD,
        Doubt.NOT_CLOSED: DayVerdict.NOT_CLOSED,
        Doubt.CLAIMED: DayVerdict.NOT_HEARD,
        Doubt.NOT_COUNTED: DayVerdict.RECEIVED,
        Doubt.SET_ASIDE: DayVerdict.RECEIVED,
        Doubt.NO_MANIFEST: DayVerdict.RECEIVED,
    }
)
"""What each doubt comes to. Where a day has several, the first of them in this order says it: what
differs before what is silent; and a day that is still open is just that, though its box holds a few
events more at this moment, which it is about to send."""
_ORDER = {doubt: place for place, doubt in enumerate(COMES_TO)}


def verdict_of(doubts: Iterable[Doubt]) -> DayVerdict:
    """What the doubts about a day come to.

    >>> verdict_of([Doubt.CLAIMED, Doubt.NOT_CLOSED])
    <DayVerdict.NOT_CLOSED: 'not-closed'>
    """
    first = min(doubts, key=_ORDER.__getitem__, default=None)
    return DayVerdict.PROVEN if first is None else COMES_TO[first]
