"""Record that this box started: every boot has an id of its own, which later events name."""

import sqlite3

from edge.db.journal import append, read_range
from sync.engine.journal import Entry, Moment
from sync.protocol.batch import UNFOLDED_BYTES_MAX
from sync.protocol.facts import DeviceRecorded
from sync.protocol.identity import EventId

BOOT = "boot"
_KNOWN = (
    "SELECT j.seq FROM journal j JOIN journal_head h USING (epoch_number, epoch_fingerprint)"
    " WHERE h.current = 1 AND j.event_id = ?"
)


def record_boot(db: sqlite3.Connection, software: str, detail: str, moment: Moment) -> Entry:
    """The event, under the boot's own id; a boot is recorded once. ``software``: name and version;
    ``detail``: what is worth knowing of the box. Raises NotEnrolled."""
    known = db.execute(_KNOWN, (moment.boot_id.bytes,)).fetchone()
    if known is not None:
        return read_range(db, known[0] - 1, 1, UNFOLDED_BYTES_MAX)[0]
    fact = DeviceRecorded(BOOT, detail, software)
    return append(db, fact, EventId(moment.boot_id), moment)
