"""What multiplies a customer's points: the tier that they are in, and rules about goods and hours.

A line's points are worth what its amount is, times the tier's multiplier, times that of one rule:
of those that take the line the largest, or 0 where one says 0. Multipliers are hundredths of a
percent and are multiplied as whole numbers; the receipt's points are rounded down once, over all of
it (``loyalty.earn``).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sync.protocol.loyalty import ONCE, PointsRule
from sync.protocol.promotions.shape import LineOnOffer

ONCE_TWICE_OVER = ONCE * ONCE
"""What the product of two multipliers that change nothing is."""


class Tier(NamedTuple):
    """The tier that a customer is in; ``until``: the last business date of it, by what is known."""

    tier: str
    name: str
    multiplier: int
    until: date


class Expiring(NamedTuple):
    """So many of a customer's points run out after the day ``on``."""

    points: int
    on: date


class Earning(NamedTuple):
    """What bears on the points of one customer: ``rules`` in force when the basket was tendered."""

    tier: Tier | None = None
    rules: tuple[PointsRule, ...] = ()
    expiring: Expiring | None = None


NO_EARNING = Earning()


def times_of(lines: Iterable[LineOnOffer], earning: Earning) -> tuple[int, ...]:
    """Each line's multiplier, in parts of ONCE_TWICE_OVER."""
    tier = ONCE if earning.tier is None else earning.tier.multiplier
    return tuple([tier * _rule_of(line, earning.rules) for line in lines])


def rules_met(lines: Sequence[LineOnOffer], earning: Earning) -> tuple[PointsRule, ...]:
    """Those that take one of these lines, to be shown."""
    return tuple(rule for rule in earning.rules if any(rule.of.takes(line) for line in lines))


def _rule_of(line: LineOnOffer, rules: Sequence[PointsRule]) -> int:
    found = [rule.multiplier for rule in rules if rule.of.takes(line)]
    return min(found) and max(found) if found else ONCE
