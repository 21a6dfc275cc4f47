"""Files of acquirers and banks, and what became of their lines."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from central.db.tables import CentralTable, big


class PaymentFile(CentralTable, table=True):
    """A file as it was brought in, once: ``digest`` is its SHA-256. ``first_day`` to ``last_day``:
    which days its lines are of; null where it says no dates. ``about``: ``payments`` (tenders that
    an acquirer or a bank brings) or ``deposits`` (bags of cash)."""

    __tablename__ = "payment_file"
    __table_args__ = (UniqueConstraint("company_id", "digest"),)
    company_id: UUID = Field(primary_key=True)
    file_id: UUID = Field(primary_key=True)
    digest: bytes
    about: str
    source: str
    name: str
    first_day: date | None
    last_day: date | None
    brought_by: str
    brought_at_ms: int = big()


class PaymentLineRow(CentralTable, table=True):
    """A line of a file, with what of a shop it is, if that was found: a tender (``taken_no``) of a
    receipt, or the event of a deposit; each is one line's at most. ``reason``: why a person accepts
    or disputes it."""

    __tablename__ = "payment_line"
    __table_args__ = (
        Index(
            "uq_payment_line_taken",
            "company_id",
            "store_id",
            "taken_id",
            "taken_no",
            unique=True,
            postgresql_where=text("taken_id IS NOT NULL"),
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
    taken_id: UUID | None
    taken_no: int | None
    reason: str | None = None
    decided_by: str | None = None
    decided_at_ms: int | None = big(default=None)


class DepositDecidedRow(CentralTable, table=True):
    """What a person said of a bag that the bank has not credited: ``state`` accepted or disputed,
    with a reason; the last word stands."""

    __tablename__ = "deposit_decided"
    company_id: UUID = Field(primary_key=True)
    store_id: UUID = Field(primary_key=True)
    deposit_id: UUID = Field(primary_key=True)
    state: str
    reason: str
    decided_by: str
    decided_at_ms: int = big()
