"""The loyalty programme: what customers spent day by day, and what head office said and gave."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from central.projections.projection import REPLACE, SUM, Newest, Projection


class CustomerDay(NamedTuple):
    """Table ``customer_day``: what a customer's receipts of a business date come to, at all stores
    together: to add. ``spent_minor``: with tax, without what is out of its scope, less what came
    back. ``points_in`` were earned; ``points_out`` were spent or taken back."""

    company_id: UUID
    customer_id: UUID
    currency: str
    business_date: date
    spent_minor: int = 0
    points_in: int = 0
    points_out: int = 0
    entries: int = 1


class LoyaltyProgram(NamedTuple):
    """Table ``loyalty_program``: as it was said last."""

    company_id: UUID
    window_months: int
    welcome_points: int
    birthday_points: int
    entered_points: int
    expiry: str
    expiry_months: int
    since: date
    reason: str
    decided_by: str


class TierByHand(NamedTuple):
    """Table ``tier_by_hand``: as it was said last; an empty ``tier``: nothing holds."""

    company_id: UUID
    customer_id: UUID
    tier: str
    until: date
    reason: str
    decided_by: str


class GivenPoints(NamedTuple):
    """Table ``points_given``: once for each occasion and name."""

    company_id: UUID
    customer_id: UUID
    occasion: str
    named: str
    points: int
    given_on: date
    reason: str
    decided_by: str


class ExpiredPoints(NamedTuple):
    """Table ``points_expired``: to add."""

    company_id: UUID
    customer_id: UUID
    expired_on: date
    points: int
    entries: int = 1


class BirthMonth(NamedTuple):
    """Table ``birth_month``: as it was said last, sealed."""

    company_id: UUID
    customer_id: UUID
    sealed: bytes
    decided_by: str


class BirthMonthTold(NamedTuple):
    """Table ``birth_month_told``: as a till was told last, sealed."""

    company_id: UUID
    customer_id: UUID
    hlc: int
    sealed: bytes


PROJECTIONS = (
    Projection("customer_day", CustomerDay, 4, SUM),
    Projection("loyalty_program", LoyaltyProgram, 1, REPLACE),
    Projection("tier_by_hand", TierByHand, 2, REPLACE),
    Projection("points_given", GivenPoints, 4),
    Projection("points_expired", ExpiredPoints, 3, SUM),
    Projection("birth_month", BirthMonth, 2, REPLACE),
    Projection(
        "birth_month_told",
        BirthMonthTold,
        2,
        Newest(("hlc", "sealed")),
        kinds=("birth_month_told",),
    ),
)
