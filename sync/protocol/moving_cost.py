"""What goods cost: the moving average, as one rule for the box that books and for head office.

Theory. Of an item a store holds a *quantity* and what it is *worth*, in whole minor units. What
comes in adds its own cost to the worth; what goes out takes its share of it, so that all of it
takes all of it, and a unit's cost is no more than a fraction that nobody rounds away:

    cost of sales + written off + worth = what was bought, to the minor unit, after every movement

Below zero goods were sold that never came in: they cost what the item last cost (``unit_mills``,
in thousandths of a minor unit, since an average has no whole one). What comes in next sets the
average to its own cost, and by what those had been costed at too high or too low the cost of sales
is put right: ``difference_minor`` (features.md, Moving average cost). The same happens to goods on
hand of which no cost was known: the first cost that is heard of is theirs.

A cost that is stated is taken as it is (a receipt's, and a return's, whose sale had its own); one
that is not is the average. A sale of what has neither has no known cost, and is worth 0 until one
is heard of. Receipts commute while nothing was sold; sales of the same quantity do; a receipt and a
sale do not, and so both sides value in the order of the journal, (epoch, sequence, line).

A cost beyond FIGURE_MAX is taken as not known: no line could say it.
"""

from typing import NamedTuple

from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.money import MILLI, divide_half_up

MILLS = 1_000
"""Thousandths of a minor unit, in one."""
WORTH_MAX = FIGURE_MAX * 1_000_000
"""No store's goods of one item are worth more: what would be is of no known cost."""


class Held(NamedTuple):
    """Of one item at one store. ``unit_mills``: what one unit cost on average when something came
    in last, in thousandths of a minor unit; None: no cost was ever heard of, and what is there is
    worth 0. Where ``on_hand_milli`` is 0, so is ``worth_minor``."""

    on_hand_milli: int = 0
    worth_minor: int = 0
    unit_mills: int | None = None


class Costed(NamedTuple):
    """A movement's cost, signed as its quantity (None: not known), and what it puts right in the
    cost of sales: above zero, goods that went out before had cost more than was said."""

    cost_minor: int | None
    difference_minor: int
    after: Held


NOTHING_HELD = Held()


def move_cost(
    held: Held, quantity_milli: int, cost_minor: int | None = None, unit_minor: int | None = None
) -> Costed:
    """Move a signed quantity that is not 0. ``cost_minor``: what comes in cost, all of it, at least
    0; of what goes out nobody states a cost. ``unit_minor``: what a unit costs by the catalogue,
    asked where no other cost is known.

    >>> move_cost(Held(2_000, 301, 150_500), -1_000)
    Costed(cost_minor=-151, difference_minor=0, after=Held(on_hand_milli=1000, worth_minor=150, \
unit_mills=150500))
    """
    if quantity_milli > 0:
        return _come(held, quantity_milli, _stated(held, quantity_milli, cost_minor, unit_minor))
    return _go(held, -quantity_milli, unit_minor)


def share_of(held: Held, quantity_milli: int) -> int | None:
    """What so much of what is held is worth; None where that is not known, or nothing is there.

    >>> share_of(Held(3_000, 1_000, 333_333), 2_000)
    667
    """
    if held.unit_mills is None or held.on_hand_milli <= 0:
        return None
    return divide_half_up(held.worth_minor * quantity_milli, held.on_hand_milli)


def line_cost(unit_cost_minor: int | None, quantity_milli: int) -> int | None:
    """What a line that states a unit's cost came to; None where it states none, or too much."""
    if unit_cost_minor is None:
        return None
    cost = divide_half_up(unit_cost_minor * quantity_milli, MILLI)
    return cost if abs(cost) <= FIGURE_MAX else None


def _stated(held: Held, quantity: int, cost: int | None, unit: int | None) -> int | None:
    if cost is None and held.unit_mills is not None:
        cost = _average(held, quantity)
    if cost is None:
        cost = line_cost(unit, quantity)
    return cost if cost is not None and 0 <= cost <= FIGURE_MAX else None


def _average(held: Held, quantity: int) -> int:
    """What so much costs at the average: its share of what is there, else what it cost last."""
    if held.on_hand_milli > 0:
        return divide_half_up(held.worth_minor * quantity, held.on_hand_milli)
    return divide_half_up((held.unit_mills or 0) * quantity, MILLS * MILLI)


def _come(held: Held, quantity: int, cost: int | None) -> Costed:
    after = held.on_hand_milli + quantity
    mixes = held.on_hand_milli >= 0 and (held.unit_mills is not None or not held.on_hand_milli)
    if cost is not None:
        worth = held.worth_minor + cost if mixes else divide_half_up(cost * after, quantity)
        unit = divide_half_up(worth * MILLS * MILLI, after) if mixes else _unit(cost, quantity)
        if abs(worth) <= WORTH_MAX:
            return Costed(cost, held.worth_minor + cost - worth, Held(after, worth, unit))
    return Costed(None, *_left(held, after))


def _unit(cost: int, quantity: int) -> int:
    return divide_half_up(cost * MILLS * MILLI, quantity)


def _left(held: Held, after: int) -> tuple[int, Held]:
    """A movement of no known cost: the worth stays, but of nothing it is nothing."""
    worth = held.worth_minor if after else 0
    return held.worth_minor - worth, held._replace(on_hand_milli=after, worth_minor=worth)


def _go(held: Held, quantity: int, unit_minor: int | None) -> Costed:
    found = 0
    if held.unit_mills is None and unit_minor is not None:
        worth = divide_half_up(unit_minor * held.on_hand_milli, MILLI)
        if abs(worth) <= WORTH_MAX:
            found = worth
            held = Held(held.on_hand_milli, worth, unit_minor * MILLS)
    after = held.on_hand_milli - quantity
    if held.unit_mills is None:
        return Costed(None, 0, held._replace(on_hand_milli=after))
    if after >= 0:
        left = divide_half_up(held.worth_minor * after, held.on_hand_milli)
    elif held.on_hand_milli > 0:
        left = divide_half_up(held.unit_mills * after, MILLS * MILLI)
    else:
        left = held.worth_minor - divide_half_up(held.unit_mills * quantity, MILLS * MILLI)
    cost = held.worth_minor - left
    if cost > FIGURE_MAX or abs(left) > WORTH_MAX:
        difference, held = _left(held, after)
        return Costed(None, difference - found, held)
    return Costed(-cost, -found, Held(after, left, held.unit_mills))
