"""To whom tax invoices were made out."""

import sqlite3

from sync.protocol.identity import CustomerId, OperatorId, SaleId
from sync.protocol.paper.invoice import Buyer

_BUYER = (
    "SELECT name, address, tax_number FROM invoice"
    " WHERE sale_id = ? AND name IS NOT NULL AND address IS NOT NULL"
)
_MADE = "SELECT count(*) FROM invoice WHERE sale_id = ?"
_KEEP = (
    "INSERT INTO invoice (sale_id, customer_id, name, address, tax_number, operator_id, made_at_ms)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def find_buyer(db: sqlite3.Connection, sale_id: SaleId) -> Buyer | None:
    """None: it is a receipt, or its buyer was erased."""
    row = db.execute(_BUYER, (sale_id.bytes,)).fetchone()
    return None if row is None else Buyer(*row)


def is_made_out(db: sqlite3.Connection, sale_id: SaleId) -> bool:
    """To anybody, also to one who was erased since."""
    return bool(db.execute(_MADE, (sale_id.bytes,)).fetchone()[0])


def keep_buyer(
    db: sqlite3.Connection,
    sale_id: SaleId,
    customer_id: CustomerId,
    buyer: Buyer,
    operator_id: OperatorId,
    now_ms: int,
) -> None:
    """From now on it is their invoice; ``customer_id``: under whom the journal has it."""
    who = (buyer.name, buyer.address, buyer.tax_number)
    db.execute(_KEEP, (sale_id.bytes, customer_id.bytes, *who, operator_id, now_ms))
