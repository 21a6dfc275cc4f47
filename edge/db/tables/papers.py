"""What was given to customers beside the receipt: to whom an invoice was made out, as the journal
says it sealed, and what goes by e-mail, which is no fact."""

from sqlalchemy import Index, text
from sqlmodel import Field

from edge.db.tables.base import EdgeTable


class Invoice(EdgeTable, table=True):
    """A receipt that is a full tax invoice: to whom it was made out, once. ``customer_id``: under
    whose key the journal has it; where they were erased nothing says who it was."""

    __tablename__ = "invoice"
    sale_id: bytes = Field(primary_key=True)
    customer_id: bytes = Field(index=True)
    name: str | None
    address: str | None
    tax_number: str | None = None
    operator_id: str
    made_at_ms: int


class Mail(EdgeTable, table=True):
    """A receipt or an order (``kind``) that goes by e-mail. ``address`` is gone as soon as it was
    sent or given up. ``failure``: why it was not taken last, as a code. The first index finds those
    that wait, the second those that ended, which are kept for a while."""

    __tablename__ = "mail"
    __table_args__ = (
        Index("ix_mail_due", "next_try_ms", sqlite_where=text("state = 'waiting'")),
        Index(
            "ix_mail_ended",
            "state",
            "ended_at_ms",
            sqlite_where=text("ended_at_ms IS NOT NULL"),
        ),
        Index("ix_mail_subject_id", "subject_id"),
    )
    mail_id: bytes = Field(primary_key=True)
    kind: str
    subject_id: bytes
    address: str | None
    state: str
    asked_at_ms: int
    next_try_ms: int
    failures: int
    failure: str | None = None
    ended_at_ms: int | None = None
