"""The one hand that writes: it owns the connection, and tells the truth about every unit.

A group that is lost (``group.py``) is settled here: the connection is opened anew, and each of its
units runs again, alone, in a transaction of its own. After an *unsure* loss a checkpoint must first
make durable all that can be seen; then a unit that finds its own id answers truly, and one that
does not find it writes it. If that fails too, its caller is told that nobody knows.

Everything here is synchronous and runs in the writer's thread (``writer.py``).
"""

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from edge.db.connection.engine import BUSY_TIMEOUT_S, open_connection
from edge.db.connection.errors import CommitUnknown, DiskRefused, StoreBusy, WriterClosed
from edge.db.connection.group import (
    DISK_CODES,
    Failed,
    Lost,
    Outcome,
    Unit,
    primary_code,
    run_group,
)
from edge.db.connection.took import Took

TRIES_ALONE = 2
"""How often a unit of a lost group runs alone while its commit stays unsure."""

EMPTYING_WAITS_MS = 200
"""For a reader, while sales wait behind it."""


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
        committed: Callable[[sqlite3.Connection], None] | None = None,
    ) -> None:
        self._path = path
        self._committed = committed
        self._db: sqlite3.Connection | None = db
        self._tune = tune
        self._why_closed = "it was closed"
        self.commits = 0
        self.took = Took()
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

    def empty_log(self) -> bool:
        """Move the log into the database and cut it to nothing, between two groups; False: a reader
        is at it, or the connection is closed."""
        if self._db is None:
            return False
        self._db.execute(f"PRAGMA busy_timeout = {EMPTYING_WAITS_MS}")
        try:
            return not self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError:
            return False
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1_000}")

    def close(self) -> None:
        """Close the connection; later units are told so."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _run(self, db: sqlite3.Connection, units: Sequence[Unit[Any]]) -> list[Outcome]:
        begun_s = time.perf_counter()
        outcomes = run_group(db, units)
        self.took.add(time.perf_counter() - begun_s)
        if self._committed is not None:
            self._committed(db)
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
    code = primary_code(cause)
    if code in DISK_CODES:
        return DiskRefused(full=code == sqlite3.SQLITE_FULL, cause=str(cause))
    return cause


def _make_durable(db: sqlite3.Connection) -> None:
    """Move all that can be seen into the database and empty the log, or raise.

    After a failed fsync the log may hold frames that are seen and yet not on the disk.
    """
    busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise sqlite3.OperationalError("a reader kept the log from being emptied")
