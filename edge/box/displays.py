"""Customers' displays on devices of their own: what each till tells, for the display before it, and
what the customer says there, for that till; in memory alone. A till tells nothing where nobody
looks."""

import asyncio
import contextlib
import secrets
from typing import Generic, NamedTuple, TypeVar

from edge.box.clock import wall_clock_ms
from edge.domain.display import Answered, Showing, Shown, TipNotAsked, TipSaid
from sync.protocol.identity import WorkstationId

WAIT_S = 20
"""How long an answer waits for news: a display asks again at once."""
ANSWER_WAIT_S = 8
"""The same of a till, which takes a box that is silent for longer to be away."""
WATCHED_MS = 60_000
"""Who has not asked for so long is off."""
SILENT_MS = 90_000
"""A till that told nothing for so long is off: while somebody looks its page tells the same again
every ten seconds, one that is not in sight every minute."""
_NOTHING = Showing(1, None)
"""0 is what nobody was told."""
_Told = TypeVar("_Told")


class _Newest(NamedTuple, Generic[_Told]):
    number: int
    what: _Told


class _News(Generic[_Told]):
    """The newest of each till, under a number of its own, and who waits for it to be another."""

    def __init__(self) -> None:
        self._newest: dict[WorkstationId, _Newest[_Told]] = {}
        self._waiting: dict[WorkstationId, asyncio.Event] = {}
        self._number = secrets.randbits(40) + 1  # not the last start's

    def of(self, till: WorkstationId) -> _Newest[_Told] | None:
        return self._newest.get(till)

    def put(self, till: WorkstationId, what: _Told) -> None:
        self._number += 1
        self._newest[till] = _Newest(self._number, what)
        waiting = self._waiting.pop(till, None)
        if waiting is not None:
            waiting.set()

    async def wait(self, till: WorkstationId, wait_s: float) -> None:
        """Until there is news, or for so long."""
        waiting = self._waiting.setdefault(till, asyncio.Event())
        with contextlib.suppress(TimeoutError):  # no news: it is told again what there is
            await asyncio.wait_for(waiting.wait(), wait_s)

    def wake(self) -> None:
        while self._waiting:
            self._waiting.popitem()[1].set()


class Displays:
    """What is shown before which till, who looks, and what is said there."""

    def __init__(self) -> None:
        self._shown: _News[Shown] = _News()
        self._said: _News[TipSaid] = _News()
        self._told_ms: dict[WorkstationId, int] = {}
        self._asked_ms: dict[WorkstationId, int] = {}
        self._closing = False

    def tell(self, till: WorkstationId, shown: Shown) -> None:
        """From now on this is shown before ``till``."""
        self._told_ms[till] = wall_clock_ms()
        before = self._shown.of(till)
        if before is None or before.what != shown:
            self._shown.put(till, shown)

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
        await self._shown.wait(till, WAIT_S)
        return self._now(till)

    def say(self, till: WorkstationId, said: TipSaid) -> None:
        """What the customer said before ``till``: nothing but an answer to what it asks there now.
        Raises TipNotAsked."""
        shown = self._now(till).shown
        asked = None if shown is None else shown.tip
        offered = () if asked is None else (0, *asked.offered)
        if asked is None or asked.question != said.question or said.tip_minor not in offered:
            raise TipNotAsked
        self._said.put(till, said)

    async def answered(self, till: WorkstationId, question: str, number: int) -> Answered:
        """What was said to a question of ``till``, at once if it is other news than ``number``,
        else when it is, or after ANSWER_WAIT_S."""
        now = self._answer(till, question)
        if now.number != number or self._closing:
            return now
        await self._said.wait(till, ANSWER_WAIT_S)
        return self._answer(till, question)

    def close(self) -> None:
        """Nobody waits any longer."""
        self._closing = True
        self.wake()

    def wake(self) -> None:
        """Whoever waits asks again, and is let in again or is not."""
        self._shown.wake()
        self._said.wake()

    def _now(self, till: WorkstationId) -> Showing:
        told = self._shown.of(till)
        if told is None or wall_clock_ms() - self._told_ms.get(till, 0) >= SILENT_MS:
            return _NOTHING
        return Showing(told.number, told.what)

    def _answer(self, till: WorkstationId, question: str) -> Answered:
        said = self._said.of(till)
        if said is None or said.what.question != question:
            return Answered(0, None)
        return Answered(said.number, said.what.tip_minor)
