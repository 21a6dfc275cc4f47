"""The close that head office does not have yet: its manifest may go ahead of the journal."""

import sqlite3
from typing import NamedTuple

from edge.db.epochs import writing
from sync.protocol.codec import decode
from sync.protocol.facts import BusinessDayClosed
from sync.protocol.manifest import Manifest

_CLOSES = (
    "SELECT j.seq, j.body FROM business_day d JOIN journal j ON j.epoch_number = ?"
    " AND j.epoch_fingerprint = ? AND j.seq = d.closed_seq"
    " WHERE d.closed_opened_no = ? AND d.closed_seq > ? AND j.kind = 'business_day_closed'"
    " ORDER BY d.closed_seq DESC LIMIT 1"
)


class WaitingClose(NamedTuple):
    """The closing event's sequence in the epoch that the box writes in, and what it says."""

    seq: int
    manifest: Manifest


def read_waiting_close(db: sqlite3.Connection) -> WaitingClose | None:
    """The newest close that waits; None where none does. Raises NotEnrolled."""
    held = writing(db)
    place = (held.epoch.number, held.epoch.fingerprint, held.opened_no, held.acknowledged_through)
    row = db.execute(_CLOSES, place).fetchone()
    return None if row is None else WaitingClose(row[0], decode(BusinessDayClosed, row[1]).manifest)
