"""Which receipts were given out here, on paper or otherwise: the first is the receipt, any later
one a copy."""

import sqlite3

from sync.protocol.identity import SaleId

_NOTE = (
    "INSERT INTO receipt_print (sale_id, printed_at_ms, papers) VALUES (?, ?, 1)"
    " ON CONFLICT (sale_id) DO UPDATE SET papers = papers + 1 RETURNING papers"
)
_FIND = "SELECT EXISTS (SELECT 1 FROM receipt_print WHERE sale_id = ?)"
_FORGET = "DELETE FROM receipt_print WHERE sale_id = ?"


def note_given(db: sqlite3.Connection, sale_id: SaleId, now_ms: int) -> bool:
    """Once more it is given out; whether it was before, so that this one is a copy."""
    (papers,) = db.execute(_NOTE, (sale_id.bytes, now_ms)).fetchone()
    return bool(papers > 1)


def was_given(db: sqlite3.Connection, sale_id: SaleId) -> bool:
    """Whether what is given of it now is a copy."""
    return bool(db.execute(_FIND, (sale_id.bytes,)).fetchone()[0])


def forget_prints(db: sqlite3.Connection, sale_id: SaleId) -> None:
    """It became another paper, or nothing came of the first: the next one is no copy."""
    db.execute(_FORGET, (sale_id.bytes,))
