"""Connections to the store's database: what each is told first, and readers that never wait.

The writer (``writer.py``) owns the only connection that writes. Everything that reads without
writing goes through a ``Reader`` (``reader.py``): in WAL mode it sees the last commit and waits for
nobody.
"""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from types import NoneType
from typing import ParamSpec, TypeVar

import aiosqlite

from edge.db.connection.sqlite_version import check_sqlite_version

BUSY_TIMEOUT_S = 5
CHECKPOINT_PAGES = 4_000
"""The writer moves the log into the database each time it has grown to this many pages. A sale that
commits alone writes 27, in a grown store 32: so fewer than one in a hundred waits for that, and a
page that many sales change is moved once."""
WRITER_CACHE_KIB = 16_384
"""Pages that the writer keeps. With SQLite's 2 MiB a sale in a grown store reads 21 pages from the
file again, with this 5."""
STATEMENTS_CACHED = 256

T = TypeVar("T")
P = ParamSpec("P")


_NOTHING: Mapping[None, None] = {}
sqlite3.register_adapter(bytes, bytes)
sqlite3.register_adapter(NoneType, _NOTHING.get)
"""``sqlite3`` asks of each value that is no number and no text what it wants to be bound as, and
finding nothing takes it 1 µs; an answer 0.2, less where no Python gives it: bytes of bytes are
these, and of nothing there is nothing. A sale binds some fifty ids and NULLs."""


def address(path: Path, mode: str) -> str:
    """The URI of the database at ``path``; ``mode`` is ro, rw (must exist) or rwc (create)."""
    return f"{path.absolute().as_uri()}?mode={mode}"


def set_pragmas(db: sqlite3.Connection, *, writer: bool) -> None:
    """Tell a new connection that may write how to behave. Raises SqliteTooOld.

    ``FULL``: NORMAL may lose a committed sale at a power cut. Only the writer checkpoints.
    ``temp_store``: so that a full disk is only ever met by writing. ``secure_delete``: bytes of
    what is deleted or changed are overwritten, so that nothing of an erased customer stays in the
    file.
    """
    check_sqlite_version(db.execute("SELECT sqlite_version()").fetchone()[0])
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    _set_guards(db)
    db.execute("PRAGMA secure_delete = ON")
    db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES if writer else 0}")
    if writer:
        db.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")


def set_reader_pragmas(db: sqlite3.Connection) -> None:
    """Tell a new connection that was opened read-only how to behave; outside a transaction."""
    _set_guards(db)
    db.execute("PRAGMA query_only = ON")


def _set_guards(db: sqlite3.Connection) -> None:
    db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1_000}")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA cell_size_check = ON")
    db.execute("PRAGMA temp_store = MEMORY")


def open_connection(path: Path, *, writer: bool = False, create: bool = True) -> sqlite3.Connection:
    """Open the database at ``path`` in autocommit mode: who wants a transaction begins it.

    ``writer`` is for the one that owns all writes. Without ``create`` a missing file raises
    sqlite3.OperationalError. Use it in the thread that opened it, and close it.
    """
    db = sqlite3.connect(
        address(path, "rwc" if create else "rw"),
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        cached_statements=STATEMENTS_CACHED,
    )
    try:
        set_pragmas(db, writer=writer)
    except BaseException:
        db.close()
        raise
    return db


def open_reading(path: Path) -> sqlite3.Connection:
    """A connection that can change nothing, for one who looks beside the box at work."""
    db = sqlite3.connect(
        address(path, "ro"), uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None
    )
    try:
        set_reader_pragmas(db)
    except BaseException:
        db.close()
        raise
    return db


async def in_thread(
    connection: aiosqlite.Connection, call: Callable[P, T], *args: P.args, **named: P.kwargs
) -> T:
    """``call`` in the connection's thread: one hop. aiosqlite has no public way to do that: a test
    pins the names ``_execute`` and ``_conn``."""
    result: T = await connection._execute(call, *args, **named)  # type: ignore[no-untyped-call]  # no public way
    return result
