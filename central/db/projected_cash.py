"""Tables of tills, of cash that moved without a sale, of drawers that were counted and of tills
that were handed over (``central/projections/rows/till.py``, ``cash.py``)."""

from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Field, Index

from central.db.tables import CentralTable, big, metadata

_BEFORE = frozenset(metadata.tables)


class TillSessionRow(CentralTable, table=True):
    """A till's period."""

    __tablename__ = "till_session"
    __table_args__ = (Index(None, "store_id", "business_date"),)
    store_id: UUID = Field(primary_key=True)
    till_session_id: UUID = Field(primary_key=True)
    till_id: str
    workstation_id: str
    operator_id: str
    business_date: date
    float_minor: int = big()
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int = big()
    moved_minor: int = big(default=0)
    expected_cash_minor: int | None = big(default=None)
    counted_cash_minor: int | None = big(default=None)
    settled_epoch_number: int | None = None
    settled_epoch_fingerprint: bytes | None = None
    settled_seq: int | None = big(default=None)
    settled_id: UUID | None = None
    counted: bool | None = None


class TillCarriedRow(CentralTable, table=True):
    """A till session of a box that is gone, counted where it went on as another."""

    __tablename__ = "till_carried"
    __table_args__ = (Index(None, "store_id", "carried_id"),)
    store_id: UUID = Field(primary_key=True)
    till_session_id: UUID = Field(primary_key=True)
    carried_id: UUID
    counted_cash_minor: int = big()


class CashMovedRow(CentralTable, table=True):
    """What a fact did to a drawer and to the safe, into it above zero."""

    __tablename__ = "cash_moved"
    __table_args__ = (
        Index(None, "store_id", "business_date"),
        Index(
            "ix_cash_moved_deposits",
            "store_id",
            "at_ms",
            postgresql_where=text("kind = 'deposit'"),
        ),
    )
    store_id: UUID = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    kind: str
    business_date: date | None
    till_session_id: UUID | None
    operator_id: str
    till_minor: int = big()
    safe_minor: int = big()
    reason: str
    bag_number: str | None
    at_ms: int = big()
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int = big()


class CashPiecesRow(CentralTable, table=True):
    """The notes and coins of what moved or was counted."""

    __tablename__ = "cash_pieces"
    store_id: UUID = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    face_minor: int = big(primary_key=True)
    pieces: int = big()


class TillCountRow(CentralTable, table=True):
    """A count of an open till, and each recount."""

    __tablename__ = "till_count"
    __table_args__ = (Index(None, "store_id", "till_session_id"),)
    store_id: UUID = Field(primary_key=True)
    count_id: UUID = Field(primary_key=True)
    till_session_id: UUID
    business_date: date
    operator_id: str
    expected_cash_minor: int = big()
    counted_cash_minor: int = big()
    blind: bool
    at_ms: int = big()


class CountedTenderRow(CentralTable, table=True):
    """The slips of a tender in a count."""

    __tablename__ = "counted_tender"
    store_id: UUID = Field(primary_key=True)
    count_id: UUID = Field(primary_key=True)
    tender_id: str = Field(primary_key=True)
    expected_minor: int = big()
    counted_minor: int = big()


class TillTenderRow(CentralTable, table=True):
    """What a till was settled by beside cash: a part of its event, and of its day."""

    __tablename__ = "till_tender"
    __table_args__ = (Index(None, "store_id", "business_date"),)
    store_id: UUID = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    tender_id: str = Field(primary_key=True)
    till_session_id: UUID
    workstation_id: str
    business_date: date
    expected_minor: int = big()
    counted_minor: int = big()
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int = big()


class TillHandedOverRow(CentralTable, table=True):
    """An open till went to somebody else."""

    __tablename__ = "till_handed_over"
    __table_args__ = (Index(None, "store_id", "till_session_id"),)
    store_id: UUID = Field(primary_key=True)
    handover_id: UUID = Field(primary_key=True)
    till_session_id: UUID
    business_date: date
    operator_id: str
    from_operator_id: str
    to_operator_id: str
    reason: str
    count_id: UUID | None
    at_ms: int = big()


OF_CASH = frozenset(metadata.tables) - _BEFORE
"""The tables of this module."""
