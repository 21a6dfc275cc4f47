"""Record that head office was reached."""

import sqlite3

from edge.clock import Steady
from edge.db.pushing import write_contact
from sync.engine.journal import Moment


def record_contact(
    db: sqlite3.Connection, moment: Moment, server_time_ms: int, steady: Steady
) -> None:
    """Keep when, and what head office's clock and this machine's steady one said then."""
    write_contact(db, moment.wall_ms, server_time_ms, steady)
