"""The store's hybrid logical clock: it stands in the journal's head and rolls back with a refused
unit of work.

A device with a wild wall clock must not win every edit for years, nor drag others along: stamps of
edits are bounded by head office's last time, the time passed since, and a tolerance (protocol.md,
customer).
"""

import sqlite3

from edge.db.pushing import read_push_state
from sync.engine.journal import Moment, read_head
from sync.protocol.clock import Hlc, tick, witness

TOLERANCE_MS = 5 * 60 * 1_000

_READ = "SELECT hlc FROM journal_head WHERE current = 1"
_WRITE = "UPDATE journal_head SET hlc = ? WHERE current = 1"


def tick_clock(db: sqlite3.Connection, moment: Moment) -> Hlc:
    """The next stamp, for an edit made here. Raises NotEnrolled."""
    read_head(db)
    stamp = tick(_last(db), min(moment.wall_ms, _ceiling_ms(db, moment)))
    db.execute(_WRITE, (stamp,))
    return stamp


def witness_stamp(db: sqlite3.Connection, seen: Hlc, moment: Moment) -> None:
    """Never stamp before what was seen, unless that lies beyond the ceiling."""
    last = _last(db)
    if seen > last:
        stamp = witness(last, seen, moment.wall_ms, _ceiling_ms(db, moment))
        db.execute(_WRITE, (stamp,))


def _last(db: sqlite3.Connection) -> Hlc:
    """0 before the enrolment."""
    row = db.execute(_READ).fetchone()
    return Hlc(0 if row is None else row[0])


def _ceiling_ms(db: sqlite3.Connection, moment: Moment) -> int:
    """Before the first contact there is only our own clock to go by."""
    state = read_push_state(db)
    if state.server_time_ms is None or state.last_contact_ms is None:
        return moment.wall_ms + TOLERANCE_MS
    passed_ms = max(0, moment.wall_ms - state.last_contact_ms)
    return state.server_time_ms + passed_ms + TOLERANCE_MS
