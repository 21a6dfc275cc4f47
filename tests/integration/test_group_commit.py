"""Group commit in aiosqlite's thread: many units, one fsync, and the truth for each caller."""

import asyncio
import resource
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from edge.db.connection import group
from edge.db.connection.engine import open_connection
from edge.db.connection.errors import (
    CommitUnknown,
    DiskRefused,
)
from edge.db.connection.group import Unit
from edge.db.connection.writer import GROUP_MAX, Writer
from sync.protocol.errors import Refusal
from tests.faults import contents, full_at
from tests.integration.writer_fixtures import (
    Open,
    committing,
    open_writer,
    path,
    sale,
    sales_in,
    together,
)

__all__ = ["open_writer", "path"]


def refused(id_: int) -> Unit[int]:
    def unit(db: sqlite3.Connection) -> int:
        sale(id_)(db)
        raise Refusal(
            f"sale {id_} is refused",
            remedy="Use a new id.",
            keep=lambda db: db.execute("INSERT INTO alarm VALUES (?)", (id_,)),
        )

    return unit


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
    assert max(statements.count("INSERT INTO sale") for statements in groups) == GROUP_MAX


async def arriving(writer: Writer, count: int) -> list[int]:
    """Sales of which every turn of the loop brings one."""
    callers = []
    for id_ in range(count):
        callers.append(asyncio.create_task(writer.run(sale(id_))))
        await asyncio.sleep(0)
    return list(await asyncio.gather(*callers))


async def test_what_each_turn_of_the_loop_brings_goes_with_the_group(open_writer: Open) -> None:
    writer = await open_writer()
    commits = writer.commits
    assert await arriving(writer, 20) == list(range(20))
    assert writer.commits == commits + 1


async def test_a_group_that_is_full_waits_for_nobody(open_writer: Open) -> None:
    writer = await open_writer()
    statements: list[str] = []
    await writer.run(lambda db: db.set_trace_callback(statements.append))
    await arriving(writer, 2 * GROUP_MAX)
    first = " ".join(statements).split("COMMIT")[1]
    assert first.count("INSERT INTO sale") == GROUP_MAX


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
