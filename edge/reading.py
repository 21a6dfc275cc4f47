"""Reads that never wait for the writer: a plain function over one snapshot of the store.

The connection comes from the read-only engine's pool (``edge/db/engine.py``), so it cannot write,
and at most READERS_MAX reads run at a time. The function runs whole in that connection's thread.
"""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

import aiosqlite
from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")


async def read(reader: AsyncEngine, look: Callable[[sqlite3.Connection], T]) -> T:
    """What ``look`` finds; all its statements see the same commit. Raises what it raises."""
    async with reader.begin() as snapshot:
        raw = await snapshot.get_raw_connection()
        connection = raw.driver_connection
        assert isinstance(connection, aiosqlite.Connection)  # noqa: S101 - what the engine opens
        # aiosqlite has no public way to run a function in its thread: see edge/db/writer.py
        found: T = await connection._execute(  # type: ignore[no-untyped-call]
            look, connection._conn
        )
        return found
