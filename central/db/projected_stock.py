"""Tables of figures that are made from facts: stock."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from central.db.tables import CentralTable, big, metadata

_BEFORE = frozenset(metadata.tables)


class StockLevelRow(CentralTable, table=True):
    """What of a store's item moved in all: on hand, unless it was counted (``stock_count``)."""

    __tablename__ = "stock_level"
    store_id: UUID = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    on_hand_milli: int = big()
    entries: int = big()


class StockMovementRow(CentralTable, table=True):
    """Stock that moved without a sale (sales move it through their lines)."""

    __tablename__ = "stock_movement"
    __table_args__ = (Index(None, "store_id", "business_date"), Index(None, "order_id"))
    store_id: UUID = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    business_date: date | None
    item_id: str
    kind: str
    quantity_milli: int = big()
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int = big()
    lot: str | None
    unit_cost_minor: int | None = big()
    cost_minor: int | None = big()
    order_id: UUID | None
    supplier_id: str | None


class LotMovementRow(CentralTable, table=True):
    """A line that says lot, last day or serial number of what moved by it."""

    __tablename__ = "lot_movement"
    __table_args__ = (
        Index(None, "store_id", "item_id"),
        Index(
            "ix_lot_movement_serial",
            *("item_id", "serial"),
            postgresql_where=text("serial IS NOT NULL"),
        ),
    )
    store_id: UUID = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    item_id: str
    kind: str
    lot: str | None
    expires_on: date | None
    serial: str | None
    quantity_milli: int = big()
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int = big()


class LotCountRow(CentralTable, table=True):
    """A line of a count that says an item's lots."""

    __tablename__ = "lot_count"
    __table_args__ = (Index(None, "store_id", "item_id"),)
    store_id: UUID = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    item_id: str
    lot: str | None
    expires_on: date | None
    counted_milli: int = big()
    epoch_number: int
    epoch_fingerprint: bytes
    seen_through: int = big()
    seq: int = big()
    parent_through: int = big()


class PurchaseOrderRow(CentralTable, table=True):
    """An order that a store sent to a supplier."""

    __tablename__ = "purchase_order"
    store_id: UUID = Field(primary_key=True)
    order_id: UUID = Field(primary_key=True)
    supplier_id: str
    operator_id: str
    business_date: date | None
    expected_on: date | None
    number: str
    sent_at_ms: int = big()


class PurchaseOrderLineRow(CentralTable, table=True):
    """What was ordered; what came of it are movements that name the order."""

    __tablename__ = "purchase_order_line"
    store_id: UUID = Field(primary_key=True)
    order_id: UUID = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    item_id: str
    quantity_milli: int = big()
    cost_minor: int | None = big()
    code: str | None


class PurchaseOrderEndRow(CentralTable, table=True):
    """An order of which nothing more is awaited."""

    __tablename__ = "purchase_order_end"
    __table_args__ = (Index(None, "order_id"),)
    store_id: UUID = Field(primary_key=True)
    closing_id: UUID = Field(primary_key=True)
    order_id: UUID
    operator_id: str
    business_date: date | None
    cancelled: bool
    reason: str
    ended_at_ms: int = big()


class SupplierCreditRow(CentralTable, table=True):
    """A supplier's credit note for goods that went back: movements of its movement_id."""

    __tablename__ = "supplier_credit"
    __table_args__ = (Index(None, "movement_id"),)
    store_id: UUID = Field(primary_key=True)
    credit_id: UUID = Field(primary_key=True)
    movement_id: UUID
    supplier_id: str
    operator_id: str
    business_date: date | None
    number: str
    amount_minor: int = big()
    noted_at_ms: int = big()


class StockTransferRow(CentralTable, table=True):
    """One end of a transfer between stores, as that store reported it."""

    __tablename__ = "stock_transfer"
    __table_args__ = (Index(None, "intent_id"), Index(None, "wish_id"))
    store_id: UUID = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    intent_id: UUID | None
    direction: str
    number: str | None
    reason: str
    moved_at_ms: int = big()
    operator_id: str
    other_store_id: UUID | None
    wish_id: UUID | None


class TransferNoteRow(CentralTable, table=True):
    """What a store said of goods between stores: a wish, the end of one, a transfer that is
    settled."""

    __tablename__ = "transfer_note"
    __table_args__ = (Index(None, "subject_id"),)
    store_id: UUID = Field(primary_key=True)
    note_id: UUID = Field(primary_key=True)
    note: str
    subject_id: UUID
    other_store_id: UUID | None
    other_code: str
    operator_id: str
    business_date: date | None
    reason: str
    number: str
    noted_at_ms: int = big()


class TransferNoteLineRow(CentralTable, table=True):
    """What is wished."""

    __tablename__ = "transfer_note_line"
    store_id: UUID = Field(primary_key=True)
    note_id: UUID = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    item_id: str
    quantity_milli: int = big()


class StockCountedRow(CentralTable, table=True):
    """An item of a count, its lots together; every count is kept, whichever holds."""

    __tablename__ = "stock_counted"
    __table_args__ = (Index(None, "store_id", "item_id"),)
    store_id: UUID = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    epoch_number: int
    epoch_fingerprint: bytes
    seen_through: int = big()
    seq: int = big()
    parent_through: int = big()
    counted_milli: int = big()


class StockCountRow(CentralTable, table=True):
    """The count of an item that has seen most. On hand is counted_milli + stock_level's sum -
    seen_milli: what of that sum the count had seen."""

    __tablename__ = "stock_count"
    store_id: UUID = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    epoch_number: int
    epoch_fingerprint: bytes
    seen_through: int = big()
    seq: int = big()
    parent_through: int = big()
    counted_milli: int = big()
    seen_milli: int = big()


OF_STOCK = frozenset(metadata.tables) - _BEFORE
"""The tables of this module."""
