"""What was told of this journal, beside the database file: the newest head that a till or head
office may have heard of.

A database whose log (`-wal`) was deleted, or that was put back to yesterday, is whole in itself: it
knows nothing of what it lost. The mark does. It is written after each commit and before anybody is
answered, in one small write, so it never runs ahead of what is durable. It is not synced: against a
power cut the database's own log is, and a mark that is behind only knows less.
"""

import os
import sqlite3
from pathlib import Path

import structlog

from edge.db.epochs import find_epoch, writing
from edge.db.journal import hash_at
from sync.engine.signing import head_text, parse_head
from sync.protocol.change import Epoch, Head

MARK_FILE = "told.mark"
MARK_BYTES = 160
"""A head's text has at most 31 bytes of numbers beside 72 of hashes."""
log = structlog.get_logger()
_HEAD = "SELECT epoch_number, epoch_fingerprint, seq, hash FROM journal_head WHERE current = 1"


class ToldMark:
    """The file, held open. ``keep`` runs in the writer's thread after each commit."""

    def __init__(self, folder: Path) -> None:
        path = folder / MARK_FILE
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._kept: Head | None = None
        self._broken = False

    def keep(self, db: sqlite3.Connection) -> None:
        """The journal's head, if it has moved. What was committed is answered also where the mark
        cannot be written: a full disk is told of elsewhere."""
        head = _head(db)
        if head is None or head == self._kept:
            return
        try:
            os.pwrite(self._file, f"{head_text(head)}\n".encode().ljust(MARK_BYTES), 0)
            self._kept = head
        except OSError as error:
            if not self._broken:
                log.warning("mark not written", exc_info=error)
            self._broken = True

    def close(self) -> None:
        """Nothing is kept any more."""
        os.close(self._file)


def read_mark(folder: Path) -> Head | None:
    """What was told; None where nothing was, or where the file says nothing that can be read."""
    try:
        return parse_head((folder / MARK_FILE).read_text("ascii").strip())
    except (FileNotFoundError, ValueError):
        return None


def missing_after(db: sqlite3.Connection, told: Head | None) -> str | None:
    """In words what was told of and is no longer in the journal; None where all of it is, or was
    told in an epoch that this box has left since."""
    if told is None or _head(db) is None:
        return None
    now, held = writing(db), find_epoch(db, told.epoch)
    if held is None and told.epoch.number >= now.epoch.number:
        return (
            f"tills or head office were told of {told.seq:,} records of epoch {told.epoch}, which "
            f"the database does not hold: it ends in epoch {now.epoch}"
        )
    if held is None or not held.current:
        return None
    if told.seq > now.head.seq:
        return (
            f"tills or head office were told of {told.seq:,} records of epoch {now.epoch}, and the"
            f" database ends at {now.head.seq:,}: records {now.head.seq + 1:,} to {told.seq:,} are"
            " missing"
        )
    if told.seq >= held.pruned_through and hash_at(db, told.seq) != told.hash:
        return (
            f"tills or head office were told of another record {told.seq:,} of epoch {now.epoch}"
            " than the database holds"
        )
    return None


def _head(db: sqlite3.Connection) -> Head | None:
    row = db.execute(_HEAD).fetchone()
    return None if row is None else Head(Epoch(row[0], row[1]), row[2], row[3])
