"""The bare loop that a sale over HTTP is held against: ``sqlite3``, one transaction a sale.

What a sale writes is noted down while ``complete_sale`` writes it, statement by statement with its
values; the loop then runs exactly that on a copy of the same file: the same rows, the same schema,
the same pragmas, and no rule, no read and no row built in Python on the way.
"""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

from edge.box.folder import database_of
from edge.db.connection.engine import open_connection
from edge.db.connection.group import Failed
from edge.db.connection.pen import Pen
from tests.benchmarks.shop import Basket, Shop, now, sell

_WRITES = ("INSERT", "UPDATE", "DELETE")
GROUP = 64
PAGE_BYTES = 4_096


class Statement(NamedTuple):
    """One call of the connection; ``many``: ``values`` are several rows."""

    sql: str
    values: Sequence[Any]
    many: bool


Rows = tuple[Statement, ...]


class _Noting:
    """A connection that runs everything and notes down what writes."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.noted: list[Statement] = []

    def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        if sql.startswith(_WRITES):
            self.noted.append(Statement(sql, tuple(values), many=False))
        return self._db.execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> sqlite3.Cursor:
        kept = [tuple(row) for row in rows]
        self.noted.append(Statement(sql, kept, many=True))
        return self._db.executemany(sql, kept)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


def copy_shop(shop: Shop, folder: Path) -> Shop:
    """The same store in another folder; nobody may have it open."""
    shutil.copytree(shop.folder, folder)
    return replace(shop, folder=folder)


def note_down(shop: Shop, baskets: Iterable[Basket]) -> list[Rows]:
    """What each of these sales writes, in order. ``shop`` is left with them in it."""
    moment, noted = now(), []
    with closing(open_connection(database_of(shop.folder), writer=True)) as db:
        for basket in baskets:
            noting = _Noting(db)
            db.execute("BEGIN IMMEDIATE")
            sell(cast("sqlite3.Connection", noting), basket, moment)
            db.execute("COMMIT")
            noted.append(tuple(noting.noted))
    return noted


def fill(shop: Shop, baskets: Iterable[Basket]) -> None:
    """Finish these sales in-process, many a transaction."""
    moment, waiting = now(), list(baskets)
    path = database_of(shop.folder)
    pen = Pen(path, open_connection(path, writer=True))
    for start in range(0, len(waiting), GROUP):
        group = waiting[start : start + GROUP]
        for outcome in pen.write([partial(sell, basket=each, moment=moment) for each in group]):
            if isinstance(outcome, Failed):
                raise outcome.error
    pen.close()


class BareStore:
    """The copy that the bare loop writes into, sale after sale."""

    def __init__(self, shop: Shop) -> None:
        self._db = open_connection(database_of(shop.folder), writer=True)

    def write(self, sales: Sequence[Rows]) -> list[float]:
        """Each sale in a transaction of its own; how long each took, in seconds."""
        db, took = self._db, []
        for rows in sales:
            started = time.perf_counter()
            db.execute("BEGIN IMMEDIATE")
            for sql, values, many in rows:
                if many:
                    db.executemany(sql, values)
                else:
                    db.execute(sql, values)
            db.execute("COMMIT")
            took.append(time.perf_counter() - started)
        return took

    def close(self) -> None:
        self._db.close()


def time_fdatasync(folder: Path, count: int) -> list[float]:
    """How long the disk takes to make a page durable that was written just before, in seconds."""
    path, took, page = folder / "sync.bin", [], os.urandom(PAGE_BYTES)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for number in range(count):
            os.pwrite(descriptor, page, number * PAGE_BYTES)
            started = time.perf_counter()
            os.fdatasync(descriptor)
            took.append(time.perf_counter() - started)
    finally:
        os.close(descriptor)
        path.unlink()
    return took
