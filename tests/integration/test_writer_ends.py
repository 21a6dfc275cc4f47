"""The writer where a commit's outcome is unknown, and how it ends."""

import asyncio
import inspect
import resource
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import cast

import aiosqlite
import pytest

from edge.db.connection import group, writer
from edge.db.connection.engine import open_connection
from edge.db.connection.errors import (
    CommitUnknown,
    SqliteTooOld,
    StoreBusy,
    WriterClosed,
    WriterFull,
)
from edge.db.connection.group import Lost
from edge.db.connection.sqlite_version import check_sqlite_version
from tests.integration.writer_fixtures import (
    Open,
    committing,
    open_writer,
    path,
    sale,
    sales_in,
    together,
)
from tests.patience import PATIENCE_S

__all__ = ["open_writer", "path"]


async def test_a_disk_that_fails_at_each_commit_is_not_told_as_a_refusal(
    open_writer: Open, path: Path
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def mend(db: sqlite3.Connection) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    def breaks_the_disk(db: sqlite3.Connection) -> int:
        log_size = path.with_name(path.name + "-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (log_size + 100, hard))
        return sale(0)(db)

    writer = await open_writer(mend)
    try:
        with pytest.raises(CommitUnknown, match="disk I/O error"):
            await writer.run(breaks_the_disk)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert await writer.run(sale(1)) == 1


@pytest.mark.parametrize(
    ("code", "in_transaction", "unsure"),
    [
        (sqlite3.SQLITE_FULL, False, False),
        (sqlite3.SQLITE_IOERR | 4 << 8, False, True),  # SQLITE_IOERR_FSYNC
        (sqlite3.SQLITE_CONSTRAINT, True, False),
    ],
)
def test_only_a_commit_that_sqlite_gave_up_without_a_full_disk_is_unsure(
    code: int, unsure: bool, in_transaction: bool
) -> None:
    class Connection:
        def __init__(self) -> None:
            self.in_transaction = in_transaction

        def execute(self, sql: str) -> None:
            error = sqlite3.OperationalError("at the commit")
            error.sqlite_errorcode = code
            raise error

    with pytest.raises(Lost) as caught:
        group._commit(cast(sqlite3.Connection, Connection()))
    assert caught.value.unsure is unsure


async def test_a_log_that_cannot_be_made_durable_closes_the_writer(
    open_writer: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = await open_writer(lambda db: db.execute("PRAGMA busy_timeout = 1") and None)
    with closing(open_connection(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM sale").fetchall()
        await writer.run(sale(1))
        monkeypatch.setattr(group, "_commit", committing(True, really=True))
        answers = await together(writer, [sale(2), sale(3)])
        assert [type(answer) for answer in answers] == [CommitUnknown, CommitUnknown]
        with pytest.raises(WriterClosed, match="kept the log"):
            await writer.run(sale(4))


async def test_a_cancelled_caller_does_not_stop_its_unit(open_writer: Open, path: Path) -> None:
    writer = await open_writer()
    entered, go_on = threading.Event(), threading.Event()

    def slow(db: sqlite3.Connection) -> int:
        entered.set()
        assert go_on.wait(timeout=PATIENCE_S)
        return sale(1)(db)

    running = asyncio.create_task(writer.run(slow))
    await asyncio.to_thread(entered.wait, 30)
    waiting = asyncio.create_task(writer.run(sale(2)))
    await asyncio.to_thread(lambda: None)
    running.cancel()
    waiting.cancel()
    go_on.set()
    assert await writer.run(sale(3)) == 3
    assert running.cancelled()
    assert waiting.cancelled()
    assert sales_in(path) == [1, 2, 3]


async def test_closing_finishes_what_waits(open_writer: Open, path: Path) -> None:
    writer = await open_writer()
    callers = [asyncio.create_task(writer.run(sale(id_))) for id_ in range(10)]
    await asyncio.sleep(0)
    await writer.close()
    assert await asyncio.gather(*callers) == list(range(10))
    assert sales_in(path) == list(range(10))


async def test_one_unit_too_many_is_refused_at_once(
    open_writer: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer_ = await open_writer()
    monkeypatch.setattr(writer, "WAITING_MAX", 5)
    answers = await together(writer_, [sale(id_) for id_ in range(8)])
    assert answers[:5] == [0, 1, 2, 3, 4]
    assert [type(answer) for answer in answers[5:]] == [WriterFull] * 3


async def test_another_program_that_writes_refuses_the_sale_and_is_named(
    open_writer: Open, path: Path
) -> None:
    writer = await open_writer(lambda db: db.execute("PRAGMA busy_timeout = 1") and None)
    with closing(open_connection(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            await writer.run(sale(1))
        other.execute("ROLLBACK")
    assert await writer.run(sale(1)) == 1


async def test_a_turn_that_breaks_leaves_no_caller_waiting(open_writer: Open, path: Path) -> None:
    class Interrupt(BaseException):
        pass

    def interrupted(db: sqlite3.Connection) -> None:
        sale(1)(db)
        raise Interrupt

    writer = await open_writer()
    caller = asyncio.create_task(writer.run(interrupted))
    await asyncio.sleep(0)
    turn = writer._turn
    assert turn is not None
    with pytest.raises(CommitUnknown):
        await caller
    with pytest.raises(Interrupt):
        await turn
    with pytest.raises(WriterClosed):
        await writer.run(sale(2))
    assert sales_in(path) == []


def test_aiosqlite_still_has_the_private_names_that_the_writer_uses() -> None:
    assert inspect.iscoroutinefunction(aiosqlite.Connection._execute)
    assert list(inspect.signature(aiosqlite.Connection._execute).parameters) == [
        "self",
        "fn",
        "args",
        "kwargs",
    ]
    assert isinstance(aiosqlite.Connection._conn, property)


@pytest.mark.parametrize("version", ["3.40.1", "3.44.5", "3.50.6", "3.51.2", "3.45.0"])
def test_a_sqlite_that_can_corrupt_the_log_is_refused_with_the_remedy(version: str) -> None:
    with pytest.raises(SqliteTooOld, match=rf"SQLite {version} .* install pysqlite3"):
        check_sqlite_version(version)


@pytest.mark.parametrize("version", ["3.44.6", "3.50.7", "3.51.3", "3.53.4", "4.0.0"])
def test_a_sqlite_that_carries_the_fix_is_taken(version: str) -> None:
    check_sqlite_version(version)


def test_the_sqlite_in_use_carries_the_fix() -> None:
    check_sqlite_version()
    with closing(sqlite3.connect(":memory:")) as db:
        check_sqlite_version(db.execute("SELECT sqlite_version()").fetchone()[0])
