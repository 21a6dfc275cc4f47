"""Readers never wait for the writer, and everybody runs on a sound SQLite."""

import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from edge.db.connection.engine import open_connection, open_reader_engine
from edge.db.connection.writer import AioWriter
from tests.patience import PATIENCE_S

COUNT = text("SELECT count(*) FROM sale")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a store & 100%? #1.sqlite"


@pytest.fixture
async def writer(path: Path) -> AsyncIterator[AioWriter]:
    async with await AioWriter.open(path) as writer:
        await writer.run(lambda db: db.execute("CREATE TABLE sale (id INTEGER)") and None)
        yield writer


@pytest.fixture
async def readers(writer: AioWriter, path: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_reader_engine(path)
    yield engine
    await engine.dispose()


async def test_a_reader_sees_the_last_commit_while_a_unit_is_being_written(
    writer: AioWriter, readers: AsyncEngine
) -> None:
    go_on = threading.Event()

    def slow(connection: object) -> None:
        connection.execute("INSERT INTO sale VALUES (2)")  # type: ignore[attr-defined]
        assert go_on.wait(timeout=PATIENCE_S)

    await writer.run(lambda db: db.execute("INSERT INTO sale VALUES (1)") and None)
    running = writer.run(slow)
    async with readers.connect() as reading:
        assert (await reading.execute(COUNT)).scalar_one() == 1
    go_on.set()
    await running
    async with readers.connect() as reading:
        assert (await reading.execute(COUNT)).scalar_one() == 2


async def test_one_read_is_one_snapshot(writer: AioWriter, readers: AsyncEngine) -> None:
    async with readers.connect() as reading:
        assert (await reading.execute(COUNT)).scalar_one() == 0
        await writer.run(lambda db: db.execute("INSERT INTO sale VALUES (1)") and None)
        assert (await reading.execute(COUNT)).scalar_one() == 0


async def test_a_reader_cannot_write(readers: AsyncEngine) -> None:
    async with readers.connect() as reading:
        with pytest.raises(OperationalError, match="readonly database"):
            await reading.execute(text("INSERT INTO sale VALUES (1)"))


async def test_a_reader_trusts_neither_schema_nor_pages(readers: AsyncEngine) -> None:
    promised = {
        "query_only": 1,
        "foreign_keys": 1,
        "busy_timeout": 5_000,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "journal_mode": "wal",
    }
    async with readers.connect() as reading:
        for name, value in promised.items():
            assert (await reading.exec_driver_sql(f"PRAGMA {name}")).scalar_one() == value


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
