"""What a store server knows about now.

A wall clock can be wrong, and can be set while the shop is open; the monotonic clock cannot. So the
two are compared: where they part by more than a tolerance the clock has *jumped* (protocol.md,
Time), until head office's time confirms it. Drift never blocks a sale: it is only told.
"""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sync.engine.journal import Moment
from sync.protocol.clock import ClockState
from sync.protocol.identity import BootId

JUMP_MS_MAX = 60_000
"""Wall and monotonic clock may part by this much before it is called a jump."""
SERVER_GAP_MS_MAX = 120_000
"""A clock this near to head office's counts as checked."""
CLOCK_GAP_S_MAX = 300
"""A clock this far from head office's prints wrong times on receipts, and would fail certificates:
a person is told, and no box is provisioned with it."""
ZONE_UNTIL_TOLD = "UTC"


class StoreClock:
    """Gives each use case its Moment. ``zone`` is the store's, once its settings have arrived."""

    def __init__(self, boot_id: BootId, zone: str = ZONE_UNTIL_TOLD) -> None:
        self.boot_id = boot_id
        self.zone = zone
        self._state = ClockState.UNCHECKED
        self._anchor_ms = _ahead_ms()

    def moment(self) -> Moment:
        """Now: UTC milliseconds, the store's offset, this boot, and what the clock is worth."""
        if abs(_ahead_ms() - self._anchor_ms) > JUMP_MS_MAX:
            self._state = ClockState.JUMPED
        wall_ms = time.time_ns() // 1_000_000
        local = datetime.fromtimestamp(wall_ms // 1_000, UTC).astimezone(ZoneInfo(self.zone))
        offset = local.utcoffset()
        seconds = int(offset.total_seconds()) if offset is not None else 0
        return Moment(wall_ms, seconds, self.boot_id, self._state)

    def server_said(self, server_time_ms: int) -> None:
        """Head office's clock was told: near enough confirms ours, a jump is then over."""
        if abs(time.time_ns() // 1_000_000 - server_time_ms) <= SERVER_GAP_MS_MAX:
            self._anchor_ms = _ahead_ms()
            self._state = ClockState.CHECKED
        elif self._state is ClockState.CHECKED:
            self._state = ClockState.UNCHECKED


def _ahead_ms() -> int:
    """How far the wall clock is ahead of the monotonic one: constant, unless somebody set it."""
    return (time.time_ns() - time.monotonic_ns()) // 1_000_000
