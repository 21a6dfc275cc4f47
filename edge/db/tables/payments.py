"""What happened at the counter and is no fact of the journal: payments that somebody else makes, as
this box asked for them, and papers."""

from sqlalchemy import Index, text
from sqlmodel import Field

from edge.db.tables.base import EdgeTable


class PaymentAttempt(EdgeTable, table=True):
    """A payment that was asked for: written before anybody is asked. ``for_sale``: the sale that it
    was begun for; ``paid_by``: the receipt that has it; ``allowed``: by whose word, as JSON.
    ``shown``: the text of a code. Small indexes find what is not settled, what was settled long
    ago, and refunds of a payment."""

    __tablename__ = "payment_attempt"
    __table_args__ = (
        Index(
            "ix_payment_attempt_open",
            "begun_at_ms",
            sqlite_where=text("state NOT IN ('declined', 'voided', 'paid')"),
        ),
        Index(
            "ix_payment_attempt_settled",
            "changed_at_ms",
            sqlite_where=text("state IN ('declined', 'voided', 'paid')"),
        ),
        Index("ix_payment_attempt_refunds", "refunds", sqlite_where=text("refunds IS NOT NULL")),
    )
    attempt_id: bytes = Field(primary_key=True)
    reference: str = Field(unique=True)
    for_sale: bytes = Field(index=True)
    through: str
    tender_id: str
    workstation_id: str
    operator_id: str
    amount_minor: int
    currency: str
    online_only: bool
    state: str
    begun_at_ms: int
    changed_at_ms: int
    request_digest: bytes
    outcome: str | None = None
    approval: str | None = None
    why: str
    expires_at_ms: int | None = None
    shown: str | None = None
    paid_by: bytes | None = None
    refunds: str | None = None
    allowed: str | None = None


class ReceiptPrint(EdgeTable, table=True):
    """A receipt that was given out, on paper, as PDF or by e-mail: whatever is given of it later is
    a copy. ``papers``: so many in all."""

    __tablename__ = "receipt_print"
    sale_id: bytes = Field(primary_key=True)
    printed_at_ms: int
    papers: int
