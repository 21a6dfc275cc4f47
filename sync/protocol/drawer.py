"""What a drawer should hold: pure arithmetic, by tender, the same at the store and at head office.

Theory. A drawer's cash is what was put in less what was taken out, and nothing else: the float,
what customers gave in cash less the change (refunds are tenders below zero), and what went between
drawer and safe or elsewhere without a sale (loan and paid in above zero, pickup and paid out
below). Foreign notes are cash at what they were taken for. Of every other tender what should be
there are its slips: the sum of its amounts. Training put nothing in. The safe is a drawer that
nobody sells from: its balance is a sum of the same movements with the other sign (``safe.py``).
"""

from collections.abc import Iterable
from typing import NamedTuple

CASH = "cash"
"""The kind of tenders that lie in the drawer as one sum, whatever their ids."""


class Tendered(NamedTuple):
    """What a till's receipts settled by one tender, refunds subtracted."""

    tender_id: str
    kind: str
    amount_minor: int


class Expected(NamedTuple):
    """``cash_minor`` of the drawer; ``others``: (tender, amount) of all else, by tender."""

    cash_minor: int
    others: tuple[tuple[str, int], ...]

    def of(self, tender_id: str) -> int:
        """Of one of the others; 0 where nothing was taken by it."""
        return dict(self.others).get(tender_id, 0)


def expected(
    float_minor: int, tendered: Iterable[Tendered], change_minor: int, moved_minor: int
) -> Expected:
    """A float of 100.00, 20.00 taken in cash with 3.50 of change, a pickup of 50.00 and 12.00 by
    card: 66.50 in cash, and card 12.00."""
    cash, others = float_minor - change_minor + moved_minor, dict[str, int]()
    for one in tendered:
        if one.kind == CASH:
            cash += one.amount_minor
        else:
            others[one.tender_id] = others.get(one.tender_id, 0) + one.amount_minor
    return Expected(cash, tuple(sorted(others.items())))
