"""Group commit in aiosqlite's thread: many units, one fsync, and the truth for each caller."""

import asyncio
import inspect
import resource
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import aiosqlite
import pytest

from edge.db.connection import group, writer
from edge.db.connection.engine import open_connection
from edge.db.connection.errors import (
    CommitUnknown,
    DiskRefused,
    SqliteTooOld,
    StoreBusy,
    WriterClosed,
    WriterFull,
)
from edge.db.connection.group import Lost, Unit
from edge.db.connection.sqlite_version import check_sqlite_version
from edge.db.connection.writer import GROUP_MAX, AioWriter
from sync.protocol.errors import Refusal
from tests.faults import contents, full_at
from tests.patience import PATIENCE_S

Open = Callable[..., Awaitable[AioWriter]]


def create(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE sale (id INTEGER PRIMARY KEY, filler BLOB NOT NULL)")
    db.execute("CREATE TABLE line (sale INTEGER, n INTEGER, PRIMARY KEY (sale, n))")
    db.execute("CREATE TABLE alarm (sale INTEGER NOT NULL)")


def sale(id_: int, *, size: int = 10) -> Unit[int]:
    def unit(db: sqlite3.Connection) -> int:
        if db.execute("SELECT 1 FROM sale WHERE id = ?", (id_,)).fetchone():
            return id_
        db.execute("INSERT INTO sale VALUES (?, zeroblob(?))", (id_, size))
        db.executemany("INSERT INTO line VALUES (?, ?)", [(id_, 1), (id_, 2)])
        return id_

    return unit


def refused(id_: int) -> Unit[int]:
    def unit(db: sqlite3.Connection) -> int:
        sale(id_)(db)
        raise Refusal(
            f"sale {id_} is refused",
            remedy="Use a new id.",
            keep=lambda db: db.execute("INSERT INTO alarm VALUES (?)", (id_,)),
        )

    return unit


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture
async def open_writer(path: Path) -> AsyncIterator[Open]:
    opened: list[AioWriter] = []

    async def open_one(tune: Callable[[sqlite3.Connection], None] | None = None) -> AioWriter:
        opened.append(await AioWriter.open(path, tune))
        await opened[-1].run(create)
        return opened[-1]

    yield open_one
    for each in opened:
        await each.close()


async def together(writer: AioWriter, units: list[Unit[Any]]) -> list[Any]:
    """Run ``units`` at the same time; each one's answer, or what it raised."""
    return await asyncio.gather(*(writer.run(unit) for unit in units), return_exceptions=True)


def sales_in(path: Path) -> list[int]:
    """Ids of the sales in the file, after showing that each is whole."""
    with closing(open_connection(path)) as db:
        rows = contents(db)
    ids = [row[0] for row in rows["sale"]]
    assert sorted(rows["line"]) == sorted((id_, n) for id_ in ids for n in (1, 2))
    return sorted(ids)


async def test_two_hundred_units_share_a_few_commits(open_writer: Open, path: Path) -> None:
    writer = await open_writer()
    statements: list[str] = []
    await writer.run(lambda db: db.set_trace_callback(statements.append))
    statements.clear()
    commits = writer.commits
    assert await together(writer, [sale(id_) for id_ in range(200)]) == list(range(200))
    await writer.run(lambda db: db.set_trace_callback(None))
    assert statements.count("COMMIT") == writer.commits - commits - 1
    assert 200 / GROUP_MAX <= statements.count("COMMIT") <= 20
    assert sales_in(path) == list(range(200))


async def test_no_group_is_larger_than_its_maximum(open_writer: Open) -> None:
    writer = await open_writer()
    statements: list[str] = []
    await writer.run(lambda db: db.set_trace_callback(statements.append))
    await together(writer, [sale(id_) for id_ in range(3 * GROUP_MAX)])
    groups = " ".join(statements).split("BEGIN IMMEDIATE")
    assert max(statements.count("SAVEPOINT unit") for statements in groups) == GROUP_MAX


async def test_a_unit_runs_whole_in_one_thread_that_is_not_the_callers(open_writer: Open) -> None:
    writer = await open_writer()
    threads = await together(writer, [lambda db: threading.get_ident()] * 3)
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


async def test_a_refusal_leaves_only_what_it_keeps_while_the_others_commit(
    open_writer: Open, path: Path
) -> None:
    writer = await open_writer()
    commits = writer.commits
    units = [refused(id_) if id_ % 3 == 0 else sale(id_) for id_ in range(30)]
    answers = await together(writer, units)
    assert writer.commits == commits + 1
    for id_, answer in enumerate(answers):
        if id_ % 3 == 0:
            assert isinstance(answer, Refusal)
            assert answer.detail == f"sale {id_} is refused"
        else:
            assert answer == id_
    assert sales_in(path) == [id_ for id_ in range(30) if id_ % 3]
    with closing(open_connection(path)) as db:
        assert contents(db)["alarm"] == [(id_,) for id_ in sorted(range(0, 30, 3), key=str)]


async def test_on_a_full_disk_in_mid_group_every_caller_hears_the_truth(
    open_writer: Open, path: Path
) -> None:
    writer = await open_writer(full_at(60))
    units = [
        refused(id_) if id_ % 10 == 0 else sale(id_, size=20_000 if id_ % 3 == 0 else 10)
        for id_ in range(50)
    ]
    answers = await together(writer, units)
    told_done = [id_ for id_, answer in enumerate(answers) if answer == id_]
    told_full = [id_ for id_, answer in enumerate(answers) if isinstance(answer, DiskRefused)]
    told_refused = [id_ for id_, answer in enumerate(answers) if type(answer) is Refusal]
    assert told_done
    assert told_full
    assert told_refused == list(range(0, 50, 10))
    assert len(told_done) + len(told_full) + len(told_refused) == 50
    await writer.close()
    assert sales_in(path) == told_done


async def test_after_a_full_disk_the_same_requests_succeed_once_there_is_room(
    open_writer: Open, path: Path
) -> None:
    pages = [20]
    writer = await open_writer(lambda db: full_at(pages[0])(db))
    units = [sale(id_, size=20_000) for id_ in range(8)]
    assert any(isinstance(answer, DiskRefused) for answer in await together(writer, units))
    pages[0] = 2_000
    await together(writer, [sale(90, size=20_000)])  # one more loss opens the connection anew
    assert await together(writer, units) == list(range(8))
    assert sales_in(path) == [*range(8), 90]


async def test_a_write_error_at_the_commit_itself_loses_and_doubles_nothing(
    open_writer: Open, path: Path
) -> None:
    """The kernel refuses the write of the log (EFBIG), which SQLite reports at COMMIT."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    runs: list[int] = []

    def mend(db: sqlite3.Connection) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    writer = await open_writer(mend)

    def breaks_the_disk_once(db: sqlite3.Connection) -> int:
        runs.append(1)
        if len(runs) == 1:
            log_size = path.with_name(path.name + "-wal").stat().st_size
            resource.setrlimit(resource.RLIMIT_FSIZE, (log_size + 100, hard))
        return sale(0)(db)

    try:
        answers = await together(writer, [breaks_the_disk_once, *map(sale, range(1, 20))])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(runs) == 2
    assert answers == list(range(20))
    await writer.close()
    assert sales_in(path) == list(range(20))


def committing(*unsure: bool, really: bool = False) -> Callable[[sqlite3.Connection], None]:
    """A commit whose first calls report an error, ``unsure`` or not, after doing their work or
    not; later ones go well."""
    commit = group._commit
    planned = iter(unsure)

    def _commit(db: sqlite3.Connection) -> None:
        fate = next(planned, None)
        if fate is None:
            return commit(db)
        db.execute("COMMIT" if really else "ROLLBACK")
        raise Lost(sqlite3.OperationalError("disk I/O error"), unsure=fate)

    return _commit


@pytest.mark.parametrize("really", [True, False])
async def test_a_commit_of_unknown_outcome_is_resolved_by_looking_the_ids_up(
    open_writer: Open, path: Path, monkeypatch: pytest.MonkeyPatch, *, really: bool
) -> None:
    writer = await open_writer()
    monkeypatch.setattr(group, "_commit", committing(True, really=really))
    answers = await together(writer, [sale(id_) for id_ in range(5)])
    assert answers == list(range(5))
    assert sales_in(path) == list(range(5))


@pytest.mark.parametrize("unsure", [(True, True, True), (True, False), (False, True, False)])
async def test_who_cannot_be_told_the_truth_is_told_that_nobody_knows(
    open_writer: Open, monkeypatch: pytest.MonkeyPatch, unsure: tuple[bool, ...]
) -> None:
    writer = await open_writer()
    monkeypatch.setattr(group, "_commit", committing(*unsure))
    answers = await together(writer, [sale(0), sale(1)])
    assert isinstance(answers[0], CommitUnknown)
    assert answers[1] == 1
    assert await writer.run(sale(2)) == 2


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
