"""What head office publishes of its loyalty programme: tiers, who is in one and until when, what
multiplies points, and which points run out next.

A box figures nothing of it anew: who is in which tier head office folds from all stores' receipts
(``central/domain/tiers.py``), and until when that lasts in any case is told with it. So a box
without a line for a year goes on as it should, and no tier outlives its day.
"""

from datetime import date
from typing import Annotated, TypeAlias

import msgspec

from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.identity import CustomerId
from sync.protocol.promotions.conditions import ALWAYS, Condition
from sync.protocol.promotions.shape import Pick
from sync.protocol.reference import Name, PriceMinor, Word

ONCE = 10_000
"""A multiplier that changes nothing: they are hundredths of a percent."""
TIMES_MAX = 100 * ONCE
KEPT_MONTHS_MAX = 120

Multiplier: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=TIMES_MAX)]


class LoyaltyTier(msgspec.Struct, frozen=True, array_like=True):
    """A tier. Key: its word. It is reached with a spend of ``from_minor`` within the company's
    window, and kept for ``kept_months`` after the last day on which that holds. ``multiplier``: of
    the points that its customers earn. Of two the one with the larger ``from_minor`` is the
    higher."""

    tier: Word
    name: Name
    from_minor: PriceMinor
    multiplier: Multiplier = ONCE
    kept_months: Annotated[int, msgspec.Meta(ge=0, le=KEPT_MONTHS_MAX)] = 0


class CustomerTier(msgspec.Struct, frozen=True, array_like=True):
    """A customer is in a tier through the business date ``until``. Key: customer and tier: of
    several the highest holds. Who is joined to another is in that one's."""

    customer_id: CustomerId
    tier: Word
    until: date


class PointsRule(msgspec.Struct, frozen=True, array_like=True):
    """What multiplies the points of some goods while its condition holds (``conditions.py``). Key:
    its id. Of several that take a line the largest holds, but 0 before all others."""

    rule_id: Word
    name: Name
    multiplier: Multiplier
    of: Pick = Pick()
    condition: Condition = ALWAYS


class PointsExpiring(msgspec.Struct, frozen=True, array_like=True):
    """So many of a customer's points run out after the day ``on``, the next of them. Key: the
    customer's id."""

    customer_id: CustomerId
    points: Annotated[int, msgspec.Meta(ge=1, le=FIGURE_MAX)]
    on: date
