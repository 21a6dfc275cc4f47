"""What a store should order: from its reorder points, what is there, and what was sold lately.

Theory. Until an order comes, the supplier's lead time passes and selling goes on as it did in the
last SOLD_DAYS days. Where what is then left is at the reorder point or below, so much is proposed
that it reaches what the point says, in whole packs, for a supplier sends no part of one. What the
shop has is counted as it is: below zero, too; what is on order and did not come counts as there.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sync.protocol.identity import ItemId

SOLD_DAYS = 28


class ItemNow(NamedTuple):
    """An item with a reorder point. ``sold_milli``: in the last SOLD_DAYS days, returns
    subtracted. ``supplier_id``: who brings it, empty: nobody is known to; then a pack is one of its
    unit. ``pack_cost_minor`` None: not known. ``on_order_milli``: open of orders that were sent."""

    item_id: ItemId
    name: str
    unit: str
    on_hand_milli: int
    at_milli: int
    up_to_milli: int
    sold_milli: int
    supplier_id: str
    supplier_name: str
    code: str | None
    pack_milli: int
    pack_cost_minor: int | None
    lead_days: int
    on_order_milli: int = 0


class Proposal(NamedTuple):
    """``packs`` of an item; ``left_milli``: what will be there when they come."""

    item: ItemNow
    left_milli: int
    packs: int

    @property
    def quantity_milli(self) -> int:
        """In thousandths of the item's unit."""
        return self.packs * self.item.pack_milli

    @property
    def cost_minor(self) -> int | None:
        """All of them; None: not known."""
        cost = self.item.pack_cost_minor
        return None if cost is None else self.packs * cost


class Proposed(NamedTuple):
    """What is proposed of one supplier. ``unpriced``: so many lines have no known cost."""

    supplier_id: str
    supplier_name: str
    lines: tuple[Proposal, ...]
    cost_minor: int
    unpriced: int


def propose(item: ItemNow) -> Proposal:
    """Of nothing, no packs."""
    there = item.on_hand_milli + item.on_order_milli
    left = there - _ceiling(max(item.sold_milli, 0) * item.lead_days, SOLD_DAYS)
    if left > item.at_milli:
        return Proposal(item, left, 0)
    return Proposal(item, left, max(_ceiling(item.up_to_milli - left, item.pack_milli), 0))


def by_supplier(items: Iterable[ItemNow]) -> tuple[Proposed, ...]:
    """Only what is proposed, in the order of suppliers; last what nobody is known to bring."""
    found: dict[tuple[bool, str, str], list[Proposal]] = {}
    for each in map(propose, items):
        if each.packs:
            of = each.item
            key = (not of.supplier_id, of.supplier_name, of.supplier_id)
            found.setdefault(key, []).append(each)
    return tuple(_proposed(found[key]) for key in sorted(found))


def _proposed(lines: list[Proposal]) -> Proposed:
    of = lines[0].item
    costs = [each.cost_minor for each in lines]
    known = [cost for cost in costs if cost is not None]
    named = (of.supplier_id, of.supplier_name)
    return Proposed(*named, tuple(lines), sum(known), len(costs) - len(known))


def _ceiling(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)
