"""Orders at suppliers: sent, and ended; what suppliers credited."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from central.projections.projection import Projection


class PurchaseOrder(NamedTuple):
    """Table ``purchase_order``."""

    store_id: UUID
    order_id: UUID
    supplier_id: str
    operator_id: str
    business_date: date | None
    expected_on: date | None
    number: str
    sent_at_ms: int


class PurchaseOrderLine(NamedTuple):
    """Table ``purchase_order_line``; lines from 1. ``cost_minor``: what all of it was to cost."""

    store_id: UUID
    order_id: UUID
    line_no: int
    item_id: str
    quantity_milli: int
    cost_minor: int | None
    code: str | None


class PurchaseOrderEnd(NamedTuple):
    """Table ``purchase_order_end``: of one order there are two where two boxes of its store ended
    it."""

    store_id: UUID
    closing_id: UUID
    order_id: UUID
    operator_id: str
    business_date: date | None
    cancelled: bool
    reason: str
    ended_at_ms: int


class SupplierCredit(NamedTuple):
    """Table ``supplier_credit``."""

    store_id: UUID
    credit_id: UUID
    movement_id: UUID
    supplier_id: str
    operator_id: str
    business_date: date | None
    number: str
    amount_minor: int
    noted_at_ms: int


PROJECTIONS = (
    Projection("purchase_order", PurchaseOrder, 2),
    Projection("purchase_order_line", PurchaseOrderLine, 3),
    Projection("purchase_order_end", PurchaseOrderEnd, 2),
    Projection("supplier_credit", SupplierCredit, 2),
)
