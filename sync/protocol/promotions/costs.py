"""What the lines of a basket still cost while one thing after the other is taken off them."""

from collections.abc import Collection, Iterable, Sequence

from sync.protocol.facts import PriceModifier
from sync.protocol.money import divide_half_up, split
from sync.protocol.promotions.by_hand import Discount


class Costs:
    """By each line's index: what is ``left`` of its price, what of that may take part in more
    (``open``), what of it took part in nothing yet (``untouched``), and its ``modifiers``."""

    def __init__(self, left: Sequence[int]) -> None:
        self.left = list(left)
        self.open = list(left)
        self.untouched = list(left)
        self.modifiers: list[list[PriceModifier]] = [[] for _ in left]

    def copy(self) -> "Costs":
        """The same, to try something with."""
        other = Costs(self.left)
        other.open, other.untouched = list(self.open), list(self.untouched)
        other.modifiers = [list(of_line) for of_line in self.modifiers]
        return other

    def lower(self, at: int, modifier: PriceModifier) -> None:
        """By what the modifier says."""
        self.left[at] += modifier.amount_minor
        self.modifiers[at].append(modifier)

    def without(self, at: int, open_minor: int, untouched_minor: int) -> None:
        """So much of the line took part in something."""
        self.open[at] = max(0, self.open[at] - open_minor)
        self.untouched[at] = max(0, self.untouched[at] - untouched_minor)

    def bear(self, shares: Iterable[tuple[int, PriceModifier]]) -> list[int]:
        """What a promotion over the basket takes off lines, which took part in something by that.
        Returns those lines."""
        lines, left, open_, untouched = [], self.left, self.open, self.untouched
        for at, modifier in shares:
            off = modifier.amount_minor
            left[at] += off
            still_open, still_untouched = open_[at] + off, untouched[at] + off
            open_[at] = still_open if still_open > 0 else 0
            untouched[at] = still_untouched if still_untouched > 0 else 0
            self.modifiers[at].append(modifier)
            lines.append(at)
        return lines

    def set_price(self, at: int, modifier: PriceModifier) -> None:
        """By hand: nothing of the line takes part in anything."""
        self.lower(at, modifier)
        self.open[at] = self.untouched[at] = 0

    def by_hand(self, at: int, discount: Discount, kind: str, off_minor: int) -> None:
        """Every part of the line bears its share."""
        if not off_minor:
            return
        before = self.left[at]
        self.lower(at, discount.modifier(kind, off_minor))
        for parts in (self.open, self.untouched):
            parts[at] = divide_half_up(parts[at] * self.left[at], before)

    def off_together(self, discount: Discount, kind: str, bears: Collection[int]) -> int:
        """Of the lines that bear it, by what is left of each. Returns what it took off."""
        left = [minor if index in bears else 0 for index, minor in enumerate(self.left)]
        shares = split(discount.off(sum(left)), left)
        for at, share in enumerate(shares):
            self.by_hand(at, discount, kind, share)
        return sum(shares)
