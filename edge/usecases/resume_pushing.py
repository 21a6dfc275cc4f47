"""Resume pushing: a person has settled what stopped it."""

import sqlite3

from edge.db.pushing import write_stopped


def resume_pushing(db: sqlite3.Connection) -> None:
    """The next round pushes again."""
    write_stopped(db, None)
