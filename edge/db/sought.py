"""What head office asks for: events that it keeps as damaged, or lost when no box had them any
more, and that this store's tills are asked for; and what it was answered last."""

import sqlite3
from collections.abc import Collection

from edge.db.epochs import HeldEpoch
from sync.protocol.change import Epoch, Head
from sync.protocol.commands import Missing

_READ = "SELECT epoch_number, epoch_fingerprint, seq, hash FROM sought"
_INSERT = "INSERT INTO sought (epoch_number, epoch_fingerprint, seq, hash) VALUES (?, ?, ?, ?)"
_DELETE = "DELETE FROM sought"
_FIND = (
    "SELECT 1 FROM sought WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq = ? AND hash = ?"
)
_GIVEN = (
    "SELECT body FROM journal WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq >"
    " coalesce((SELECT seq FROM journal WHERE epoch_number = ? AND epoch_fingerprint = ?"
    " AND kind <> 'manifest_given' ORDER BY seq DESC LIMIT 1), 0) AND kind = 'manifest_given'"
)
_READ_MISSING = "SELECT epoch_number, epoch_fingerprint, first, through FROM missing_range"
_INSERT_MISSING = (
    "INSERT INTO missing_range (epoch_number, epoch_fingerprint, first, through)"
    " VALUES (?, ?, ?, ?)"
)
_DELETE_MISSING = "DELETE FROM missing_range"


def given_manifests(db: sqlite3.Connection, held: HeldEpoch) -> tuple[bytes, ...]:
    """Bodies of the manifests that an epoch gave and after which nothing else happened."""
    place = (held.epoch.number, held.epoch.fingerprint)
    rows = db.execute(_GIVEN, (*place, *place))
    return tuple(row[0] for row in rows)


def list_sought(db: sqlite3.Connection) -> tuple[Head, ...]:
    """As many as one acknowledgement names."""
    return tuple(Head(Epoch(row[0], row[1]), row[2], row[3]) for row in db.execute(_READ))


def keep_sought(db: sqlite3.Connection, events: Collection[Head]) -> None:
    """These and no others; nothing is written where they are the same as before."""
    if set(list_sought(db)) == set(events):
        return
    db.execute(_DELETE)
    db.executemany(
        _INSERT,
        [(one.epoch.number, one.epoch.fingerprint, one.seq, one.hash) for one in set(events)],
    )


def list_missing(db: sqlite3.Connection) -> tuple[Missing, ...]:
    """As many as one acknowledgement names."""
    rows = db.execute(_READ_MISSING)
    return tuple(Missing(Epoch(row[0], row[1]), row[2], row[3]) for row in rows)


def keep_missing(db: sqlite3.Connection, missing: Collection[Missing]) -> None:
    """These and no others; nothing is written where they are the same as before."""
    if set(list_missing(db)) == set(missing):
        return
    db.execute(_DELETE_MISSING)
    rows = ((one.epoch.number, one.epoch.fingerprint, *one[1:]) for one in set(missing))
    db.executemany(_INSERT_MISSING, list(rows))


def is_sought(db: sqlite3.Connection, event: Head) -> bool:
    """Whether head office lacks this very event, or all that stood there."""
    if any(one.covers(event) for one in list_missing(db)):
        return True
    place = (event.epoch.number, event.epoch.fingerprint, event.seq, event.hash)
    return db.execute(_FIND, place).fetchone() is not None
