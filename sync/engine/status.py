"""Where a store's synchronisation stands: depth, lag, last contact, in figures and plain words."""

from typing import TYPE_CHECKING, NamedTuple

from sync.engine.journal import acknowledged, read_head
from sync.protocol.change import Head

if TYPE_CHECKING:  # edge decides which SQLite stands behind the name
    from sqlite3 import Connection

MS_PER_S = 1_000
QUIET_S = 300
"""So long without contact, people are told."""

_STATE = "SELECT stopped, last_contact_ms, server_time_ms FROM push_state WHERE one = 1"
_OLDEST = (
    "SELECT occurred_at_ms FROM journal"
    " WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq = ?"
)
_CONTACT = (
    "INSERT INTO push_state (one, last_contact_ms, server_time_ms) VALUES (1, ?, ?)"
    " ON CONFLICT (one) DO UPDATE SET last_contact_ms = excluded.last_contact_ms,"
    " server_time_ms = excluded.server_time_ms"
)


class SyncStatus(NamedTuple):
    """``waiting`` events are not acknowledged, the oldest of them since ``oldest_waiting_ms``
    (wall clock). ``stopped``: why pushing stopped, None while it goes on."""

    head: Head
    acknowledged_through: int
    waiting: int
    oldest_waiting_ms: int | None
    last_contact_ms: int | None
    server_time_ms: int | None
    stopped: str | None


def read_status(db: "Connection") -> SyncStatus:
    """Raises journal.NotEnrolled."""
    head, through = read_head(db), acknowledged(db)
    oldest = db.execute(
        _OLDEST, (head.epoch.number, head.epoch.fingerprint, through + 1)
    ).fetchone()
    stopped, contact_ms, server_ms = db.execute(_STATE).fetchone() or (None, None, None)
    waiting = head.seq - through
    oldest_ms = None if oldest is None else oldest[0]
    return SyncStatus(head, through, waiting, oldest_ms, contact_ms, server_ms, stopped)


def note_contact(db: "Connection", at_ms: int, server_time_ms: int) -> None:
    """Head office answered at ``at_ms`` (our wall clock); its own clock said ``server_time_ms``."""
    db.execute(_CONTACT, (at_ms, server_time_ms))


def in_words(status: SyncStatus, now_ms: int) -> str:
    """One or two sentences for people."""
    if status.stopped is not None:
        return (
            f"Sending has stopped: {status.stopped}. Selling goes on; {_waiting(status)} here."
            " A person must look."
        )
    if status.last_contact_ms is None:
        return f"Head office was never reached; {_waiting(status)} here."
    quiet_s = max(0, now_ms - status.last_contact_ms) // MS_PER_S
    if status.waiting == 0:
        kept = f"Head office has everything through {status.head.seq:,}"
    else:
        kept = f"{_waiting(status)} to be sent"
    since = f"; no contact for {_span(quiet_s)}" if quiet_s >= QUIET_S else ""
    return f"{kept}{since}."


def _waiting(status: SyncStatus) -> str:
    one = status.waiting == 1
    return f"{status.waiting:,} event waits" if one else f"{status.waiting:,} events wait"


def _span(seconds: int) -> str:
    """Its largest whole unit: ``7 minutes``."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{seconds} s"
