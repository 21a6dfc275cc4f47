"""Reads that never wait for the writer: a plain function over one snapshot of the store.

``await reader.read(look)`` is one hop to the thread of a connection that cannot write; ``look``
runs there whole. A fixed number of connections, each opened when it is first needed; who comes when
all are at work waits, and is told Busy where too many wait or it takes too long. Reports, which
walk whole days or everything, have a reader with one connection of their own (``open_reports``):
what a till needs never waits behind them.

The connections are aiosqlite's, whose thread costs a read 20 µs; SQLAlchemy's async engine, which
begins, ends and checks out with a hop each, costs it 300 to 900.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import aiosqlite

from edge.db.connection.engine import (
    BUSY_TIMEOUT_S,
    STATEMENTS_CACHED,
    address,
    in_thread,
    set_reader_pragmas,
)
from edge.db.connection.errors import WriterClosed
from sync.http.later import Busy

READERS_MAX = 8
"""Reads at work at a time."""
READS_WAITING_MAX = 1_024
READER_WAIT_S = 10
REPORTS_WAITING_MAX = 8
RETRY_AFTER_S = 2

T = TypeVar("T")


class Reader:
    """Owns the connections that read one store. Close it: ``async with`` does, and its threads
    keep the process alive until then. ``what`` is read, in words for people."""

    def __init__(
        self,
        path: Path,
        *,
        what: str = "reads",
        connections_max: int = READERS_MAX,
        waiting_max: int = READS_WAITING_MAX,
        wait_s: float | None = READER_WAIT_S,
    ) -> None:
        self._path = path
        self._what = what
        self._turns = asyncio.Semaphore(connections_max)
        self._waiting = 0
        self._waiting_max = waiting_max
        self._wait_s = wait_s
        self._connections: list[aiosqlite.Connection] = []
        self._idle: list[aiosqlite.Connection] = []
        self._abandoned: set[asyncio.Task[None]] = set()
        self._closed = False

    async def read(self, look: Callable[[sqlite3.Connection], T]) -> T:
        """What ``look`` finds; all its statements see the same commit, and a write raises
        sqlite3.OperationalError. Raises what it raises, Busy, WriterClosed.

        Cancelling the caller interrupts ``look``; the connection is free again when it has ended.
        """
        await self._take_turn()
        try:
            self._refuse_closed()
            connection = self._idle.pop() if self._idle else await self._open()
        except BaseException:
            self._turns.release()
            raise
        try:
            found: T = await in_thread(connection, _see, connection._conn, look)
        except asyncio.CancelledError:
            await self._leave(connection)
            raise
        except sqlite3.OperationalError as error:
            self._give_back(connection)
            self._refuse_closed(error)
            raise
        except BaseException:
            self._give_back(connection)
            raise
        self._give_back(connection)
        return found

    async def close(self) -> None:
        """Interrupt what is being read, refuse what waits or comes later. Twice is once."""
        self._closed = True
        connections, self._connections = self._connections, []
        for connection in connections:
            await connection.interrupt()
        if self._abandoned:
            await asyncio.wait(self._abandoned)
        for connection in connections:
            await connection.close()

    async def _take_turn(self) -> None:
        self._refuse_closed()
        if not self._turns.locked():
            await self._turns.acquire()
            return
        if self._waiting >= self._waiting_max:
            raise self._busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_s):
                await self._turns.acquire()
        except TimeoutError:
            raise self._busy() from None
        finally:
            self._waiting -= 1

    async def _open(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(
            address(self._path, "ro"),
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            cached_statements=STATEMENTS_CACHED,
        )
        try:
            await in_thread(connection, set_reader_pragmas, connection._conn)
            self._refuse_closed()
        except BaseException:
            connection.stop()
            raise
        self._connections.append(connection)
        return connection

    async def _leave(self, connection: aiosqlite.Connection) -> None:
        """Its caller is gone: the connection is given back when its thread is through."""
        if self._closed:
            return
        await connection.interrupt()
        through = asyncio.create_task(in_thread(connection, _end, connection._conn))
        self._abandoned.add(through)
        through.add_done_callback(self._abandoned.discard)
        through.add_done_callback(lambda _: self._give_back(connection))

    def _give_back(self, connection: aiosqlite.Connection) -> None:
        self._idle.append(connection)
        self._turns.release()

    def _refuse_closed(self, cause: Exception | None = None) -> None:
        if self._closed:
            raise WriterClosed("it was closed") from cause

    def _busy(self) -> Busy:
        return Busy(
            f"As many {self._what} are at work and waiting as this server takes at a time.",
            remedy="Try again in a moment.",
            retry_after_s=RETRY_AFTER_S,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def open_reports(path: Path) -> Reader:
    """Reads that may take long, one after the other."""
    return Reader(
        path, what="reports", connections_max=1, waiting_max=REPORTS_WAITING_MAX, wait_s=None
    )


def _see(db: sqlite3.Connection, look: Callable[[sqlite3.Connection], T]) -> T:
    """In autocommit mode each statement would see its own snapshot: begin for the whole read."""
    _end(db)  # one that was interrupted may not have come to its end
    db.execute("BEGIN")
    try:
        return look(db)
    finally:
        _end(db)


def _end(db: sqlite3.Connection) -> None:
    if db.in_transaction:
        db.execute("ROLLBACK")
