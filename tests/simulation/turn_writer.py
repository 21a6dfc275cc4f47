"""The store's writer without threads: units of one moment are one group with one commit."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple, TypeVar

from edge.db.connection import crash
from edge.db.connection.errors import WriterClosed
from edge.db.connection.group import Done, Outcome, Unit
from edge.db.connection.pen import Pen
from edge.db.connection.took import Took
from edge.db.connection.writer import GROUP_MAX, Writer
from tests.simulation.faults import DiskFaults
from tests.simulation.network import chance
from tests.simulation.scheduler import Promise, Scheduler

T = TypeVar("T")
ZONE = "Asia/Singapore"
SOFTWARE = "holdfast simulated"
COMMIT_MS = 4
"""A group is written within this much virtual time of its first unit's arrival, on a good disk."""

PATIENCE = 40
POINTS = ("after_unit", "before_commit", "after_commit", "before_answer")


class Killed(BaseException):
    """The store server's process is gone. No Exception: nothing may carry on after it."""


DYING_DISK = DiskFaults(slow_bp=10_000, slow_ms=2_000)
"""So that units pile up before a kill in the middle of them."""


class Doom(NamedTuple):
    """Where the next kill strikes: the ``nth`` pass of a crash point; ``torn``: half a frame stays
    at the end of the log. One after a unit waits for a group of several, up to PATIENCE groups."""

    point: str
    nth: int
    torn: bool


class InlineReader(NamedTuple):
    """Stands in for the reader, without its threads."""

    connection: sqlite3.Connection

    async def read(self, look: Callable[[sqlite3.Connection], T]) -> T:
        """What ``look`` finds."""
        return look(self.connection)


class Nudge:
    """Stands in for the asyncio.Event that the exchange loop waits for."""

    def __init__(self) -> None:
        self._set: Promise[None] = Promise()

    def set(self) -> None:
        """Whoever waits goes on."""
        self._set.settle(None)

    def clear(self) -> None:
        """Wait for the next one."""
        if self._set.done:
            self._set = Promise()

    async def wait(self) -> None:
        """Until it is set."""
        await self._set


class TurnWriter(Writer):
    """AioWriter's groups without its thread: what arrives before the turn is one group."""

    def __init__(
        self,
        scheduler: Scheduler,
        random: Random,
        pen: Pen,
        faults: DiskFaults,
        died: Callable[[], None],
        seen: Counter[str],
    ) -> None:
        self._seen = seen
        self._scheduler = scheduler
        self.faults = faults
        self._random = random
        self._pen = pen
        self._died = died
        self._waiting: list[tuple[Unit[Any], Promise[Any]]] = []
        self._turn_due = False
        self._closed = False
        self.arm: Callable[[int], None] | None = None
        """Called once before the next group is written, with its size."""

    async def run(self, unit: Unit[T]) -> T:
        promise: Promise[T] = Promise()
        if self._closed:
            raise WriterClosed("it was closed")
        self._waiting.append((unit, promise))
        if not self._turn_due:
            self._turn_due = True
            self._scheduler.after(self._commit_ms(), self._take_turn)
        return await promise

    def _commit_ms(self) -> int:
        slow = chance(self._random, self.faults.slow_bp)
        return self._random.randrange(self.faults.slow_ms if slow else COMMIT_MS)

    def _take_turn(self) -> None:
        self._turn_due = False
        if self._closed:
            return
        group, self._waiting = self._waiting[:GROUP_MAX], self._waiting[GROUP_MAX:]
        if len(group) > 1:
            self._seen["units that shared a commit"] += len(group)
        arm, self.arm = self.arm, None
        try:
            if arm is not None:
                arm(len(group))
            outcomes = self._pen.write([unit for unit, _ in group])
            crash.crash_point("before_answer")
        except Killed:
            self._closed = True
            self._died()
            return
        finally:
            crash.disarm()
        for (_, promise), outcome in zip(group, outcomes, strict=True):
            _answer(promise, outcome)

    async def close(self) -> None:
        self.close_now()

    def close_now(self) -> None:
        """Nobody waits here any more."""
        self._closed = True
        self._pen.close()

    @property
    def commits(self) -> int:
        return self._pen.commits

    @property
    def units(self) -> int:
        return self._pen.units

    @property
    def took(self) -> Took:
        return self._pen.took


def _answer(promise: Promise[Any], outcome: Outcome) -> None:
    if isinstance(outcome, Done):
        promise.settle(outcome.value)
    else:
        promise.fail(outcome.error)


def tune(db: sqlite3.Connection) -> None:
    """The simulation dies by copying files, never by losing pages: nothing needs to be synced."""
    db.execute("PRAGMA synchronous = OFF")
