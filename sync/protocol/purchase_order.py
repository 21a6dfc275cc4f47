"""What an order at a supplier has come to: one rule for the store that placed it and head office.

What was received against an order is the sum of the movements that name it, in whatever order they
are heard. Of a line so much is *open*; what came beyond it is *over*, and how much of that is taken
without anybody's word its supplier's ``over_bp`` says. What was not ordered and came all the same
is a line of nothing, and all of it is over.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from sync.protocol.money import BASIS_POINTS, divide_half_up


class OrderState(StrEnum):
    """``DRAFT``: known to its store alone. ``CLOSED``: what did not come is not awaited any
    more."""

    DRAFT = "draft"
    SENT = "sent"
    PARTLY = "partly"
    RECEIVED = "received"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class Standing(NamedTuple):
    """Of a line, in thousandths and minor units. ``cost_minor``: what all of it was to cost;
    ``received_minor``: what came had cost; None: not known."""

    ordered_milli: int
    cost_minor: int | None
    received_milli: int
    received_minor: int | None

    @property
    def open_milli(self) -> int:
        """What is still to come."""
        return max(self.ordered_milli - self.received_milli, 0)

    @property
    def over_milli(self) -> int:
        """What came beyond what was ordered."""
        return max(self.received_milli - self.ordered_milli, 0)

    @property
    def difference_minor(self) -> int | None:
        """So much more what came had cost than as much of it was to cost; None: one of the two is
        not known, or nothing came.

        >>> Standing(12_000, 3_000, 6_000, 1_575).difference_minor
        75
        """
        share = self.share_of(self.received_milli)
        if share is None or self.received_minor is None or not self.received_milli:
            return None
        return self.received_minor - share

    def share_of(self, milli: int) -> int | None:
        """What so much of it was to cost; None: not known."""
        if self.cost_minor is None or not self.ordered_milli:
            return None
        return divide_half_up(self.cost_minor * milli, self.ordered_milli)


def is_beyond(ordered_milli: int, received_milli: int, over_bp: int) -> bool:
    """Whether more came of a line than its supplier's rule lets in.

    >>> is_beyond(10_000, 10_500, 500), is_beyond(10_000, 10_501, 500)
    (False, True)
    """
    return received_milli * BASIS_POINTS > ordered_milli * (BASIS_POINTS + over_bp)


def came_to(lines: Iterable[Standing]) -> OrderState:
    """Of an order that was sent and did not end: SENT, PARTLY or RECEIVED."""
    some, rest = False, False
    for line in lines:
        some = some or line.received_milli > 0
        rest = rest or line.open_milli > 0
    if not some:
        return OrderState.SENT
    return OrderState.PARTLY if rest else OrderState.RECEIVED
