"""A lane: work of one kind that may not take the whole server. So many go at once, so many wait,
and whoever comes then is told to come again: each at another moment, as fast as the lane serves.

Appointments. Who is turned away gets the next free moment of a line of moments that lie as far
apart as the lane needs for one of them, measured while it is busy. So a thousand that come together
are asked to come again over as long as they take, not all after a second, and not over an hour. The
moments lie a little closer than that, so that the lane does not run dry where one is not kept, and
each is blurred, so that several servers do not give the same ones.
"""

import asyncio
import math
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import Enum, auto

from sync.http.later import Busy

AGAIN_S_MAX = 300
EAGER = 1.25
"""So many are asked to come again for one that is served."""
BLUR = 0.2
"""A moment is moved by at most such a part of the wait for it, either way."""
AVERAGED = 16
"""Of so many the time that one takes is the mean, newer ones weighing more."""


class Appointments:
    """When to come again. ``per_s``: how many are served a second, until it was measured.
    ``clock``: seconds that only ever rise; ``draw``: from 0 to below 1."""

    def __init__(
        self,
        per_s: float,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.each_s = 1 / per_s
        self._clock = clock
        self._draw = draw
        self._next_s = 0.0
        self._served_s: float | None = None

    def served(self, *, others_wait: bool, took_s: float = math.inf) -> None:
        """One was. The time since the one before counts where somebody waited all the while; where
        nobody did, what its own turn took, if that is less: who are asked to come one by one leave
        nobody waiting, and a lane that learns nothing of them would ask for that for ever."""
        now_s = self._clock()
        each_s = min(took_s, self.each_s) if self._served_s is None else now_s - self._served_s
        self.each_s += (each_s - self.each_s) / AVERAGED
        self._served_s = now_s if others_wait else None

    def give(self) -> int:
        """Whole seconds from now, from 1 to AGAIN_S_MAX."""
        now_s = self._clock()
        self._next_s = max(self._next_s, now_s) + self.each_s / EAGER
        self._next_s = min(self._next_s, now_s + AGAIN_S_MAX)
        blurred_s = (self._next_s - now_s) * (1 + BLUR * (2 * self._draw() - 1))
        return max(1, min(AGAIN_S_MAX, math.ceil(blurred_s)))


class Turns:
    """``places`` at a time, in the order of asking; who had one ``again`` before all who wait for
    their first, since it has waited as long as they."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._first: deque[asyncio.Future[None]] = deque()
        self._again: deque[asyncio.Future[None]] = deque()

    async def take(self, *, again: bool = False) -> None:
        """Return when it has come."""
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        (self._again if again else self._first).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self.end()
            raise

    def end(self) -> None:
        """Of whoever had it: the next one's, passing over who no longer waits."""
        for waiting in (self._again, self._first):
            while waiting:
                turn = waiting.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1


class Lane:
    """``what`` it is, in words for people, such as "reports". At most ``waiting`` wait behind those
    at work; where ``wait_s`` is given, no more than have their turn within it, as far as is known.
    ``served`` had a turn so far, ``turned_away`` were asked to come again."""

    def __init__(
        self,
        what: str,
        *,
        places: int,
        waiting: int,
        wait_s: float = math.inf,
        appointments: Appointments | None = None,
    ) -> None:
        self._what = what
        self.places = places
        self._waiting = waiting
        self._wait_s = wait_s
        self._turns = Turns(places)
        self._appointments = appointments or Appointments(per_s=places)
        self._inside = 0
        self._sending = 0
        self.served = 0
        self.turned_away = 0

    def place(self, gone: Callable[[], bool] = lambda: False) -> "Place":
        """A place in it, not entered yet. ``gone``: whether whoever asked has left."""
        return Place(self, gone)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The block runs when its turn has come. Raises Busy at once where too many wait."""
        place = self.place()
        try:
            await place.turn()
            yield
        finally:
            place.leave()

    def come_in(self) -> None:
        """One more waits. Raises Busy where too many do, or still send what they want."""
        ahead = self._inside - self.places + 1
        long = ahead > 0 and ahead * self._appointments.each_s > self._wait_s
        if ahead > self._waiting or long or self._sending > self._waiting:
            self.turned_away += 1
            raise Busy(
                f"As many {self._what} are at work and waiting as this server takes at a time.",
                remedy="Try again in a moment.",
                retry_after_s=self._appointments.give(),
            )
        self._inside += 1

    async def take_turn(self, *, again: bool) -> None:
        """Of one that is inside; ``again``: it had one before it stood aside."""
        await self._turns.take(again=again)

    def end_turn(self) -> None:
        """Of one that had it."""
        self._turns.end()

    def step_aside(self) -> None:
        """One that is inside."""
        self._inside -= 1
        self._sending += 1

    def step_back(self) -> None:
        """One that stood aside."""
        self._sending -= 1
        self._inside += 1

    def go_out(self, took_s: float | None) -> None:
        """One that is inside; ``took_s``: of its turn, None where it had none."""
        if took_s is not None:
            self.served += 1
            others_wait = self._inside > self.places
            self._appointments.served(others_wait=others_wait, took_s=took_s)
        self._inside -= 1


class _At(Enum):
    """Where a place stands."""

    OUTSIDE = auto()
    WAITING = auto()
    TURN = auto()
    ASIDE = auto()


class Place:
    """One request in a lane: it comes in, has its turn, may step aside while its sender still
    sends, has it again before all who had none yet, and leaves."""

    def __init__(self, lane: Lane, gone: Callable[[], bool]) -> None:
        self._lane = lane
        self._gone = gone
        self._at = _At.OUTSIDE
        self._began_s = 0.0

    def enter(self) -> None:
        """Wait inside. Raises Busy at once where too many do."""
        self._lane.come_in()
        self._at = _At.WAITING

    async def turn(self) -> None:
        """Enter, and return when its turn has come; at once where it has it. Raises Busy, which
        nobody reads, where whoever asked has left meanwhile: nothing is begun for them."""
        if self._at is _At.OUTSIDE:
            self.enter()
        again = self._at is _At.ASIDE
        if again:
            self._lane.step_back()
            self._at = _At.WAITING
        if self._at is _At.WAITING:
            await self._lane.take_turn(again=again)
            self._at, self._began_s = _At.TURN, time.monotonic()
        if self._gone():
            raise Busy("Whoever asked has left.", remedy="Ask again.", retry_after_s=1)

    def step_aside(self) -> None:
        """Let others go first while what is asked is on its way; ``turn`` waits again."""
        if self._at is _At.TURN:
            self._lane.end_turn()
            self._lane.step_aside()
            self._at = _At.ASIDE

    def leave(self) -> None:
        """The work is done, or nothing comes of it. Any number of times."""
        if self._at is _At.TURN:
            self._lane.end_turn()
        elif self._at is _At.ASIDE:
            self._lane.step_back()
        if self._at is not _At.OUTSIDE:
            had_it = self._at is _At.TURN
            self._lane.go_out(time.monotonic() - self._began_s if had_it else None)
        self._at = _At.OUTSIDE
