"""Record that this box started: every boot has an id of its own, which later events name."""

import sqlite3

from edge.db.journal import append, read_range, seq_of
from sync.engine.journal import Entry, Moment
from sync.protocol.batch import UNFOLDED_BYTES_MAX
from sync.protocol.facts import DeviceRecorded
from sync.protocol.identity import EventId

BOOT = "boot"


def record_boot(db: sqlite3.Connection, software: str, detail: str, moment: Moment) -> Entry:
    """The event, under the boot's own id; a boot is recorded once. ``software``: name and version;
    ``detail``: what is worth knowing of the box. Raises NotEnrolled."""
    event_id = EventId(moment.boot_id)
    known = seq_of(db, event_id)
    if known is not None:
        return read_range(db, known - 1, 1, UNFOLDED_BYTES_MAX)[0]
    return append(db, DeviceRecorded(BOOT, detail, software), event_id, moment)
