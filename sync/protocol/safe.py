"""What a fact does to the safe: its balance is the sum over all of them.

A till's float comes out of the safe and what was counted in its drawer goes back into it; a loan
and a pickup go between the two, paid in and paid out where they say so (``SAFE``); a deposit leaves
for the bank. A count of the safe corrects what was expected to what was there. Of a box that is
gone a drawer that goes on elsewhere was counted into the safe and taken out of it at once.
"""

from sync.protocol.facts import (
    SAFE,
    AnyFact,
    CashDeposited,
    SafeCounted,
    TillMoved,
    TillSessionCarried,
    TillSessionOpened,
    TillSessionSettled,
)


def safe_change(fact: AnyFact) -> int:
    """In minor units; 0 of what does not touch the safe."""
    match fact:
        case TillSessionOpened():
            return -fact.float_minor
        case TillSessionSettled() | TillSessionCarried():
            return fact.counted_cash_minor
        case TillMoved() if fact.other_side == SAFE:
            return -fact.amount_minor
        case SafeCounted():
            return fact.over_short_minor
        case CashDeposited():
            return -fact.amount_minor
        case _:
            return 0
