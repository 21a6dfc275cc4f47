"""Which of two changes is newer, where boxes' clocks decide it."""

from central.projections.event import Event
from sync.protocol.clock import COUNTER_BITS, COUNTER_MAX, WALL_MS_MAX, Hlc, wall_ms

CLOCK_TOLERANCE_MS = 5 * 60 * 1_000
"""How far a box's right clock may be ahead of head office's: the box bounds itself as tightly."""


def believed(event: Event, stamp: Hlc) -> Hlc:
    """A stamp counts as no later than its arrival, and a clock's tolerance: a wild clock wins
    nothing for longer than it is wild. Of several stamps beyond it the later event's is newer. The
    arrival is head office's own and is kept, so every fold says the same."""
    latest_ms = min(event.received_at_ms + CLOCK_TOLERANCE_MS, WALL_MS_MAX)
    if wall_ms(stamp) <= latest_ms:
        return stamp
    return Hlc(latest_ms << COUNTER_BITS | event.seq & COUNTER_MAX)
