"""What every writer promises, whichever stands behind the seam."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from edge.db.connection.engine import open_connection
from edge.db.connection.errors import CommitUnknown, DiskRefused, WriterClosed
from edge.db.connection.writer import AioWriter, InlineWriter, Unit, Writer
from sync.protocol.errors import Refusal
from tests.faults import contents, failing_at, full_at

Tune = Callable[[sqlite3.Connection], None] | None
Open = Callable[[Tune], Awaitable[Writer]]


def create(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE sale (id INTEGER PRIMARY KEY, filler BLOB NOT NULL)")
    db.execute(
        "CREATE TABLE line (sale INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (sale, n))"
    )
    db.execute("CREATE TABLE alarm (text TEXT NOT NULL)")


def sale(id_: int, *, size: int = 10) -> Unit[str]:
    """A unit as the contract wants it: it looks its own id up first."""

    def unit(db: sqlite3.Connection) -> str:
        if db.execute("SELECT 1 FROM sale WHERE id = ?", (id_,)).fetchone():
            return f"sale {id_}"
        db.execute("INSERT INTO sale VALUES (?, zeroblob(?))", (id_, size))
        db.executemany("INSERT INTO line VALUES (?, ?)", [(id_, 1), (id_, 2)])
        return f"sale {id_}"

    return unit


def alarm(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO alarm VALUES ('other content under the same id')")


def refused_after_writing(keep: Unit[None] | None) -> Unit[None]:
    def unit(db: sqlite3.Connection) -> None:
        sale(99)(db)
        raise Refusal("other content", remedy="Use a new id.", keep=keep)

    return unit


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture(params=["aio", "inline"])
async def open_writer(request: pytest.FixtureRequest, path: Path) -> AsyncIterator[Open]:
    opened: list[Writer] = []

    async def open_one(tune: Tune = None) -> Writer:
        if request.param == "aio":
            opened.append(await AioWriter.open(path, tune))
        else:
            opened.append(InlineWriter.open(path, tune))
        await opened[-1].run(create)
        return opened[-1]

    yield open_one
    for writer in opened:
        await writer.close()


@pytest.fixture
async def writer(open_writer: Open) -> Writer:
    return await open_writer(None)


def in_file(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What another connection finds in the file."""
    db = open_connection(path)
    try:
        return contents(db)
    finally:
        db.close()


async def test_a_unit_answers_with_what_it_returned_once_it_is_in_the_file(
    writer: Writer, path: Path
) -> None:
    assert await writer.run(sale(1)) == "sale 1"
    assert in_file(path)["line"] == [(1, 1), (1, 2)]


async def test_a_refusal_reaches_its_caller_and_leaves_nothing_behind(
    writer: Writer, path: Path
) -> None:
    with pytest.raises(Refusal, match="other content") as caught:
        await writer.run(refused_after_writing(keep=None))
    assert caught.value.remedy == "Use a new id."
    assert in_file(path) == {"alarm": [], "line": [], "sale": []}
    assert await writer.run(sale(1)) == "sale 1"


async def test_any_other_exception_of_a_unit_rolls_it_back_as_well(
    writer: Writer, path: Path
) -> None:
    def broken(db: sqlite3.Connection) -> None:
        sale(1)(db)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await writer.run(broken)
    assert in_file(path)["sale"] == []


async def test_an_exception_that_no_future_carries_still_reaches_its_caller(
    writer: Writer,
) -> None:
    def exhausted(db: sqlite3.Connection) -> None:
        next(iter(()))

    with pytest.raises(RuntimeError, match="StopIteration"):
        await writer.run(exhausted)


async def test_what_a_refusal_wants_kept_survives_it(writer: Writer, path: Path) -> None:
    with pytest.raises(Refusal):
        await writer.run(refused_after_writing(keep=alarm))
    assert in_file(path) == {
        "alarm": [("other content under the same id",)],
        "line": [],
        "sale": [],
    }


async def test_a_failure_to_keep_is_told_and_leaves_nothing_half(
    writer: Writer, path: Path
) -> None:
    def keep(db: sqlite3.Connection) -> None:
        alarm(db)
        raise LookupError("no such operator")

    with pytest.raises(LookupError) as caught:
        await writer.run(refused_after_writing(keep=keep))
    assert isinstance(caught.value.__context__, Refusal)
    assert in_file(path) == {"alarm": [], "line": [], "sale": []}


async def test_a_failure_at_any_statement_leaves_nothing_behind(writer: Writer, path: Path) -> None:
    before = in_file(path)
    counting = failing_at(0)
    with pytest.raises(Refusal):
        await writer.run(counting.unit(refused_after_writing(keep=None)))
    assert counting.seen == 3
    for nth in range(1, counting.seen + 1):
        faults = failing_at(nth)
        with pytest.raises(sqlite3.OperationalError, match=f"statement {nth} fails"):
            await writer.run(faults.unit(sale(1)))
        assert faults.failed is not None
        assert in_file(path) == before


async def test_a_full_disk_refuses_the_sale_that_does_not_fit_and_takes_the_next_that_does(
    open_writer: Open, path: Path
) -> None:
    writer = await open_writer(full_at(20))
    with pytest.raises(DiskRefused, match="disk is full") as caught:
        await writer.run(sale(1, size=200_000))
    assert caught.value.full
    assert caught.value.remedy
    assert await writer.run(sale(2)) == "sale 2"
    assert [row[0] for row in in_file(path)["sale"]] == [2]


async def test_a_unit_that_swallows_the_full_disk_is_not_told_that_it_was_kept(
    open_writer: Open, path: Path
) -> None:
    writer = await open_writer(full_at(20))

    def swallows(db: sqlite3.Connection) -> str:
        try:
            return sale(1, size=200_000)(db)
        except sqlite3.OperationalError:
            return "all is well"

    with pytest.raises(RuntimeError, match="must not end the transaction"):
        await writer.run(swallows)
    assert in_file(path)["sale"] == []


async def test_a_constraint_that_only_the_commit_checks_is_told_to_its_caller(
    writer: Writer, path: Path
) -> None:
    def orphan(db: sqlite3.Connection) -> None:
        db.execute(
            "CREATE TABLE IF NOT EXISTS tender (sale INTEGER NOT NULL "
            "REFERENCES sale DEFERRABLE INITIALLY DEFERRED)"
        )
        db.execute("INSERT INTO tender VALUES (77)")

    with pytest.raises(sqlite3.IntegrityError):
        await writer.run(orphan)
    assert "tender" not in in_file(path)
    assert await writer.run(sale(1)) == "sale 1"


async def test_a_database_that_cannot_be_opened_again_closes_the_writer_and_says_so(
    open_writer: Open, path: Path
) -> None:
    writer = await open_writer(full_at(20))

    def lose_the_file(db: sqlite3.Connection) -> None:
        path.rename(path.with_suffix(".gone"))
        sale(1, size=200_000)(db)

    with pytest.raises(CommitUnknown, match="could not be opened again"):
        await writer.run(lose_the_file)
    with pytest.raises(WriterClosed, match="could not be opened again"):
        await writer.run(sale(2))
    assert [file.name for file in path.parent.glob("*.sqlite")] == []


async def test_every_connection_of_the_writer_keeps_what_it_commits(open_writer: Open) -> None:
    def pragmas(db: sqlite3.Connection) -> dict[str, object]:
        names = (
            "journal_mode synchronous foreign_keys busy_timeout trusted_schema cell_size_check "
            "wal_autocheckpoint cache_size temp_store"
        )
        return {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in names.split()}

    writer = await open_writer(full_at(20))
    promised = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5_000,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "wal_autocheckpoint": 4_000,
        "cache_size": -16_384,
        "temp_store": 2,
    }
    assert await writer.run(pragmas) == promised
    with pytest.raises(DiskRefused):
        await writer.run(sale(1, size=200_000))
    assert await writer.run(pragmas) == promised


async def test_a_closed_writer_refuses_and_closing_twice_is_once(writer: Writer) -> None:
    await writer.close()
    await writer.close()
    with pytest.raises(WriterClosed, match="it was closed"):
        await writer.run(sale(1))


async def test_the_writer_counts_its_commits_and_units(writer: Writer) -> None:
    commits, units = writer.commits, writer.units
    await writer.run(sale(1))
    with pytest.raises(Refusal):
        await writer.run(refused_after_writing(keep=None))
    assert (writer.commits - commits, writer.units - units) == (2, 2)
