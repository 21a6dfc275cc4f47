"""A store's goodwill budget, cut to what its present epoch may lend (sync/protocol/escrow.py).

A budget is given to one epoch at a time, as a standing right: so much in every period, whether its
box has a line or not. So nobody else has it until the epoch is closed or written off, and whoever
comes next has, of the periods in which that one lent something, what is left.

It is told until the end of the period that runs (``until``), and told again once that is over, to
the store's present epoch alone. A box that was not heard since lends what was left of that period,
and then nothing. So an epoch that a person wrote off, and a disk that was copied, lend a budget
once more, and not in each period that comes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sync.protocol.bounds import DATE_MAX
from sync.protocol.escrow import HeldRights, goodwill_left
from sync.protocol.periods import Period, span_of

LOOKED_BACK = timedelta(35)
"""For business dates before that month an epoch is given none: nobody opens a day so long ago."""


class Budget(NamedTuple):
    """So much in each period, from a business date on until a later one begins; none begins anew
    after ``until``."""

    from_date: date
    amount: int
    period: Period
    until: date = DATE_MAX


class OtherEpoch(NamedTuple):
    """What another epoch of the store may have: ``given``, the most that it was ever given in a
    period; ``used``, by business date. ``over``: its box lends no more, or a person said so."""

    given: int
    used: Mapping[date, int]
    over: bool

    def used_in(self, first: date, last: date) -> int:
        """In these days."""
        return sum(amount for day, amount in self.used.items() if first <= day <= last)


def budget_on(budgets: Iterable[Budget], day: date) -> Budget | None:
    """The one that holds on a business date; None: nothing may be lent."""
    begun = [one for one in budgets if one.from_date <= day]
    return max(begun, default=None)


def told_until(budgets: Iterable[Budget], today: date) -> date:
    """Through which date it is told what holds today: of nothing, until something does."""
    said = tuple(budgets)
    now = budget_on(said, today)
    later = [one.from_date - timedelta(1) for one in said if one.from_date > today]
    runs = span_of(now.period, today)[1] if now is not None and now.amount else DATE_MAX
    return min([runs, *later])


def cut_budget(
    budgets: Sequence[Budget], others: Sequence[OtherEpoch], today: date
) -> tuple[Budget, ...]:
    """What the store's present epoch may lend, from business date to business date until the period
    that runs is over; at least one row where there is a budget, if only to say that it is nothing
    for now."""
    begins, until = (today - LOOKED_BACK).replace(day=1), told_until(budgets, today)
    days = {begins, *(one.from_date for one in budgets)}
    for day in {day for one in others for day in one.used}:
        budget = budget_on(budgets, day)
        if budget is not None:
            first, last = span_of(budget.period, day)
            days |= {first, last + timedelta(1)} if last < date.max else {first}
    found: list[Budget] = []
    for day in sorted(day for day in days if begins <= day <= until):
        budget = budget_on(budgets, day)
        if budget is None:
            continue
        row = Budget(day, _left(budget, others, day), budget.period, until)
        if not found or found[-1][1:] != row[1:]:
            found.append(row)
    return tuple(found)


def _left(budget: Budget, others: Iterable[OtherEpoch], day: date) -> int:
    span = span_of(budget.period, day)
    held = (HeldRights(one.given, one.used_in(*span), 0, ended=one.over) for one in others)
    return goodwill_left(budget.amount, 0, held)
