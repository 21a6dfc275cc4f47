"""To whom tax invoices were made out."""

import sqlite3

from sync.protocol.identity import OperatorId, SaleId
from sync.protocol.paper.invoice import Buyer

_BUYER = "SELECT name, address, tax_number FROM invoice WHERE sale_id = ?"
_KEEP = (
    "INSERT INTO invoice (sale_id, name, address, tax_number, operator_id, made_at_ms)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)


def find_buyer(db: sqlite3.Connection, sale_id: SaleId) -> Buyer | None:
    """None: it is a receipt."""
    row = db.execute(_BUYER, (sale_id.bytes,)).fetchone()
    return None if row is None else Buyer(*row)


def keep_buyer(
    db: sqlite3.Connection, sale_id: SaleId, buyer: Buyer, operator_id: OperatorId, now_ms: int
) -> None:
    """From now on it is their invoice."""
    db.execute(
        _KEEP,
        (sale_id.bytes, buyer.name, buyer.address, buyer.tax_number, operator_id, now_ms),
    )
