"""Hybrid logical clock as a value, and the states a device's wall clock can be in.

Theory (Kulkarni et al., "Logical Physical Clocks", 2014). A stamp is one integer: milliseconds of
wall clock in the upper 48 bits, a counter in the lower 16. It never goes backward on a device,
never falls behind a stamp that the device has seen, and stays near the wall clock. Stamps order
*edits of one field* by last writer; they never order the journal: that is (epoch, sequence).
"""

from enum import StrEnum
from typing import NewType

Hlc = NewType("Hlc", int)
COUNTER_BITS = 16
COUNTER_MAX = (1 << COUNTER_BITS) - 1
WALL_MS_MAX = (1 << 47) - 1


class ClockState(StrEnum):
    """What a device knows about its own clock when it stamps an event."""

    UNCHECKED = "unchecked"
    CHECKED = "checked"
    JUMPED = "jumped"


def wall_ms(stamp: Hlc) -> int:
    """The wall clock inside a stamp, UTC milliseconds."""
    return stamp >> COUNTER_BITS


def tick(last: Hlc, now_ms: int) -> Hlc:
    """The next stamp of a device whose last one was ``last`` at wall clock ``now_ms``."""
    now = max(0, min(now_ms, WALL_MS_MAX)) << COUNTER_BITS
    return Hlc(now if now > last else last + 1)


def witness(last: Hlc, seen: Hlc, now_ms: int, ceiling_ms: int) -> Hlc:
    """The stamp after having seen another device's; one beyond ``ceiling_ms`` is not followed.

    The ceiling is last server time + monotonic time passed + a tolerance (protocol.md, customer):
    a device with a wild clock cannot drag the others along.
    """
    trusted = seen if wall_ms(seen) <= ceiling_ms else last
    return tick(max(last, trusted), min(now_ms, ceiling_ms))
