"""What every fact has in common: its base, and the bounds that a whole fact keeps (bounds.py)."""

from datetime import date

import msgspec

from sync.protocol.bounds import DATE_MAX, DATE_MIN, FIGURE_MAX, LINE_NO_MAX
from sync.protocol.errors import Unbalanced

LINES_MAX = LINE_NO_MAX


class Fact(msgspec.Struct, frozen=True, array_like=True):
    """Base of everything that can stand in a journal."""


def refuse_date(business_date: date | None) -> None:
    """A calendar's own end would break arithmetic on dates at whoever reads it."""
    if business_date is not None and not DATE_MIN <= business_date <= DATE_MAX:
        raise Unbalanced(f"the business date {business_date} lies beyond every bound")


def refuse_size(figures: list[int], what: str) -> None:
    """What a fact comes to keeps the bound of a single figure (bounds.py)."""
    if abs(sum(figures)) > FIGURE_MAX:
        raise Unbalanced(f"the {what} of the whole is beyond {FIGURE_MAX:,}")
