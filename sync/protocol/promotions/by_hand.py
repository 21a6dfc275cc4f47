"""What an operator does to prices by hand: sets one, or takes off a share of what is left, or an
amount, each for a reason; and what vouchers take off that the customer gives.

A price is set before all else, and promotions leave that line alone. Off a line it is taken after
the deals and before the promotions over the basket; off the basket last, borne by its lines by what
is left of them (``reduce.py``). Behind it comes what vouchers take off, each of the lines that it
may buy.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from sync.protocol.facts import PriceModifier
from sync.protocol.identity import OperatorId
from sync.protocol.money import BASIS_POINTS, divide_half_up

OFF_LINE, OFF_BASKET = "discount", "basket_discount"
"""Kinds of the modifiers that stand for them."""
BY_HAND = frozenset({OFF_LINE, OFF_BASKET})


class Discount(NamedTuple):
    """``rate_bp`` of what is left, or ``amount_minor``: the other is 0. ``operator_id``: who gives
    it, if it is no voucher."""

    rate_bp: int
    amount_minor: int
    reason: str
    operator_id: OperatorId | None

    def off(self, left_minor: int) -> int:
        """What it takes off ``left_minor`` (>= 0): never more than that.

        >>> Discount(1_000, 0, "dented", OperatorId("ben")).off(385)
        39
        """
        share = divide_half_up(left_minor * self.rate_bp, BASIS_POINTS)
        return min(left_minor, share + self.amount_minor)

    def modifier(self, kind: str, off_minor: int) -> PriceModifier:
        """How the line says it."""
        return PriceModifier(kind, -off_minor, self.reason, operator_id=self.operator_id)


class Voucher(NamedTuple):
    """Lowers the price of the lines that it ``buys``, by their indices."""

    discount: Discount
    buys: Collection[int]


class ByHand(NamedTuple):
    """Of a basket: by each line's index; ``basket``: off all lines together, but for those that
    bear none of it. ``prices``: of the lines whose price was set, what that changed. ``vouchers``:
    in the order in which they were given."""

    lines: Mapping[int, Discount] = MappingProxyType({})
    basket: Discount | None = None
    bears_none: Collection[int] = ()
    prices: Mapping[int, PriceModifier] = MappingProxyType({})
    vouchers: tuple[Voucher, ...] = ()


NOTHING_BY_HAND = ByHand()
