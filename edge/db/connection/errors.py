"""What the store's database refuses, and what keeps it from starting.

::

    sync.protocol.errors.Refusal
    ├── DiskRefused     the disk is full or failing; nothing of the request was kept
    ├── StoreBusy       another program writes in the database; nothing was kept
    ├── WriterFull      too many units wait already; nothing was kept
    └── WriterClosed    the writer takes no more units; nothing was kept
    Exception
    ├── CommitUnknown   perhaps kept: look the id up
    └── CannotStart     one sentence, exit code 2
        ├── SqliteTooOld
        └── FolderHeld
"""

from pathlib import Path
from typing import ClassVar

from sync.protocol.errors import Refusal


class DiskRefused(Refusal):
    """The store's disk is full or failing. Nothing of the request was kept."""

    slug = "store-disk"
    title = "The store's disk did not take it"

    def __init__(self, *, full: bool, cause: str) -> None:
        state = "full" if full else "failing"
        super().__init__(
            f"The store's disk is {state} ({cause}); nothing of this request was kept.",
            remedy="Free some space on the store server, then send the same request again."
            if full
            else "Put the spare store server into service, then send the same request again.",
        )
        self.full = full


class StoreBusy(Refusal):
    """Another program held the database's write lock for longer than the busy timeout."""

    slug = "store-busy"
    title = "Another program writes in the store's database"

    def __init__(self) -> None:
        super().__init__(
            "Another program writes in the store's database; nothing of this request was kept.",
            remedy="Close that program on the store server, then send the same request again.",
        )


class WriterFull(Refusal):
    """More units wait for the writer than it may hold."""

    slug = "store-overloaded"
    title = "The store server has too much to do"

    def __init__(self, waiting: int) -> None:
        super().__init__(
            f"{waiting} requests wait already; nothing of this one was kept.",
            remedy="Send the same request again in a moment.",
        )


class WriterClosed(Refusal):
    """The writer takes no more units: it was closed, or could not open its database again."""

    slug = "store-closed"
    title = "The store's database is closed"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The store's database is closed: {why}. Nothing of this request was kept.",
            remedy="Start the store server again; it says what is wrong.",
        )


class CommitUnknown(Exception):
    """The disk failed, or the writer broke, before the outcome was known: perhaps it was kept.

    It is no Refusal: a refusal leaves nothing behind. It has the same fields.
    """

    slug: ClassVar[str] = "outcome-unknown"
    title: ClassVar[str] = "Nobody knows yet whether it was kept"

    def __init__(self, cause: str) -> None:
        self.detail = f"The store's database failed ({cause}): perhaps this request was kept."
        self.remedy = "Ask for it by its id before anything is done again."
        super().__init__(self.detail)


class CannotStart(Exception):
    """The store server cannot run; its text is the one sentence for the person who started it."""


class SqliteTooOld(CannotStart):
    """The linked SQLite can corrupt a database in WAL mode."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"SQLite {version} can corrupt a store's database (WAL reset, fixed in 3.51.3, 3.50.7 "
            "and 3.44.6): install pysqlite3, or run on a Python with a newer SQLite, such as "
            "one that uv manages (`uv python install 3.13`)."
        )


class FolderHeld(CannotStart):
    """Another process owns the store's folder. ``pid`` is its number, None if not told yet."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        holder = "another process" if pid is None else f"process {pid}"
        super().__init__(
            f"{folder} is in use by {holder}: stop that one first, or choose another folder."
        )
        self.folder = folder
        self.pid = pid
