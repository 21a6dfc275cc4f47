"""How many receipts were numbered: by one row a workstation, whatever the store sold."""

import sqlite3

_RECEIPTS = "SELECT coalesce(sum(last), 0) FROM receipt_series"


def count_receipts(db: sqlite3.Connection) -> int:
    """In all epochs of this folder."""
    counted: int = db.execute(_RECEIPTS).fetchone()[0]
    return counted
