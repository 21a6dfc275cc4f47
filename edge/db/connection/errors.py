"""What the store's database refuses, and what keeps it from starting.

::

    Refusal (sync/protocol/errors.py)
    ├── DiskRefused     the disk is full or failing; nothing of the request was kept
    ├── StoreBusy       another program writes in the database; nothing was kept
    ├── WriterFull      too many units wait already; nothing was kept
    └── WriterClosed    the writer takes no more units; nothing was kept
    Explained
    └── CommitUnknown   perhaps kept: look the id up
    Exception
    └── CannotStart     one sentence, exit code 2
        ├── SqliteTooOld
        └── FolderHeld
"""

from pathlib import Path

from sync.protocol.errors import Declared, Explained


class DiskRefused(
    Declared, slug="store-disk", status=507, title="The store's disk did not take it"
):
    full: bool
    cause: str
    detail = "The store's disk is {state} ({cause}); nothing of this request was kept."
    remedy = "{first}, then send the same request again."

    @property
    def state(self) -> str:
        """As a word."""
        return "full" if self.full else "failing"

    @property
    def first(self) -> str:
        """What to do before it is sent again."""
        if self.full:
            return "Free some space on the store server"
        return "Put the spare store server into service"


class StoreBusy(
    Declared, slug="store-busy", status=503, title="Another program writes in the store's database"
):
    """Its write lock was held for longer than the busy timeout."""

    detail = "Another program writes in the store's database; nothing of this request was kept."
    remedy = "Close that program on the store server, then send the same request again."


class WriterFull(
    Declared, slug="store-overloaded", status=503, title="The store server has too much to do"
):
    waiting: int
    detail = "{waiting} requests wait already; nothing of this one was kept."
    remedy = "Send the same request again in a moment."


class WriterClosed(
    Declared, slug="store-closed", status=503, title="The store's database is closed"
):
    """It was closed, or could not open its database again."""

    why: str
    detail = "The store's database is closed: {why}. Nothing of this request was kept."
    remedy = "Start the store server again; it says what is wrong."


class CommitUnknown(
    Explained,
    slug="outcome-unknown",
    status=503,
    title="Nobody knows yet whether it was kept",
):
    """The disk failed, or the writer broke, before the outcome was known: perhaps it was kept.

    It is no Refusal: a refusal leaves nothing behind.
    """

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"The store's database failed ({cause}): perhaps this request was kept.",
            remedy="Ask for it by its id before anything is done again.",
        )


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
