"""What a store server knows about now.

A wall clock can be wrong, and can be set while the shop is open; the machine's steady clock cannot.
So the two are compared: where they part by more than a tolerance the clock has *jumped*
(protocol.md, Time), until head office's time confirms it. Drift never blocks a sale: it is only
told. From head office's last time and the steady clock follows what is known of the time whatever
the wall clock says (``Moment.known``), also across a start of this program.
"""

import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.domain.reckoning import Reckoning, Steady
from sync.engine.journal import KnownTime, Moment
from sync.protocol.clock import ClockState
from sync.protocol.identity import BootId

JUMP_MS_MAX = 60_000
"""Wall and steady clock may part by this much before it is called a jump."""
SERVER_GAP_MS_MAX = 120_000
"""A clock this near to head office's counts as checked."""
ZONE_UNTIL_TOLD = "UTC"
_MACHINE_BOOT = Path("/proc/sys/kernel/random/boot_id")
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def wall_clock_ms() -> int:
    """What the machine's clock shows, UTC milliseconds."""
    return time.time_ns() // 1_000_000


def steady_clock() -> Steady:
    """What nobody can set."""
    return Steady(_machine_boot(), time.clock_gettime_ns(_STEADY) // 1_000_000)


@cache
def _machine_boot() -> str:
    try:
        return _MACHINE_BOOT.read_text().strip()
    except OSError:
        return ""


class StoreClock:
    """Gives each use case its Moment. ``zone`` is the store's, once its settings have arrived."""

    def __init__(
        self,
        boot_id: BootId,
        zone: str = ZONE_UNTIL_TOLD,
        reckoning: Reckoning | None = None,
        *,
        wall: Callable[[], int] = wall_clock_ms,
        steady: Callable[[], Steady] = steady_clock,
    ) -> None:
        self.boot_id = boot_id
        self.zone = zone
        self._reckoning = reckoning
        self._wall = wall
        self.steady = steady
        self._state = ClockState.UNCHECKED
        self._anchor_ms = self._ahead_ms()

    def moment(self) -> Moment:
        """Now: UTC milliseconds, the store's offset, this boot, and what the clock is worth."""
        if abs(self._ahead_ms() - self._anchor_ms) > JUMP_MS_MAX:
            self._state = ClockState.JUMPED
        wall_ms = self._wall()
        offset = datetime.fromtimestamp(wall_ms // 1_000, ZoneInfo(self.zone)).utcoffset()
        seconds = int(offset.total_seconds()) if offset is not None else 0
        return Moment(wall_ms, seconds, self.boot_id, self._state, self._known())

    @property
    def wall_ms(self) -> int:
        """What the machine's clock shows, UTC milliseconds: for what needs no more of a moment."""
        return self._wall()

    def server_said(self, server_time_ms: int) -> None:
        """Head office's clock was told: near enough confirms ours, a jump is then over."""
        self._reckoning = Reckoning(server_time_ms, self.steady(), exact=True)
        if abs(self._wall() - server_time_ms) <= SERVER_GAP_MS_MAX:
            self._anchor_ms = self._ahead_ms()
            self._state = ClockState.CHECKED
        elif self._state is ClockState.CHECKED:
            self._state = ClockState.UNCHECKED

    def _known(self) -> KnownTime | None:
        if self._reckoning is None:
            return None
        at_ms, then, exact = self._reckoning
        return KnownTime(at_ms + self.steady().ms - then.ms, exact)

    def _ahead_ms(self) -> int:
        """How far the wall clock is ahead of the steady one: constant, unless somebody set it."""
        return self._wall() - self.steady().ms
