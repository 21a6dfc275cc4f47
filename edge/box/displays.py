"""Customers' displays on devices of their own: what each till tells, for the display before it, in
memory alone. A till tells nothing where nobody looks."""

import asyncio
import contextlib
import secrets

from edge.box.clock import wall_clock_ms
from edge.domain.display import Showing, Shown
from sync.protocol.identity import WorkstationId

WAIT_S = 20
"""How long an answer waits for news: a display asks again at once."""
WATCHED_MS = 60_000
"""Who has not asked for so long is off."""
SILENT_MS = 90_000
"""A till that told nothing for so long is off: while somebody looks its page tells the same again
every ten seconds, one that is not in sight every minute."""
_NOTHING = Showing(1, None)
"""0 is what nobody was told."""


class Displays:
    """What is shown before which till, and who looks."""

    def __init__(self) -> None:
        self._told: dict[WorkstationId, Showing] = {}
        self._news: dict[WorkstationId, asyncio.Event] = {}
        self._told_ms: dict[WorkstationId, int] = {}
        self._asked_ms: dict[WorkstationId, int] = {}
        self._number = secrets.randbits(40) + 1  # not the last start's
        self._closing = False

    def tell(self, till: WorkstationId, shown: Shown) -> None:
        """From now on this is shown before ``till``."""
        self._told_ms[till] = wall_clock_ms()
        if self._told.get(till, _NOTHING).shown == shown:
            return
        self._number += 1
        self._told[till] = Showing(self._number, shown)
        news = self._news.pop(till, None)
        if news is not None:
            news.set()

    def is_watched(self, till: WorkstationId) -> bool:
        """Whether a display stands before it that is on."""
        return wall_clock_ms() - self._asked_ms.get(till, 0) < WATCHED_MS

    async def after(self, till: WorkstationId, number: int) -> Showing:
        """What is shown before ``till``, at once if it is other news than ``number``, else when it
        is, or after WAIT_S."""
        self._asked_ms[till] = wall_clock_ms()
        now = self._now(till)
        if now.number != number or self._closing:
            return now
        news = self._news.setdefault(till, asyncio.Event())
        with contextlib.suppress(TimeoutError):  # no news: it is told again what there is
            await asyncio.wait_for(news.wait(), WAIT_S)
        return self._now(till)

    def close(self) -> None:
        """Nobody waits any longer."""
        self._closing = True
        self.wake()

    def wake(self) -> None:
        """Whoever waits asks again, and is let in again or is not."""
        while self._news:
            self._news.popitem()[1].set()

    def _now(self, till: WorkstationId) -> Showing:
        if wall_clock_ms() - self._told_ms.get(till, 0) >= SILENT_MS:
            return _NOTHING
        return self._told.get(till, _NOTHING)
