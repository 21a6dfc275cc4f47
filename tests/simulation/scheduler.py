"""Virtual time, and the order in which a simulated world moves: one thread, one seed, no clock.

What is due at the same millisecond runs in an order drawn from the seed, so that each seed tries
other interleavings. Coroutines are driven by hand: they may await only a ``Promise`` of this module
(``asyncio`` plays no part), which is where a ``Host`` can be killed.
"""

import heapq
from collections.abc import Callable, Coroutine, Generator
from random import Random
from typing import Any, Generic, TypeVar

T = TypeVar("T")
STEPS_MAX = 2_000_000
"""A world that moves more often than this is stuck in a circle."""


class Stalled(AssertionError):
    """What was waited for did not come: nothing is due any more, or not in time."""


class Promise(Generic[T]):
    """An answer that is not there yet; whoever awaits it goes on when it is settled."""

    __slots__ = ("_error", "_value", "_waiting", "done")

    def __init__(self) -> None:
        self.done = False
        self._value: T | None = None
        self._error: BaseException | None = None
        self._waiting: list[Callable[[], None]] = []

    def settle(self, value: T) -> None:
        """Give the answer. A second one is ignored: it comes too late."""
        if not self.done:
            self._value = value
            self._finish()

    def fail(self, error: BaseException) -> None:
        """Raise ``error`` in whoever awaits."""
        if not self.done:
            self._error = error
            self._finish()

    def when_done(self, act: Callable[[], None]) -> None:
        """Call ``act`` once settled."""
        if self.done:
            act()
        else:
            self._waiting.append(act)

    def _finish(self) -> None:
        self.done = True
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act()

    def result(self) -> T:
        """The answer of a settled promise, or its error."""
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # settled: it is a T

    def __await__(self) -> Generator["Promise[T]", None, T]:
        if not self.done:
            yield self
        return self.result()


class Scheduler:
    """The world's only clock and queue. ``now_ms``: UTC milliseconds of true time."""

    def __init__(self, random: Random, now_ms: int) -> None:
        self._random = random
        self._queue: list[tuple[int, int, int, Callable[[], None]]] = []
        self._count = 0
        self.now_ms = now_ms
        self.steps = 0

    def at(self, when_ms: int, act: Callable[[], None]) -> None:
        """Do ``act`` at ``when_ms``, in drawn order among what is due then."""
        self._count += 1
        draw = self._random.getrandbits(16)
        heapq.heappush(self._queue, (max(when_ms, self.now_ms), draw, self._count, act))

    def after(self, wait_ms: int, act: Callable[[], None]) -> None:
        """Do ``act`` in ``wait_ms``."""
        self.at(self.now_ms + wait_ms, act)

    def pause(self, wait_ms: int) -> Promise[None]:
        """Awaited: goes on in ``wait_ms`` of virtual time."""
        promise: Promise[None] = Promise()
        self.after(wait_ms, lambda: promise.settle(None))
        return promise

    def step(self) -> bool:
        """Do what is due next; False if nothing is."""
        if not self._queue:
            return False
        self.steps += 1
        if self.steps > STEPS_MAX:
            raise Stalled(f"more than {STEPS_MAX:,} steps")
        self.now_ms, _, _, act = heapq.heappop(self._queue)
        act()
        return True

    def run_until(self, reached: Callable[[], bool], limit_ms: int, what: str) -> None:
        """Move until ``reached``. Raises Stalled at ``limit_ms``, or if nothing moves any more."""
        while not reached():
            if self.now_ms > limit_ms:
                raise Stalled(f"{what}: not reached in time")
            if not self.step():
                raise Stalled(f"{what}: nothing moves any more")


class Host:
    """Something that can die: its tasks end where they wait, and none of them hears of it.

    An exception that ends a task is a defect and ends the run, but for those in ``mortal``.
    """

    def __init__(self, name: str, scheduler: Scheduler) -> None:
        self.name = name
        self.scheduler = scheduler
        self.alive = True
        self._tasks: dict[int, Coroutine[Any, Any, Any]] = {}
        self._spawned = 0

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run ``coroutine`` from the next step on, for as long as the host lives."""
        self._spawned += 1
        number = self._spawned
        self._tasks[number] = coroutine
        self.scheduler.after(0, lambda: self._advance(number))

    def kill_tasks(self) -> None:
        """Nothing that runs here goes on. Only from outside the host's own tasks."""
        tasks, self._tasks = self._tasks, {}
        for coroutine in tasks.values():
            coroutine.close()

    def _advance(self, number: int) -> None:
        coroutine = self._tasks.get(number)
        if coroutine is None:
            return
        try:
            awaited = coroutine.send(None)
        except StopIteration:
            self._tasks.pop(number, None)
            return
        if not isinstance(awaited, Promise):
            raise TypeError(f"{self.name} awaits {awaited!r}, which is no promise of this world")
        awaited.when_done(lambda: self.scheduler.after(0, lambda: self._advance(number)))
