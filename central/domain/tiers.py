"""Who is in which tier, and until when: from what somebody spent, and from nothing else.

A tier is *reached* on a day when what was spent in the months of the window that end with it comes
to the tier's threshold; it is *kept* for the tier's own months after the last such day, through the
end of that month. As a receipt leaves the window on a known day, the last such day is known at
once, though it lies ahead: a customer's tiers follow from their receipts, whatever day it is today,
in whatever order the receipts came. So what is published changes with a receipt, not with a clock,
and a store without a line for a year knows when a tier ends.

A return takes away the newest spend before it: whoever brings goods back has not reached by them
what they would have reached otherwise, on no day of the past either.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sync.protocol.bounds import DATE_MAX
from sync.protocol.last_days import months_after
from sync.protocol.loyalty import LoyaltyTier


def end_of_month(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def net_spend(spent: Iterable[tuple[date, int]]) -> list[tuple[date, int]]:
    """What is left of each day's spend once returns took away the newest before them; amounts of 0
    left out. What was brought back beyond all that was spent counts nowhere.

    >>> day = date(2026, 11, 1)
    >>> net_spend([(day, 100), (day + timedelta(1), 50), (day + timedelta(9), -70)])
    [(datetime.date(2026, 11, 1), 80)]
    """
    kept: list[list[int]] = []
    days: list[date] = []
    for day, amount in sorted(spent, key=lambda one: (one[0], -one[1])):
        if amount > 0:
            kept.append([amount])
            days.append(day)
        left = -amount
        for one in reversed(kept):
            if left <= 0:
                break
            taken = min(left, one[0])
            one[0] -= taken
            left -= taken
    return [(day, one[0]) for day, one in zip(days, kept, strict=True) if one[0]]


def last_reached(
    spent: Sequence[tuple[date, int]], from_minor: int, window_months: int
) -> date | None:
    """The last day on which what was spent in the window comes to ``from_minor``, as things stand;
    None: there is no such day. ``spent`` is net."""
    if from_minor <= 0:
        return DATE_MAX
    changes: dict[date, int] = {}
    for day, amount in spent:
        leaves = months_after(day, window_months)
        changes[day] = changes.get(day, 0) + amount
        changes[leaves] = changes.get(leaves, 0) - amount
    total, reached, last = 0, False, None
    for day in sorted(changes):
        if reached:
            last = day - timedelta(1)
        total += changes[day]
        reached = total >= from_minor
    return last


def earned_tiers(
    spent: Iterable[tuple[date, int]], tiers: Iterable[LoyaltyTier], window_months: int
) -> dict[str, date]:
    """Each tier that was ever reached, by its word, with the last day on which it is kept."""
    net = net_spend(spent)
    found = {}
    for tier in tiers:
        last = last_reached(net, tier.from_minor, window_months)
        if last is not None:
            found[tier.tier] = end_of_month(months_after(last, tier.kept_months))
    return found


def tiers_held(
    tiers: Iterable[LoyaltyTier],
    earned: Mapping[str, date],
    by_hand: tuple[str, date] | None,
    today: date,
) -> tuple[tuple[str, date], ...]:
    """What there is to tell of one customer: of the tiers that reach to ``today`` those that last
    beyond every higher one, the highest first. What a person said (``by_hand``) counts as if it had
    been earned."""
    until = dict(earned)
    if by_hand is not None:
        until[by_hand[0]] = max(by_hand[1], until.get(by_hand[0], by_hand[1]))
    held: list[tuple[str, date]] = []
    covered = today - timedelta(1)
    for tier in sorted(tiers, key=lambda one: (one.from_minor, one.tier), reverse=True):
        last = until.get(tier.tier)
        if last is not None and last > covered:
            held.append((tier.tier, last))
            covered = last
    return tuple(held)
