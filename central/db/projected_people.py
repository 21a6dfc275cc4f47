"""Tables of what the people of a shop did that is no sale, and what they took out of baskets
(``central/projections/rows/operator.py``, ``basket.py``)."""

from datetime import date
from uuid import UUID

from sqlmodel import Field, Index

from central.db.tables import CentralTable, big, metadata

_BEFORE = frozenset(metadata.tables)


class LinesRemovedRow(CentralTable, table=True):
    """What was taken out of baskets before anybody paid, by whom and worth how much."""

    __tablename__ = "lines_removed"
    __table_args__ = (Index(None, "store_id", "at_ms"),)
    store_id: UUID = Field(primary_key=True)
    removal_id: UUID = Field(primary_key=True)
    at_ms: int = big()
    basket_id: UUID
    operator_id: str
    workstation_id: str | None
    business_date: date | None
    whole: bool
    reason: str
    items: str
    line_count: int
    amount_minor: int = big()


class OperatorActRow(CentralTable, table=True):
    """What the people of a shop did that is no sale: signed in, were refused, allowed an act."""

    __tablename__ = "operator_act"
    __table_args__ = (Index(None, "store_id", "at_ms"),)
    store_id: UUID = Field(primary_key=True)
    act_id: UUID = Field(primary_key=True)
    at_ms: int = big()
    act: str
    operator_id: str
    workstation_id: str | None
    by_operator_id: str | None
    subject: str
    amount_minor: int | None = big(default=None)
    reason: str
    business_date: date | None


class OperatorPinRow(CentralTable, table=True):
    """The newest PIN that an operator chose at any store, sealed to head office's key."""

    __tablename__ = "operator_pin"
    company_id: UUID = Field(primary_key=True)
    operator_id: str = Field(primary_key=True)
    hlc: int = big()
    store_id: UUID
    sealed: bytes


OF_PEOPLE = frozenset(metadata.tables) - _BEFORE
"""The tables of this module."""
