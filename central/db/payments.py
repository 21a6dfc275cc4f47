"""Files of acquirers and banks, and what became of their lines."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from central.db.tables import CentralTable, big


class PaymentFile(CentralTable, table=True):
    """A file as it was brought in, once: ``digest`` is its SHA-256. ``first_day`` to ``last_day``:
    which days its lines are of; null where it says no dates."""

    __tablename__ = "payment_file"
    __table_args__ = (UniqueConstraint("company_id", "digest"),)
    company_id: UUID = Field(primary_key=True)
    file_id: UUID = Field(primary_key=True)
    digest: bytes
    source: str
    name: str
    first_day: date | None
    last_day: date | None
    brought_by: str
    brought_at_ms: int = big()


class PaymentLineRow(CentralTable, table=True):
    """A line of a file, with the tender that it is, if one was found; a tender is one line's at
    most. ``reason``: why a person accepts or disputes it."""

    __tablename__ = "payment_line"
    __table_args__ = (
        Index(
            "uq_payment_line_tender",
            "company_id",
            "store_id",
            "sale_id",
            "tender_no",
            unique=True,
            postgresql_where=text("sale_id IS NOT NULL"),
        ),
    )
    company_id: UUID = Field(primary_key=True)
    file_id: UUID = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    reference: str
    amount_minor: int = big()
    from_ms: int | None = big()
    until_ms: int | None = big()
    state: str
    matched_by: str | None
    store_id: UUID | None
    sale_id: UUID | None
    tender_no: int | None
    reason: str | None = None
    decided_by: str | None = None
    decided_at_ms: int | None = big(default=None)
