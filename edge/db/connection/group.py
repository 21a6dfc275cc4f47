"""A group of units in one transaction, with one fsync.

Theory. Units that wait together share one transaction and one fsync. An exception rolls back the
unit that raised it and no other. Nearly every unit that is refused has written nothing yet, so at
first none has a savepoint, for which SQLite would copy every page that the unit changes (45 µs a
sale). Where one was refused after it had written, the whole group is rolled back and runs again,
each unit in a savepoint of its own: a unit is made to run twice.

On a full disk or an I/O error SQLite may roll the *whole* transaction back, and what came after
would commit statement by statement under callers who were told otherwise. So after each unit
``in_transaction`` is looked at. When it is gone, the group is *lost*: nothing more of it runs.

An error at COMMIT leaves open what the file holds: the loss is *unsure*, unless SQLite still has
the transaction (it will be rolled back) or the disk was full (the frame that commits was not
written). What becomes of a lost group stands in ``pen.py``.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from edge.db.connection.crash import crash_point
from edge.db.connection.errors import StoreBusy

T = TypeVar("T")
Unit = Callable[[sqlite3.Connection], T]
"""A use case as the writer runs it: a plain function, whole, in the writer's thread.

The contract: it is deterministic, looks its own id up first, and gives the answer again if that
is there, for after a lost group, and beside one that was refused late, it runs a second time. It
changes rows, and a table only after a row (which is how a refusal that must be undone is known),
and never begins or ends the transaction.
What it raises rolls back all it wrote; a callable in the attribute ``keep`` of what it raises is
then run with the same connection and commits with the group, before the caller is answered."""

DISK_CODES = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
    }
)


@dataclass(frozen=True, slots=True)
class Done:
    """The unit committed; ``value`` is its answer."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The unit left nothing behind but what ``keep`` wrote; ``error`` is for its caller."""

    error: Exception


Outcome = Done | Failed


class Lost(Exception):
    """The group's transaction is gone. ``unsure``: its commit may have happened all the same."""

    def __init__(self, cause: Exception, *, unsure: bool) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.unsure = unsure


def primary_code(error: BaseException | None) -> int | None:
    """SQLite's code without its extension; None if the error is not SQLite's own."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


class _Entangled(Exception):
    """A unit was refused after it had written, and no savepoint tells that from the others'."""


class _Plain:
    """Carries what its block raises to ``error``.

    Raises Lost if the block cost the whole transaction or met a disk error, and _Entangled if it
    raised after it had written rows. An exception that is no Exception (an interrupt, a simulated
    crash) goes on its way.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._changes = db.total_changes
        self.error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is not None and not isinstance(error, Exception):
            return False
        if not self._db.in_transaction or primary_code(error) in DISK_CODES:
            ended = RuntimeError("a unit must not end the transaction")
            raise Lost(error or ended, unsure=False) from error
        self._end(error)
        self.error = error
        if isinstance(error, StopIteration):  # which no future can carry
            self.error = RuntimeError("a unit raised StopIteration")
        return True

    def _end(self, error: Exception | None) -> None:
        if error is not None and self._db.total_changes != self._changes:
            raise _Entangled from error


class _Savepoint(_Plain):
    """As _Plain, and what its block wrote is rolled back if it raises."""

    def __enter__(self) -> Self:
        self._db.execute("SAVEPOINT unit")
        return self

    def _end(self, error: Exception | None) -> None:
        if error is not None:
            self._db.execute("ROLLBACK TO unit")
        self._db.execute("RELEASE unit")


def _attempt(db: sqlite3.Connection, unit: Unit[Any], border: type[_Plain]) -> Outcome:
    """Run one unit within ``border``, then in a savepoint what its refusal wants kept."""
    with border(db) as attempt:
        value = unit(db)
    if attempt.error is None:
        return Done(value)
    keep: Unit[None] | None = getattr(attempt.error, "keep", None)
    if keep is None:
        return Failed(attempt.error)
    with _Savepoint(db) as kept:
        keep(db)
    if kept.error is None:
        return Failed(attempt.error)
    kept.error.__context__ = attempt.error
    return Failed(kept.error)


def _commit(db: sqlite3.Connection) -> None:
    try:
        db.execute("COMMIT")
    except sqlite3.Error as error:
        certain = db.in_transaction or primary_code(error) == sqlite3.SQLITE_FULL
        raise Lost(error, unsure=not certain) from error


def _roll_back(db: sqlite3.Connection) -> None:
    try:
        db.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise Lost(error, unsure=False) from error


def run_group(db: sqlite3.Connection, units: Sequence[Unit[Any]]) -> list[Outcome]:
    """Run ``units`` in one transaction; all outcomes, in order, once they are durable.

    Raises Lost (then ``db`` is fit only to be closed), and StoreBusy where nothing remains.
    """
    try:
        return _run_within(db, units, _Plain)
    except _Entangled:
        return _run_within(db, units, _Savepoint)


def _run_within(
    db: sqlite3.Connection, units: Sequence[Unit[Any]], border: type[_Plain]
) -> list[Outcome]:
    """One transaction. Raises Lost, StoreBusy, and _Entangled when it is rolled back."""
    try:
        db.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if primary_code(error) == sqlite3.SQLITE_BUSY:
            raise StoreBusy from error
        raise Lost(error, unsure=False) from error
    outcomes = []
    try:
        for unit in units:
            outcomes.append(_attempt(db, unit, border))
            crash_point("after_unit")
        crash_point("before_commit")
        _commit(db)
    except Lost:
        raise
    except sqlite3.Error as error:  # of the savepoints' own statements
        raise Lost(error, unsure=False) from error
    except _Entangled:
        _roll_back(db)
        raise
    except BaseException:
        db.execute("ROLLBACK")
        raise
    crash_point("after_commit")
    return outcomes
