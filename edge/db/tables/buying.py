"""Who brings goods, what they bring, and when more is wanted: as published."""

from sqlmodel import Field

from edge.db.tables.base import EdgeTable


class SupplierRow(EdgeTable, table=True):
    """Suppliers as published (``sync/protocol/buying.py``)."""

    __tablename__ = "supplier"
    supplier_id: str = Field(primary_key=True)
    name: str
    email: str
    address: str
    lead_days: int
    over_bp: int
    active: bool


class SupplierItemRow(EdgeTable, table=True):
    """What they bring."""

    __tablename__ = "supplier_item"
    supplier_id: str = Field(primary_key=True)
    item_id: str = Field(primary_key=True, index=True)
    code: str | None
    pack_milli: int
    pack_cost_minor: int | None
    preferred: bool


class ReorderPointRow(EdgeTable, table=True):
    """When this store wants more of an item."""

    __tablename__ = "reorder_point"
    item_id: str = Field(primary_key=True)
    at_milli: int
    up_to_milli: int


class PurchaseOrderRow(EdgeTable, table=True):
    """An order at a supplier. ``state``: draft, sent, received, cancelled or closed; what came of
    it is a sum of movements, and one that is sent may be received in part."""

    __tablename__ = "purchase_order"
    order_id: bytes = Field(primary_key=True)
    state: str
    supplier_id: str
    number: str
    expected_on: str | None
    operator_id: str
    changed_at_ms: int
    reason: str


class PurchaseOrderLineRow(EdgeTable, table=True):
    """What is ordered."""

    __tablename__ = "purchase_order_line"
    order_id: bytes = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    item_id: str
    quantity_milli: int
    unit_cost_minor: int | None
    code: str | None
    cost_minor: int | None


class PurchaseOrderReceiptRow(EdgeTable, table=True):
    """A delivery against an order; its lines are movements of its event."""

    __tablename__ = "purchase_order_receipt"
    event_id: bytes = Field(primary_key=True)
    order_id: bytes = Field(index=True)


class SupplierReturnRow(EdgeTable, table=True):
    """Goods that went back to a supplier; its lines are movements of its event."""

    __tablename__ = "supplier_return"
    movement_id: bytes = Field(primary_key=True)
    supplier_id: str
    operator_id: str
    reason: str
    document: str
    at_ms: int


class SupplierCreditRow(EdgeTable, table=True):
    """What was credited for it."""

    __tablename__ = "supplier_credit"
    credit_id: bytes = Field(primary_key=True)
    movement_id: bytes = Field(index=True)
    number: str
    amount_minor: int
    operator_id: str
    at_ms: int


class OrderToldRow(EdgeTable, table=True):
    """What head office tells of this store's orders, fact by fact (``sync/protocol/told.py``).
    ``lines``: JSON lists of number, item, quantity, cost, code."""

    __tablename__ = "order_told"
    order_id: bytes = Field(primary_key=True)
    event_id: bytes = Field(primary_key=True)
    part: int = Field(primary_key=True)
    news: str
    supplier_id: str
    number: str
    expected_on: str | None
    operator_id: str
    cancelled: bool
    reason: str
    at_ms: int
    lines: str
