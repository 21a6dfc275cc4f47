"""Note that head office refuses this box, or no longer does: it stands until an answer holds."""

import sqlite3

from edge.db.pushing import write_refused


def note_refusal(db: sqlite3.Connection, detail: str | None) -> None:
    """``detail``: in head office's words; None: it answers as it should."""
    write_refused(db, detail)
