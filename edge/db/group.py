"""The one hand that writes: a group of units in one transaction, and the truth for each.

Theory. Units that wait together share one transaction and one fsync; each has a savepoint of its
own, so an exception rolls back the unit that raised it and no other. On a full disk or an I/O
error SQLite may roll the *whole* transaction back, and what came after would commit statement by
statement under callers who were told otherwise. So after each unit ``in_transaction`` is looked
at. When it is gone, the group is *lost*: nothing more of it runs, the connection is opened anew,
and every unit runs again, alone.

An error at COMMIT leaves open what the file holds, unless SQLite still has the transaction (then
it is rolled back) or the disk was full (then the frame that commits was not written). After such
an *unsure* loss a checkpoint must first make durable all that can be seen; then a unit that finds
its own id answers truly, and one that does not writes it. If that fails too, its caller is told
that nobody knows.

This module is synchronous and runs in the writer's thread (``writer.py``).
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from edge.db.crash import crash_point
from edge.db.engine import open_connection
from edge.db.errors import CommitUnknown, DiskRefused, StoreBusy, WriterClosed

T = TypeVar("T")
Unit = Callable[[sqlite3.Connection], T]
"""A use case as the writer runs it: a plain function, whole, in the writer's thread.

The contract: it is deterministic, looks its own id up first, and gives the answer again if that
is there, for after a lost group it runs a second time. It never begins or ends the transaction.
What it raises rolls back all it wrote; a callable in the attribute ``keep`` of what it raises is
then run with the same connection and commits with the group, before the caller is answered."""

TRIES_ALONE = 2
"""How often a unit of a lost group runs alone while its commit stays unsure."""

_DISK_CODES = frozenset(
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


def _primary_code(error: BaseException | None) -> int | None:
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
        if not self._db.in_transaction or _primary_code(error) in _DISK_CODES:
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
        certain = db.in_transaction or _primary_code(error) == sqlite3.SQLITE_FULL
        raise Lost(error, unsure=not certain) from error


def run_group(db: sqlite3.Connection, units: Sequence[Unit[Any]]) -> list[Outcome]:
    """Run ``units`` in one transaction; all outcomes, in order, once they are durable.

    Raises Lost (then ``db`` is fit only to be closed), and StoreBusy before anything ran.
    """
    try:
        db.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if _primary_code(error) == sqlite3.SQLITE_BUSY:
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


class Pen:
    """Owns the writing connection, opens it anew after a loss, and counts.

    ``tune`` is called with every new connection after its pragmas. All calls come from the
    thread that opened ``db``.
    """

    def __init__(
        self,
        path: Path,
        db: sqlite3.Connection,
        tune: Callable[[sqlite3.Connection], None] | None = None,
    ) -> None:
        self._path = path
        self._db: sqlite3.Connection | None = db
        self._tune = tune
        self._why_closed = "it was closed"
        self.commits = 0
        self.units = 0
        if tune is not None:
            tune(db)

    def write(self, units: Sequence[Unit[Any]]) -> list[Outcome]:
        """Run ``units`` as one group and give the truth about each, in order.

        Raises only what is no Exception (an interrupt, a simulated crash), after a rollback.
        """
        if self._db is None:
            return [Failed(WriterClosed(self._why_closed)) for _ in units]
        try:
            return self._run(self._db, units)
        except StoreBusy:
            return [Failed(StoreBusy()) for _ in units]
        except Lost as lost:
            return self._run_each_alone(units, lost)

    def close(self) -> None:
        """Close the connection; later units are told so."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _run(self, db: sqlite3.Connection, units: Sequence[Unit[Any]]) -> list[Outcome]:
        outcomes = run_group(db, units)
        self.commits += 1
        self.units += len(units)
        return outcomes

    def _run_each_alone(self, units: Sequence[Unit[Any]], lost: Lost) -> list[Outcome]:
        """Settle a lost group. Each loss on the way calls for a connection opened anew."""
        outcomes: list[Outcome] = []
        last: Lost | None = lost
        for unit in units:
            outcome, last = self._run_alone(unit, last, unsure=lost.unsure)
            outcomes.append(outcome)
        if last is not None:
            self._reopen(last)
        return outcomes

    def _run_alone(
        self, unit: Unit[Any], last: Lost | None, *, unsure: bool
    ) -> tuple[Outcome, Lost | None]:
        """One unit's outcome, and the loss that the connection still has to recover from."""
        for _ in range(TRIES_ALONE):
            if last is not None and not self._reopen(last):
                break
            if self._db is None:
                break
            try:
                return self._run(self._db, [unit])[0], None
            except StoreBusy as busy:
                return Failed(CommitUnknown(str(busy)) if unsure else busy), None
            except Lost as again:
                last = again
                unsure = unsure or again.unsure
                if not again.unsure:
                    break
        if self._db is None:
            return Failed(CommitUnknown(self._why_closed)), None
        return Failed(_verdict(last, unsure=unsure)), last

    def _reopen(self, lost: Lost) -> bool:
        """Open the database anew; False, and closed for good, if that fails.

        The new connection comes before the old one goes: the shared index of the log would go
        with the last connection, and a full disk has no room for another.
        """
        old = self._db
        try:
            self._db = open_connection(self._path, writer=True, create=False)
            if self._tune is not None:
                self._tune(self._db)
            if old is not None:
                old.close()
            if lost.unsure:
                _make_durable(self._db)
        except sqlite3.Error as error:
            self.close()
            if old is not None:
                old.close()
            self._why_closed = f"after a disk error ({lost}) it could not be opened again ({error})"
        return self._db is not None


def _verdict(lost: Lost | None, *, unsure: bool) -> Exception:
    """What the caller of a unit that was lost alone is told."""
    cause = lost.cause if lost is not None else RuntimeError("lost without a cause")
    if unsure:
        return CommitUnknown(str(cause))
    code = _primary_code(cause)
    if code in _DISK_CODES:
        return DiskRefused(full=code == sqlite3.SQLITE_FULL, cause=str(cause))
    return cause


def _make_durable(db: sqlite3.Connection) -> None:
    """Move all that can be seen into the database and empty the log, or raise.

    After a failed fsync the log may hold frames that are seen and yet not on the disk.
    """
    busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise sqlite3.OperationalError("a reader kept the log from being emptied")
