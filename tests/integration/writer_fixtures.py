"""A writer over a table of its own."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from edge.db.connection import group
from edge.db.connection.engine import open_connection
from edge.db.connection.group import Lost, Unit
from edge.db.connection.writer import AioWriter
from tests.faults import contents

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
