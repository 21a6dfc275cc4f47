"""A day's receipts and movements as they stand under its figures: who made which, where, when; what
each adds to a figure ``totals.py`` counts."""

import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from edge.db.totals import OF_DAY, RECEIPT, count_sales
from sync.protocol.figures import Totals
from sync.protocol.identity import ReceiptNumber, SaleId, TillSessionId

_HEADS = (
    "SELECT s.sale_id, s.receipt_number, s.workstation_id, s.operator_id, s.tendered_at_ms,"
    " s.post_void_of IS NOT NULL FROM sale s WHERE NOT s.training AND s.business_date = :day"
    " AND (:workstation IS NULL OR s.workstation_id = :workstation)"
    " AND (:till IS NULL OR s.till_session_id = :till)"
    " ORDER BY s.tendered_at_ms, s.receipt_number"
)
_WITHIN = (
    f"{OF_DAY} AND (:workstation IS NULL OR s.workstation_id = :workstation)"
    " AND (:till IS NULL OR s.till_session_id = :till)"
)
_MOVED = (
    "SELECT kind, item_id, quantity_milli, moved_at_ms FROM stock_movement"
    " WHERE business_date = ? AND kind NOT IN ('sale', 'return') ORDER BY moved_at_ms, event_id"
)


class Whose(NamedTuple):
    """The whole shop's, or a workstation's part, or a till session's."""

    workstation_id: str | None = None
    till_session_id: TillSessionId | None = None


class DayReceipt(NamedTuple):
    """A receipt of the day and its own figures."""

    sale_id: SaleId
    receipt_number: ReceiptNumber
    workstation_id: str
    operator_id: str
    tendered_at_ms: int
    is_void: bool
    totals: Totals


class Moved(NamedTuple):
    """Units that moved without a receipt."""

    kind: str
    item_id: str
    quantity_milli: int
    moved_at_ms: int


def day_receipts(
    db: sqlite3.Connection, business_date: date, whose: Whose
) -> tuple[DayReceipt, ...]:
    """All of them, as they were tendered; training is none."""
    values = _values(business_date, whose)
    tallies = count_sales(db, RECEIPT, _WITHIN, values)
    return tuple(
        DayReceipt._make(
            (SaleId(UUID(bytes=row[0])), *row[1:5], bool(row[5]), tallies[row[0]].totals())
        )
        for row in db.execute(_HEADS, values)
    )


def day_movements(db: sqlite3.Connection, business_date: date) -> tuple[Moved, ...]:
    """Stock that moved on the day without a receipt."""
    return tuple(Moved(*row) for row in db.execute(_MOVED, (business_date.isoformat(),)))


def _values(business_date: date, whose: Whose) -> Mapping[str, Any]:
    till = None if whose.till_session_id is None else whose.till_session_id.bytes
    return {"day": business_date.isoformat(), "workstation": whose.workstation_id, "till": till}
