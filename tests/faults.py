"""Faults that tests inject into a unit of work: a statement that fails, a disk that is full."""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar, cast

from edge.db.connection.group import Unit

T = TypeVar("T")


class InjectedFailure(sqlite3.OperationalError):
    """The statement failed because the test wanted it to."""


class _Counted:
    """A connection or cursor whose statements are counted and, one of them, refused."""

    def __init__(self, inner: Any, count: Callable[[str], None]) -> None:
        self._inner = inner
        self._count = count

    def execute(self, sql: str, *values: Any) -> Any:
        self._count(sql)
        return self._inner.execute(sql, *values)

    def executemany(self, sql: str, rows: Any) -> Any:
        self._count(sql)
        return self._inner.executemany(sql, rows)

    def cursor(self) -> "_Counted":
        return _Counted(self._inner.cursor(), self._count)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class FailingAt:
    """Wraps units or connections; counts statements over all of them, and fails the nth.

    ``seen`` tells how many statements came (the failed one included), ``failed`` which one was
    refused: None means that there were fewer than ``nth``.
    """

    def __init__(self, nth: int) -> None:
        self.nth = nth
        self.seen = 0
        self.failed: str | None = None

    def connection(self, db: sqlite3.Connection) -> sqlite3.Connection:
        """``db``, counted: works for execute, executemany and cursor."""
        return cast(sqlite3.Connection, _Counted(db, self._count))

    def unit(self, unit: Unit[T]) -> Unit[T]:
        """``unit``, run on a counted connection; where it runs again, it is counted as it was, and
        fails at the same statement: a unit is deterministic."""
        begun: list[int] = []

        def counted(db: sqlite3.Connection) -> T:
            begun.append(self.seen)
            self.seen = begun[0]
            return unit(self.connection(db))

        return counted

    def _count(self, sql: str) -> None:
        self.seen += 1
        if self.seen == self.nth:
            self.failed = sql
            raise InjectedFailure(f"statement {self.nth} fails: {sql}")


def failing_at(nth: int) -> FailingAt:
    """Raise InjectedFailure at the ``nth`` statement, counted from 1; 0 only counts them.

    ``faults = failing_at(3); await writer.run(faults.unit(sale))``. To fail each statement in
    turn, count them first with 0, then try 1 to ``seen``.
    """
    return FailingAt(nth)


def full_at(pages: int) -> Callable[[sqlite3.Connection], None]:
    """A writer's ``tune``: the disk is genuinely full once the database has ``pages`` pages.

    What is larger already stays as it is and grows no further.
    """

    def tune(db: sqlite3.Connection) -> None:
        db.execute(f"PRAGMA max_page_count = {pages:d}")

    return tune


def contents(db: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, to show that nothing is left behind."""
    tables = db.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' "
        "ESCAPE '~' ORDER BY name"
    ).fetchall()
    return {
        name: sorted(db.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
        for (name,) in tables
    }
