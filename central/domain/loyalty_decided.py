"""What head office decides of its loyalty programme (``decisions.py``)."""

from datetime import date
from typing import TypeAlias

import msgspec

from sync.protocol.bounds import DATE_MAX
from sync.protocol.identity import CustomerId


class LoyaltyDecision(msgspec.Struct, frozen=True, array_like=True):
    """One of them: it changes projections alone."""


class LoyaltyProgramSet(LoyaltyDecision, frozen=True, array_like=True):
    """Somebody said how the company's programme goes: tiers by what was spent in ``window_months``;
    points for a customer's first receipt, for each birthday and for being entered at a till (0:
    none), nothing of them before ``since``; when points run out (``points_expiry.Expiry``), nothing
    of which began before it."""

    window_months: int
    welcome_points: int
    birthday_points: int
    expiry: str
    expiry_months: int
    since: date
    reason: str
    decided_by: str
    entered_points: int = 0


class CustomerTierSet(LoyaltyDecision, frozen=True, array_like=True):
    """Somebody put a customer in a tier through a date, whatever they spent; an empty word takes
    back what was said so."""

    customer_id: CustomerId
    tier: str
    reason: str
    decided_by: str
    until: date = DATE_MAX


class PointsGiven(LoyaltyDecision, frozen=True, array_like=True):
    """A customer was given points, once for each ``occasion`` and ``named``: a year, or what a
    person calls it. They are balance of head office's, which stores are given rights to."""

    customer_id: CustomerId
    points: int
    occasion: str
    named: str
    given_on: date
    reason: str
    decided_by: str


class PointsExpired(LoyaltyDecision, frozen=True, array_like=True):
    """So many of a customer's points ran out: they were available, and are no more."""

    customer_id: CustomerId
    points: int
    expired_on: date


class BirthMonthSet(LoyaltyDecision, frozen=True, array_like=True):
    """The month in which a customer was born, sealed under the customer's own key."""

    customer_id: CustomerId
    sealed: bytes
    decided_by: str


AnyLoyalty: TypeAlias = (
    LoyaltyProgramSet | CustomerTierSet | PointsGiven | PointsExpired | BirthMonthSet
)

LOYALTY_KINDS: dict[str, type[AnyLoyalty]] = {
    "loyalty_program_set": LoyaltyProgramSet,
    "customer_tier_set": CustomerTierSet,
    "points_given": PointsGiven,
    "points_expired": PointsExpired,
    "birth_month_set": BirthMonthSet,
}
"""Entries are added, never changed."""
