"""Puts a store back from a copy of its folder. A copy does not know what its box did after it was
made, so it never goes on with that box's numbers: before it can serve it goes on in an epoch of its
own. The new folder is there whole, with that epoch, or not at all.
"""

import secrets
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import uuid_utils.compat
from sqlalchemy.exc import DatabaseError

from edge.box.box import NONCE_BYTES, hold
from edge.box.clock import ZONE_UNTIL_TOLD, StoreClock, steady_clock
from edge.box.folder import ADDRESS_FILE, KEY_FILE, SOCKET_FILE, NotProvisioned, database_of
from edge.box.keys import read_key
from edge.db.connection.crash import crash_point
from edge.db.connection.engine import open_connection
from edge.db.connection.errors import CannotStart
from edge.db.connection.lock import LOCK_FILE
from edge.db.connection.migrate import migrate
from edge.db.connection.writer import InlineWriter
from edge.db.epochs import HeldEpoch, writing
from edge.db.hybrid_clock import read_reckoning
from edge.db.store import read_enrolment
from edge.usecases.box.branch_off import Opening, branch_off
from sync.engine.outbox import BranchCause
from sync.program.command_line import command
from sync.program.private_folder import keep_private
from sync.protocol.change import Head
from sync.protocol.identity import BootId

HALF_MADE = ".restoring"
_NOT_COPIED = shutil.ignore_patterns(LOCK_FILE, SOCKET_FILE, ADDRESS_FILE)
_WHY = "this box was put back from a copy of its folder"


class FolderTaken(CannotStart):
    """Something lies where the store is to be put."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds something already, and nothing of it was changed: name a folder that "
            "is not there yet with `--data DIR`, or put it aside first."
        )


class Unrestorable(CannotStart):
    """The copy cannot be read, or the disk does not take it."""

    def __init__(self, source: Path, said: str) -> None:
        super().__init__(
            f"{source} cannot be put back ({said}): take another copy, or free some space."
        )


class Restored(NamedTuple):
    """``before``: the epoch that the copy was written in; ``head``: where it goes on."""

    store_code: str
    before: HeldEpoch
    head: Head


def restore_store(source: Path, folder: Path, say: Callable[[str], None]) -> None:
    """Put the store in ``source`` back into ``folder``, which may be the same one; ``say`` gets
    what is true at the end. Raises NotProvisioned, FolderHeld, FolderTaken, Unrestorable,
    CannotStart."""
    if not database_of(source).is_file() or not (source / KEY_FILE).is_file():
        raise NotProvisioned(source)
    with hold(source):
        try:
            restored = _in_place(source) if _same(source, folder) else _beside(source, folder)
        except (sqlite3.Error, DatabaseError, OSError) as error:
            raise Unrestorable(source, str(error).splitlines()[0]) from error
    say(_what_is_true(source, folder, restored))


def _same(source: Path, folder: Path) -> bool:
    return folder.is_dir() and folder.samefile(source)


def _beside(source: Path, folder: Path) -> Restored:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTaken(folder)
    half_made = folder.with_name(f".{folder.name}{HALF_MADE}")
    shutil.rmtree(half_made, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, half_made, ignore=_NOT_COPIED)
    keep_private(half_made, leave={KEY_FILE})
    restored = _in_place(half_made)
    crash_point("restored")
    half_made.rename(folder)
    return restored


def _in_place(folder: Path) -> Restored:
    """Go on in another epoch, in one unit of work."""
    key, path = read_key(folder), database_of(folder)
    migrate(path)
    with closing(open_connection(path)) as db:
        enrolment, reckoning = read_enrolment(db), read_reckoning(db, steady_clock())
        if enrolment is None:
            raise NotProvisioned(folder)
        before = writing(db)
    clock = StoreClock(BootId(uuid_utils.compat.uuid7()), ZONE_UNTIL_TOLD, reckoning)
    opening = Opening(key, uuid_utils.compat.uuid7(), secrets.token_bytes(NONCE_BYTES))
    moment, cause = clock.moment(), BranchCause.RESTORED
    writer = InlineWriter.open(path)
    try:
        head = writer.run_now(lambda db: branch_off(db, before.epoch, cause, _WHY, moment, opening))
    finally:
        writer.close_now()
    return Restored(enrolment.store_code, before, head)


def _what_is_true(source: Path, folder: Path, restored: Restored) -> str:
    before, again = restored.before, restored.before.head.seq - restored.before.acknowledged_through
    return (
        f"{restored.store_code} is in {folder}, as {source} had it after record "
        f"{before.head.seq:,} of epoch {before.epoch}, and goes on in epoch {restored.head.epoch}: "
        f"no number is used again. {again:,} records go to head office once more, under their own "
        "numbers. Receipts given after that copy are not in it: head office has those that were "
        "sent, and tills bring back what they kept. Next: "
        f"`{command('edge', 'serve', '--data', folder)}`."
    )
