"""How a store's day stands on the board: its verdict, and above it what people signed. Pure.

One catalogue of words, icons and colours follows from it (``pages/words/states.py``, pages.css).
Cash that is over or short is none of them: a proven day may be 12.00 short.
"""

from enum import StrEnum

from central.domain.day_verdict import DayVerdict
from central.domain.signing import Signing, is_reopened
from sync.protocol.figures import Totals


class DayState(StrEnum):
    """The worst first: what somebody has to look at soonest."""

    DIFFERS = "differs"
    REOPENED = "reopened"
    NOT_HEARD = "not-heard"
    RECEIVED = "received"
    NOT_CLOSED = "not-closed"
    PROVEN = "proven"
    SIGNED = "signed"

    @property
    def rank(self) -> int:
        """0: the worst."""
        return _RANKS[self]

    @property
    def is_proven(self) -> bool:
        """It adds to what is proven of a sum."""
        return self in CALM


CALM = frozenset({DayState.PROVEN, DayState.SIGNED})
"""Nothing of such a day need be looked at."""
_RANKS = {state: rank for rank, state in enumerate(DayState)}


def day_state(verdict: DayVerdict, last: Signing | None, now: Totals) -> DayState:
    """``last``: the day's newest signature; ``now``: what head office counts.

    >>> day_state(DayVerdict.NOT_HEARD, None, Totals())
    <DayState.NOT_HEARD: 'not-heard'>
    """
    if last is None:
        return DayState(verdict.value)
    reopened = is_reopened(last, now, differs=verdict is DayVerdict.DIFFERS)
    return DayState.REOPENED if reopened else DayState.SIGNED
