"""The store's hybrid logical clock: it stands in the journal's head and rolls back with a refused
unit of work.

A device with a wild wall clock must not win every edit for years, nor drag others along: no stamp,
of an edit or of any other event, lies beyond head office's last time, the time that has passed
since by a clock that cannot be set, and a tolerance (``Moment.stamp_ms_max``; protocol.md,
customer). What passed while the machine was off is known to nobody, and is left out.
"""

import sqlite3

from edge.db.journal import read_head
from edge.db.pushing import read_push_state
from edge.db.store import read_enrolment
from edge.domain.reckoning import Reckoning, Steady
from sync.engine.journal import STAMP_TOLERANCE_MS, Moment
from sync.protocol.change import Genesis
from sync.protocol.clock import Hlc, tick, wall_ms, witness
from sync.protocol.codec import decode

_READ = "SELECT hlc FROM journal_head WHERE current = 1"
_WRITE = "UPDATE journal_head SET hlc = ? WHERE current = 1"


def tick_clock(db: sqlite3.Connection, moment: Moment) -> Hlc:
    """The next stamp, for an edit made here. Raises NotEnrolled."""
    read_head(db)
    stamp = tick(_last(db), min(moment.wall_ms, moment.stamp_ms_max))
    db.execute(_WRITE, (stamp,))
    return stamp


def witness_stamp(db: sqlite3.Connection, seen: Hlc, moment: Moment) -> None:
    """Never stamp before what was seen, unless that lies beyond the ceiling."""
    last = _last(db)
    if seen > last:
        stamp = witness(last, seen, moment.wall_ms, moment.stamp_ms_max)
        db.execute(_WRITE, (stamp,))


def read_reckoning(db: sqlite3.Connection, steady: Steady) -> Reckoning | None:
    """Where a clock that starts at ``steady`` goes on from; None for a box of no store.

    After a start of the machine: the latest of head office's last time (or when it enrolled this
    box) and the journal's last stamp less what that may have been ahead.
    """
    enrolment, state = read_enrolment(db), read_push_state(db)
    if enrolment is None:
        return None
    told_ms = state.server_time_ms
    if told_ms is None:
        told_ms = decode(Genesis, enrolment.genesis).issued_at_ms
    then = state.steady
    if then is not None and then.machine_boot == steady.machine_boot != "":
        return Reckoning(told_ms, then, exact=True)
    stamped_ms = wall_ms(_last(db)) - STAMP_TOLERANCE_MS
    return Reckoning(max(told_ms, stamped_ms), steady, exact=False)


def _last(db: sqlite3.Connection) -> Hlc:
    """0 before the enrolment."""
    row = db.execute(_READ).fetchone()
    return Hlc(0 if row is None else row[0])
