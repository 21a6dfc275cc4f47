"""What is known of a bag of cash that left a shop's safe for the bank.

What the bank's file says of it comes first: a line of that amount is its credit, one of another
amount is an exception that a person decides on. Without a line it is what a person said of it; and
without that it is on its way, until that takes too long. As long as no file of the bank was ever
brought in nothing is late, for then nobody knows.
"""

from enum import StrEnum

from central.domain.payment import DAY_MS, LineState

LATE_DAYS_MAX = 365
"""A company may say at most so many; five at first (a weekend, and what a bank takes to count a
bag)."""
LOOKED_BACK_DAYS = 400
"""Bags that are older are no exception any more."""


class DepositState(StrEnum):
    """The first two need nobody, the next two a person; the last two are what a person said."""

    CREDITED = "credited"
    IN_TRANSIT = "in_transit"
    ANOTHER_AMOUNT = "another_amount"
    LATE = "late"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"


EXCEPTIONS = frozenset({DepositState.ANOTHER_AMOUNT, DepositState.LATE})
"""What nobody has decided on."""
_BY_LINE = {
    LineState.MATCHED: DepositState.CREDITED,
    LineState.DIFFERS: DepositState.ANOTHER_AMOUNT,
    LineState.ACCEPTED: DepositState.ACCEPTED,
    LineState.DISPUTED: DepositState.DISPUTED,
}


def days_since(at_ms: int, now_ms: int) -> int:
    """Whole ones.

    >>> days_since(0, 2 * DAY_MS + 1)
    2
    """
    return max(0, now_ms - at_ms) // DAY_MS


def deposit_state(
    line: LineState | None, decided: DepositState | None, days: int, late_after_days: int | None
) -> DepositState:
    """``line``: of the bank's that is about it. ``days``: since it left the safe.
    ``late_after_days``: None where no file of the bank was ever brought in.

    >>> deposit_state(None, None, 9, 5).value
    'late'
    """
    if line is not None and line in _BY_LINE:
        return _BY_LINE[line]
    if decided is not None:
        return decided
    late = late_after_days is not None and days >= late_after_days
    return DepositState.LATE if late else DepositState.IN_TRANSIT
