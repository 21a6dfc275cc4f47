"""The seam through which every use case writes.

``await writer.run(unit)`` hands a plain function to the one connection that writes and gives its
answer once that is durable. ``AioWriter`` is production: while a group is being committed, or the
loop has more at hand, the units that arrive wait and become the next group. ``InlineWriter`` is the
simulation's: one unit, one transaction, no thread. Both pass the contract suite in
``tests/contract/test_writer.py``; what a group is stands in ``group.py``, what happens when the
disk fails in ``pen.py``.
"""

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import aiosqlite

from edge.db.connection.crash import crash_point
from edge.db.connection.engine import (
    BUSY_TIMEOUT_S,
    STATEMENTS_CACHED,
    address,
    in_thread,
    open_connection,
    set_pragmas,
)
from edge.db.connection.errors import CommitUnknown, WriterClosed, WriterFull
from edge.db.connection.group import Done, Failed, Outcome, Unit
from edge.db.connection.pen import Pen
from edge.db.connection.took import Took

__all__ = ["AioWriter", "InlineWriter", "Unit", "Writer"]

GROUP_MAX = 64
"""Units that share one transaction at most."""
WAITING_MAX = 2_048
"""Units that may wait; one more is refused with WriterFull."""

T = TypeVar("T")


class Writer(ABC):
    """Owns all writes of one store. Close it: ``async with`` does."""

    @abstractmethod
    async def run(self, unit: Unit[T]) -> T:
        """Run ``unit`` whole and give what it returns, once that is durable.

        Raises what the unit raised (then nothing of it remains but what ``keep`` wrote), or
        DiskRefused, StoreBusy, WriterFull, WriterClosed (nothing remains), or CommitUnknown
        (look the id up). Cancelling the caller does not stop the unit: look the id up too.
        """

    async def empty_log(self) -> bool:
        """What was overwritten in the database stands in its log until it wraps round: cut it now.
        False: it could not be cut; it wraps round some day."""
        return False

    @abstractmethod
    async def close(self) -> None:
        """Finish what waits, refuse what comes later, close the connection. Twice is once."""

    @property
    @abstractmethod
    def commits(self) -> int:
        """Transactions committed, each with one fsync."""

    @property
    @abstractmethod
    def units(self) -> int:
        """Units that were run in those, refused ones too."""

    @property
    @abstractmethod
    def took(self) -> Took:
        """How long each of those took."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


class InlineWriter(Writer):
    """Runs each unit at once, in the caller's thread, in a transaction of its own."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen

    @classmethod
    def open(cls, path: Path, tune: Callable[[sqlite3.Connection], None] | None = None) -> Self:
        """Open the database at ``path``, made if missing. ``tune`` gets every new connection."""
        return cls(Pen(path, open_connection(path, writer=True), tune))

    def run_now(self, unit: Unit[T]) -> T:
        """``run`` for callers without an event loop."""
        outcome = self._pen.write([unit])[0]
        crash_point("before_answer")
        if isinstance(outcome, Failed):
            raise outcome.error
        value: T = outcome.value
        return value

    async def run(self, unit: Unit[T]) -> T:
        return self.run_now(unit)

    async def empty_log(self) -> bool:
        return self._pen.empty_log()

    def close_now(self) -> None:
        """``close`` for callers without an event loop."""
        self._pen.close()

    async def close(self) -> None:
        self.close_now()

    @property
    def commits(self) -> int:
        return self._pen.commits

    @property
    def units(self) -> int:
        return self._pen.units

    @property
    def took(self) -> Took:
        return self._pen.took


class AioWriter(Writer):
    """Group commit on one aiosqlite connection, in that connection's thread.

    The thread is not a daemon: without ``close`` the process hangs at its end.
    """

    def __init__(self, connection: aiosqlite.Connection, pen: Pen) -> None:
        self._connection = connection
        self._pen = pen
        self._waiting: deque[tuple[Unit[Any], asyncio.Future[Any]]] = deque()
        self._group: list[tuple[Unit[Any], asyncio.Future[Any]]] = []
        self._turn: asyncio.Task[None] | None = None
        self._why_closed: str | None = None
        self._closing = False

    @classmethod
    async def open(
        cls,
        path: Path,
        tune: Callable[[sqlite3.Connection], None] | None = None,
        committed: Callable[[sqlite3.Connection], None] | None = None,
    ) -> Self:
        """Open the database at ``path``, made if missing. ``tune`` gets every new connection,
        ``committed`` the one that has just committed, before anybody is answered."""
        connection = await aiosqlite.connect(
            address(path, "rwc"),
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            cached_statements=STATEMENTS_CACHED,
        )

        def take_up() -> Pen:
            set_pragmas(connection._conn, writer=True)
            return Pen(path, connection._conn, tune, committed)

        try:
            pen = await in_thread(connection, take_up)
        except BaseException:
            await connection.close()
            raise
        return cls(connection, pen)

    async def run(self, unit: Unit[T]) -> T:
        if self._why_closed is not None:
            raise WriterClosed(self._why_closed)
        if len(self._waiting) >= WAITING_MAX:
            raise WriterFull(WAITING_MAX)
        caller: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((unit, caller))
        if self._turn is None:
            self._turn = asyncio.create_task(self._take_turn())
        return await caller

    async def empty_log(self) -> bool:
        if self._why_closed is not None:
            return False
        return await in_thread(self._connection, self._pen.empty_log)

    async def _take_turn(self) -> None:
        """Write what waits until nothing does; nobody may wait for a turn that broke."""
        try:
            await self._write_waiting()
        except BaseException as error:
            self._why_closed = f"its turn broke ({error!r})"
            for _, caller in self._group:
                _answer(caller, Failed(CommitUnknown(self._why_closed)))
            for _, caller in self._waiting:
                _answer(caller, Failed(WriterClosed(self._why_closed)))
            self._waiting.clear()
            raise
        finally:
            self._turn = None

    async def _write_waiting(self) -> None:
        """Group by group: what arrives while one is written becomes the next."""
        while self._waiting:
            await self._let_others_arrive()
            size = min(len(self._waiting), GROUP_MAX)
            self._group = [self._waiting.popleft() for _ in range(size)]
            units = [unit for unit, _ in self._group]
            outcomes = await in_thread(self._connection, self._pen.write, units)
            crash_point("before_answer")
            for (_, caller), outcome in zip(self._group, outcomes, strict=True):
                _answer(caller, outcome)

    async def _let_others_arrive(self) -> None:
        """A turn of the loop, and one more for as long as each brings a unit and there is room. The
        loop and the thread that writes share Python's lock, and passing it to and fro is a tenth of
        what a sale costs: so the loop does first what it has at hand, and more share a commit."""
        before = 0
        while before < len(self._waiting) < GROUP_MAX:
            before = len(self._waiting)
            await asyncio.sleep(0)

    async def close(self) -> None:
        closing, self._closing = self._closing, True
        if self._why_closed is None:
            self._why_closed = "it was closed"
        if self._turn is not None:
            await asyncio.wait([self._turn])
        if not closing:
            await in_thread(self._connection, self._pen.close)
            await self._connection.close()

    @property
    def commits(self) -> int:
        return self._pen.commits

    @property
    def units(self) -> int:
        return self._pen.units

    @property
    def took(self) -> Took:
        return self._pen.took


def _answer(caller: asyncio.Future[Any], outcome: Outcome) -> None:
    """Tell a caller that still listens."""
    if caller.done():
        return
    if isinstance(outcome, Done):
        caller.set_result(outcome.value)
    else:
        caller.set_exception(outcome.error)
