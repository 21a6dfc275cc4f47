"""Record that this box started: every boot has an id of its own, which later events name."""

import sqlite3

from sync.engine.journal import Entry, Moment, append
from sync.protocol.identity import EventId
from sync.protocol.poslog import DeviceRecorded

BOOT = "boot"


def record_boot(db: sqlite3.Connection, software: str, detail: str, moment: Moment) -> Entry:
    """The event, under the boot's own id. ``software``: name and version; ``detail``: what is
    worth knowing of the box (SQLite's version, free disk). Raises NotEnrolled."""
    fact = DeviceRecorded(BOOT, detail, software)
    return append(db, fact, EventId(moment.boot_id), moment)
