"""Finished receipts as they are taken back: found by the code or the number on them, with what of
each line is still out. All of it stands in rows that stay, also when the journal's are gone."""

import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from sync.protocol.identity import CustomerId, ReceiptNumber, SaleId
from sync.protocol.paper.witness import Witness

_WITNESSED = """
SELECT s.sale_id, coalesce(r.hash, j.hash) FROM sale s
LEFT JOIN recovered r ON r.sale_id = s.sale_id
LEFT JOIN journal j ON j.epoch_number = s.epoch_number
    AND j.epoch_fingerprint = s.epoch_fingerprint AND j.seq = s.seq AND j.event_id = s.sale_id
WHERE s.epoch_number = ? AND s.epoch_fingerprint = ? AND s.seq = ?
"""
_HEAD = """
SELECT s.sale_id, s.receipt_number, s.business_date, s.tendered_at_ms, s.operator_id, s.customer_id,
       s.total_minor, s.rounding_minor, s.training, s.post_void_of,
       (SELECT min(v.receipt_number) FROM sale v WHERE v.post_void_of = s.sale_id) AS voided_by
FROM sale s WHERE s.sale_id = ?
"""
_VOIDED_BY = "SELECT min(receipt_number) FROM sale WHERE post_void_of = ?"
_LINES = """
SELECT line_no, item_id, description, unit, scan_code, quantity_milli, returned_milli,
       unit_price_minor, extended_minor, amount_minor, tax_minor, tax_included,
       original_sale_id IS NOT NULL AS is_return
FROM sale_line WHERE sale_id = ? ORDER BY line_no
"""


class ReceiptHead(NamedTuple):
    """``voided_by``: the number of the receipt that took it back whole."""

    sale_id: SaleId
    receipt_number: ReceiptNumber
    business_date: str
    tendered_at_ms: int
    operator_id: str
    customer_id: CustomerId | None
    total_minor: int
    rounding_minor: int
    training: bool
    post_void_of: SaleId | None
    voided_by: ReceiptNumber | None


class LineOut(NamedTuple):
    """A line as it was sold (or, below zero, taken back), and how much of it came back."""

    line_no: int
    item_id: str
    description: str
    unit: str
    scan_code: str | None
    quantity_milli: int
    returned_milli: int
    unit_price_minor: int
    extended_minor: int
    amount_minor: int
    tax_minor: int
    tax_included: bool
    is_return: bool


def sale_witnessed(db: sqlite3.Connection, witness: Witness) -> SaleId | None:
    """The sale that stands where the paper says, with the hash that it says. Of one whose hash has
    left the store the place alone decides."""
    place = (witness.epoch.number, witness.epoch.fingerprint, witness.seq)
    for sale_id, whole in db.execute(_WITNESSED, place):
        if whole is None or whole.startswith(witness.hash_start):
            return SaleId(UUID(bytes=sale_id))
    return None


def receipt_head(db: sqlite3.Connection, sale_id: SaleId) -> ReceiptHead | None:
    """None where this store finished no such sale."""
    row = db.execute(_HEAD, (sale_id.bytes,)).fetchone()
    if row is None:
        return None
    customer = None if row[5] is None else CustomerId(UUID(bytes=row[5]))
    voids = None if row[9] is None else SaleId(UUID(bytes=row[9]))
    named = (sale_id, *row[1:5], customer, *row[6:8], bool(row[8]), voids, row[10])
    return ReceiptHead._make(named)


def voided_by(db: sqlite3.Connection, sale_id: SaleId) -> ReceiptNumber | None:
    """The number of the receipt that took this one back whole."""
    number: ReceiptNumber | None = db.execute(_VOIDED_BY, (sale_id.bytes,)).fetchone()[0]
    return number


def lines_out(db: sqlite3.Connection, sale_id: SaleId) -> Iterator[LineOut]:
    """All lines of a receipt."""
    for row in db.execute(_LINES, (sale_id.bytes,)):
        yield LineOut._make(_typed(row))


def _typed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*row[:11], bool(row[11]), bool(row[12]))
