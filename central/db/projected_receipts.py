"""Tables of what only some receipts have beside lines, taxes and tenders
(``central/projections/rows/sale.py``)."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from central.db.tables import CentralTable, big, metadata

_BEFORE = frozenset(metadata.tables)


class SaleVoucherRow(CentralTable, table=True):
    """Vouchers that lowered a receipt's price, in the order in which they were given, from 1."""

    __tablename__ = "sale_voucher"
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    voucher_no: int = Field(primary_key=True)
    business_date: date
    tender_id: str
    reference: str | None
    amount_minor: int = big()


class InvoiceRow(CentralTable, table=True):
    """A receipt that was made out as a full tax invoice: to whom, sealed under that customer's
    key."""

    __tablename__ = "invoice"
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(index=True)
    operator_id: str
    made_at_ms: int = big()
    sealed: bytes


OF_RECEIPTS = frozenset(metadata.tables) - _BEFORE
"""The tables of this module."""
