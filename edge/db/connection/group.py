"""A group of units in one transaction, with one fsync.

Theory. Units that wait together share one transaction and one fsync; each has a savepoint of its
own, so an exception rolls back the unit that raised it and no other. On a full disk or an I/O
error SQLite may roll the *whole* transaction back, and what came after would commit statement by
statement under callers who were told otherwise. So after each unit ``in_transaction`` is looked
at. When it is gone, the group is *lost*: nothing more of it runs.

An error at COMMIT leaves open what the file holds: the loss is *unsure*, unless SQLite still has
the transaction (it will be rolled back) or the disk was full (the frame that commits was not
written). What becomes of a lost group stands in ``pen.py``.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from edge.db.connection.crash import crash_point
from edge.db.connection.errors import StoreBusy

T = TypeVar("T")
Unit = Callable[[sqlite3.Connection], T]
"""A use case as the writer runs it: a plain function, whole, in the writer's thread.

The contract: it is deterministic, looks its own id up first, and gives the answer again if that
is there, for after a lost group it runs a second time. It never begins or ends the transaction.
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


class _Savepoint:
    """Carries what its block raises to ``error``, after rolling the block back.

    Raises Lost if the block cost the whole transaction or met a disk error. An exception that is
    no Exception (an interrupt, a simulated crash) goes on its way.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.error: Exception | None = None

    def __enter__(self) -> "_Savepoint":
        self._db.execute("SAVEPOINT unit")
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
        if error is not None:
            self._db.execute("ROLLBACK TO unit")
        self._db.execute("RELEASE unit")
        self.error = error
        if isinstance(error, StopIteration):  # which no future can carry
            self.error = RuntimeError("a unit raised StopIteration")
        return True


def _attempt(db: sqlite3.Connection, unit: Unit[Any]) -> Outcome:
    """Run one unit in a savepoint, then in another what its refusal wants kept."""
    with _Savepoint(db) as savepoint:
        value = unit(db)
    if savepoint.error is None:
        return Done(value)
    keep: Unit[None] | None = getattr(savepoint.error, "keep", None)
    if keep is None:
        return Failed(savepoint.error)
    with _Savepoint(db) as kept:
        keep(db)
    if kept.error is None:
        return Failed(savepoint.error)
    kept.error.__context__ = savepoint.error
    return Failed(kept.error)


def _commit(db: sqlite3.Connection) -> None:
    try:
        db.execute("COMMIT")
    except sqlite3.Error as error:
        certain = db.in_transaction or primary_code(error) == sqlite3.SQLITE_FULL
        raise Lost(error, unsure=not certain) from error


def run_group(db: sqlite3.Connection, units: Sequence[Unit[Any]]) -> list[Outcome]:
    """Run ``units`` in one transaction; all outcomes, in order, once they are durable.

    Raises Lost (then ``db`` is fit only to be closed), and StoreBusy before anything ran.
    """
    try:
        db.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if primary_code(error) == sqlite3.SQLITE_BUSY:
            raise StoreBusy from error
        raise Lost(error, unsure=False) from error
    outcomes = []
    try:
        for unit in units:
            outcomes.append(_attempt(db, unit))
            crash_point("after_unit")
        crash_point("before_commit")
        _commit(db)
    except Lost:
        raise
    except sqlite3.Error as error:  # of the savepoints' own statements
        raise Lost(error, unsure=False) from error
    except BaseException:
        db.execute("ROLLBACK")
        raise
    crash_point("after_commit")
    return outcomes
