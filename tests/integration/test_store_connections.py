"""Readers never wait for the writer, and everybody runs on a sound SQLite."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from edge.db.connection.engine import open_connection
from edge.db.connection.errors import WriterClosed
from edge.db.connection.reader import Reader
from edge.db.connection.writer import AioWriter
from sync.http.later import Busy
from tests.patience import PATIENCE_S


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a store & 100%? #1.sqlite"


@pytest.fixture
async def writer(path: Path) -> AsyncIterator[AioWriter]:
    async with await AioWriter.open(path) as writer:
        await writer.run(lambda db: db.execute("CREATE TABLE sale (id INTEGER)") and None)
        yield writer


@pytest.fixture
async def reader(writer: AioWriter, path: Path) -> AsyncIterator[Reader]:
    async with Reader(path) as reader:
        yield reader


def count(db: sqlite3.Connection) -> int:
    """Rows of the table."""
    found: int = db.execute("SELECT count(*) FROM sale").fetchone()[0]
    return found


def add(db: sqlite3.Connection) -> None:
    """One row more."""
    db.execute("INSERT INTO sale VALUES (1)")


class Gate:
    """A look that says when it has begun, and ends when it is told to."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, db: sqlite3.Connection) -> int:
        self.begun.set()
        assert self.go_on.wait(timeout=PATIENCE_S)
        return count(db)


async def test_a_reader_sees_the_last_commit_while_a_unit_is_being_written(
    writer: AioWriter, reader: Reader
) -> None:
    go_on = threading.Event()

    def slow(db: sqlite3.Connection) -> None:
        add(db)
        assert go_on.wait(timeout=PATIENCE_S)

    await writer.run(add)
    running = asyncio.ensure_future(writer.run(slow))
    assert await reader.read(count) == 1
    go_on.set()
    await running
    assert await reader.read(count) == 2


async def test_one_read_is_one_snapshot(writer: AioWriter, reader: Reader) -> None:
    written, go_on = threading.Event(), threading.Event()

    def twice(db: sqlite3.Connection) -> tuple[int, int]:
        before = count(db)
        go_on.set()
        assert written.wait(timeout=PATIENCE_S)
        return before, count(db)

    reading = asyncio.ensure_future(reader.read(twice))
    await asyncio.to_thread(go_on.wait, PATIENCE_S)
    await writer.run(add)
    written.set()
    assert await reading == (0, 0)
    assert await reader.read(count) == 1


async def test_a_reader_cannot_write(reader: Reader) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly database"):
        await reader.read(add)


async def test_a_reader_trusts_neither_schema_nor_pages(reader: Reader) -> None:
    promised = {
        "query_only": 1,
        "foreign_keys": 1,
        "busy_timeout": 5_000,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "temp_store": 2,
        "journal_mode": "wal",
    }

    def told(db: sqlite3.Connection) -> dict[str, object]:
        return {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in promised}

    assert await reader.read(told) == promised


async def test_what_a_look_raises_reaches_its_caller_and_the_next_read_sees_the_next_commit(
    writer: AioWriter, path: Path
) -> None:
    def broken(db: sqlite3.Connection) -> int:
        return count(db) // 0

    async with Reader(path, connections_max=1) as reader:
        with pytest.raises(ZeroDivisionError):
            await reader.read(broken)
        await writer.run(add)
        assert await reader.read(count) == 1


async def test_reads_beyond_the_connections_wait_and_beyond_that_are_refused(
    writer: AioWriter, path: Path
) -> None:
    gate = Gate()
    async with Reader(path, connections_max=1, waiting_max=1) as reader:
        first = asyncio.ensure_future(reader.read(gate))
        await asyncio.to_thread(gate.begun.wait, PATIENCE_S)
        second = asyncio.ensure_future(reader.read(count))
        await asyncio.sleep(0)  # until it waits
        with pytest.raises(Busy):
            await reader.read(count)
        gate.go_on.set()
        assert (await first, await second) == (0, 0)


async def test_who_waits_too_long_for_a_connection_is_refused(
    writer: AioWriter, path: Path
) -> None:
    gate = Gate()
    async with Reader(path, connections_max=1, wait_s=0) as reader:
        first = asyncio.ensure_future(reader.read(gate))
        await asyncio.to_thread(gate.begun.wait, PATIENCE_S)
        with pytest.raises(Busy):
            await reader.read(count)
        gate.go_on.set()
        assert await first == 0
        assert await reader.read(count) == 0


ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT begun() UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
)


def endless(begun: threading.Event) -> Callable[[sqlite3.Connection], int]:
    """A look whose statement says when it is at work, and ends only when it is interrupted."""

    def look(db: sqlite3.Connection) -> int:
        db.create_function("begun", 0, begun.set)
        found: int = db.execute(ENDLESS).fetchone()[0]
        return found

    return look


async def test_a_read_whose_caller_is_gone_is_interrupted_and_its_connection_reads_on(
    writer: AioWriter, path: Path
) -> None:
    begun = threading.Event()
    async with Reader(path, connections_max=1) as reader:
        reading = asyncio.ensure_future(reader.read(endless(begun)))
        await asyncio.to_thread(begun.wait, PATIENCE_S)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await writer.run(add)
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read(count) == 1


async def test_closing_interrupts_what_is_read_and_refuses_what_comes_later(
    writer: AioWriter, path: Path
) -> None:
    begun = threading.Event()
    reader = Reader(path, connections_max=1)
    reading = asyncio.ensure_future(reader.read(endless(begun)))
    await asyncio.to_thread(begun.wait, PATIENCE_S)
    waiting = asyncio.ensure_future(reader.read(count))
    await asyncio.sleep(0)  # until it waits
    async with asyncio.timeout(PATIENCE_S):
        await reader.close()
        for refused in (reading, waiting):
            with pytest.raises(WriterClosed):
                await refused
    with pytest.raises(WriterClosed):
        await reader.read(count)
    await reader.close()


def test_only_the_writer_checkpoints(path: Path) -> None:
    with closing(open_connection(path)) as db:
        assert db.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
    with closing(open_connection(path, writer=True)) as db:
        assert db.execute("PRAGMA wal_autocheckpoint").fetchone() == (4_000,)


def test_importing_edge_gives_everybody_the_same_sound_sqlite() -> None:
    code = (
        "import edge, sqlite3, sqlite3.dbapi2, aiosqlite.core\n"
        "from edge.db.connection.sqlite_version import check_sqlite_version\n"
        "from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite as dialect\n"
        "found = {sqlite3.sqlite_version, sqlite3.dbapi2.sqlite_version,\n"
        "    aiosqlite.core.sqlite3.sqlite_version, dialect.import_dbapi().sqlite_version}\n"
        "assert len(found) == 1, found\n"
        "assert sqlite3.connect is sqlite3.dbapi2.connect is aiosqlite.core.sqlite3.connect\n"
        "check_sqlite_version()\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=PATIENCE_S)


def test_bytes_and_nothing_stand_in_the_file_as_they_were_bound(path: Path) -> None:
    bound = (b"", b"\x00\xff", bytes(16), None)
    with closing(open_connection(path)) as db:
        found = db.execute("SELECT ?, ?, ?, ?", bound).fetchone()
        kinds = db.execute("SELECT typeof(?), typeof(?), typeof(?), typeof(?)", bound).fetchone()
    assert found == bound
    assert kinds == ("blob", "blob", "blob", "null")


@pytest.mark.parametrize("value", [b"an id", None])
def test_sqlite_is_told_what_bytes_and_nothing_are_bound_as(value: object) -> None:
    """Without an answer it looks for one in each value, five times as long as it takes to bind."""
    assert sqlite3.adapt(value, sqlite3.PrepareProtocol) is value
