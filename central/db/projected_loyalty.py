"""Tables of the loyalty programme, made from facts and decisions
(``central/projections/rows/loyalty.py``)."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from central.db.tables import CentralTable, big, metadata

_BEFORE = frozenset(metadata.tables)


class CustomerDayRow(CentralTable, table=True):
    """What a customer's receipts of a business date come to, at all stores together."""

    __tablename__ = "customer_day"
    company_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    spent_minor: int = big(default=0)
    points_in: int = big(default=0)
    points_out: int = big(default=0)
    entries: int = big(default=1)


class LoyaltyProgramRow(CentralTable, table=True):
    """How a company's programme goes, where it has one."""

    __tablename__ = "loyalty_program"
    company_id: UUID = Field(primary_key=True)
    window_months: int
    welcome_points: int = big()
    birthday_points: int = big()
    entered_points: int = big()
    expiry: str
    expiry_months: int
    since: date
    reason: str
    decided_by: str


class TierByHandRow(CentralTable, table=True):
    """In which tier a person put a customer; an empty ``tier``: nothing holds."""

    __tablename__ = "tier_by_hand"
    company_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(primary_key=True)
    tier: str
    until: date
    reason: str
    decided_by: str


class GivenPointsRow(CentralTable, table=True):
    """Points that head office gave a customer."""

    __tablename__ = "points_given"
    company_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(primary_key=True)
    occasion: str = Field(primary_key=True)
    named: str = Field(primary_key=True)
    points: int = big()
    given_on: date
    reason: str
    decided_by: str


class ExpiredPointsRow(CentralTable, table=True):
    """Points of a customer that ran out, by the day on which it was decided."""

    __tablename__ = "points_expired"
    company_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(primary_key=True)
    expired_on: date = Field(primary_key=True)
    points: int = big()
    entries: int = big(default=1)


class BirthMonthRow(CentralTable, table=True):
    """The month of a customer's birth, sealed under the customer's own key."""

    __tablename__ = "birth_month"
    company_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(primary_key=True)
    sealed: bytes
    decided_by: str


class BirthMonthToldRow(CentralTable, table=True):
    """The same as the customer told at a till, last: what head office says itself holds over
    it."""

    __tablename__ = "birth_month_told"
    company_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(primary_key=True)
    hlc: int = big()
    sealed: bytes


OF_LOYALTY = frozenset(metadata.tables) - _BEFORE
"""The tables of this module."""
