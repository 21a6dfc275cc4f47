"""What SQLite itself can say of the store's file."""

import sqlite3
import time
from collections.abc import Callable

FAULTS_NAMED_MAX = 5
STEPS_BETWEEN_LOOKS = 100_000

_PAGES = f"PRAGMA quick_check({FAULTS_NAMED_MAX})"
_REFERENCES = "PRAGMA foreign_key_check"


class TooSlow(Exception):
    """It was not done within the time that was given."""


def damaged_pages(db: sqlite3.Connection, within_s: int) -> tuple[str, ...]:
    """What is wrong with the file, in SQLite's words; nothing where it is whole. Raises TooSlow,
    sqlite3.DatabaseError where it is too broken to be walked."""
    rows = _bounded(db, lambda: db.execute(_PAGES).fetchall(), within_s)
    return tuple(row[0] for row in rows if row[0] != "ok")


def broken_references(db: sqlite3.Connection, within_s: int) -> tuple[str, ...]:
    """Tables with rows that name a row that is not there. Raises TooSlow, sqlite3.DatabaseError."""
    rows = _bounded(db, lambda: db.execute(_REFERENCES).fetchall(), within_s)
    return tuple(sorted({row[0] for row in rows}))


def _bounded(
    db: sqlite3.Connection, work: Callable[[], list[tuple[str, ...]]], within_s: int
) -> list[tuple[str, ...]]:
    ends_at = time.monotonic() + within_s
    db.set_progress_handler(lambda: int(time.monotonic() > ends_at), STEPS_BETWEEN_LOOKS)
    try:
        return work()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise TooSlow from error
        raise
    finally:
        db.set_progress_handler(None, 0)
