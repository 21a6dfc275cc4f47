"""What head office said of the boxes before this one: whose key signed in an epoch, and which of
the events that tills were told by them it holds. Under another incarnation that is asked again."""

import sqlite3
from collections.abc import Sequence

from sync.protocol.change import Epoch, Head
from sync.protocol.enrolment import Lineage

_KEYS = "SELECT epoch_number, epoch_fingerprint, device_key FROM epoch_key"
_PUT_KEY = (
    "INSERT OR REPLACE INTO epoch_key (epoch_number, epoch_fingerprint, device_key)"
    " VALUES (?, ?, ?)"
)
_NOW = "(SELECT incarnation FROM push_state WHERE one = 1)"
_HELD = (
    "SELECT held FROM tail_event WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq = ?"  # noqa: S608 - constant
    f" AND hash = ? AND incarnation IS {_NOW}"
)
_PUT_EVENT = (
    "INSERT OR REPLACE INTO tail_event (epoch_number, epoch_fingerprint, seq, hash, held,"  # noqa: S608 - constant
    f" incarnation) VALUES (?, ?, ?, ?, ?, {_NOW})"
)


def epoch_keys(db: sqlite3.Connection) -> dict[Epoch, bytes]:
    """By the epochs' names; none before head office said so."""
    return {Epoch(row[0], row[1]): row[2] for row in db.execute(_KEYS)}


def is_held_there(db: sqlite3.Connection, event: Head) -> bool | None:
    """None: head office has not said."""
    row = db.execute(_HELD, _place(event)).fetchone()
    return None if row is None else bool(row[0])


def keep_lineage(db: sqlite3.Connection, asked: Sequence[Head], told: Lineage) -> None:
    """What was answered to the question for these events."""
    keys = [(one.epoch.number, one.epoch.fingerprint, one.device_key) for one in told.keys]
    db.executemany(_PUT_KEY, keys)
    held = [(*_place(event), held) for event, held in zip(asked, told.held, strict=True)]
    db.executemany(_PUT_EVENT, held)


def _place(event: Head) -> tuple[int, bytes, int, bytes]:
    return event.epoch.number, event.epoch.fingerprint, event.seq, event.hash
