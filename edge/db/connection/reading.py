"""Reads that never wait for the writer: a plain function over one snapshot of the store.

The connection comes from the read-only engine's pool (``engine.py``), so it cannot write,
and at most READERS_MAX reads run at a time. The function runs whole in that connection's thread.
Reports, which walk whole days or everything, have a connection of their own and wait for each other
there: what a till needs never waits behind them.
"""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

import aiosqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from sync.http.lanes import Lane

REPORTS_WAITING_MAX = 8

T = TypeVar("T")


class Reports:
    """Reads that may take long, one after the other. ``engine`` is theirs alone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._lane = Lane("reports", at_once=1, waiting=REPORTS_WAITING_MAX)

    async def read(self, look: Callable[[sqlite3.Connection], T]) -> T:
        """As ``read``. Raises Busy where too many wait already."""
        async with self._lane.turn():
            return await read(self._engine, look)


async def read(reader: AsyncEngine, look: Callable[[sqlite3.Connection], T]) -> T:
    """What ``look`` finds; all its statements see the same commit. Raises what it raises."""
    async with reader.begin() as snapshot:
        raw = await snapshot.get_raw_connection()
        connection = raw.driver_connection
        assert isinstance(connection, aiosqlite.Connection)  # noqa: S101 - what the engine opens
        # aiosqlite has no public way to run a function in its thread: see writer.py
        found: T = await connection._execute(  # type: ignore[no-untyped-call]
            look, connection._conn
        )
        return found
