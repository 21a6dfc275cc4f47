"""Record that head office was reached."""

import sqlite3

from edge.db.pushing import write_contact
from edge.domain.reckoning import Steady
from sync.engine.journal import Moment


def record_contact(
    db: sqlite3.Connection,
    moment: Moment,
    server_time_ms: int,
    steady: Steady,
    set_aside: int = 0,
) -> None:
    """Keep when, what head office's clock and this machine's steady one said then, and how many of
    this store's events head office does not count for now."""
    write_contact(db, moment.wall_ms, server_time_ms, steady, set_aside)
