"""Which receipts were given out here, on paper or otherwise: the first is the receipt, any later
one a copy."""

import sqlite3

from sync.protocol.identity import SaleId

_PRINTED = "SELECT 1 FROM receipt_print WHERE sale_id = ?"
_NOTE = (
    "INSERT INTO receipt_print (sale_id, printed_at_ms, papers) VALUES (?, ?, 1)"
    " ON CONFLICT (sale_id) DO UPDATE SET papers = papers + 1"
)
_FORGET = "DELETE FROM receipt_print WHERE sale_id = ?"


def was_printed(db: sqlite3.Connection, sale_id: SaleId) -> bool:
    """Whether it was given out."""
    return db.execute(_PRINTED, (sale_id.bytes,)).fetchone() is not None


def note_printed(db: sqlite3.Connection, sale_id: SaleId, now_ms: int) -> None:
    """Once more it was."""
    db.execute(_NOTE, (sale_id.bytes, now_ms))


def forget_prints(db: sqlite3.Connection, sale_id: SaleId) -> None:
    """It became another paper: the first of that is no copy."""
    db.execute(_FORGET, (sale_id.bytes,))
