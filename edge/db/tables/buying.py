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
