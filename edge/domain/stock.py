"""Stock moves by movements only; below zero is recorded as oversold and never refused."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sync.protocol.identity import ItemId


class Moved(NamedTuple):
    """One movement and the level after it. ``oversold``: more left than was there."""

    line_no: int
    item_id: ItemId
    quantity_milli: int
    on_hand_after_milli: int
    oversold: bool


def move(
    movements: Iterable[tuple[int, ItemId, int]], on_hand: Mapping[ItemId, int]
) -> tuple[Moved, ...]:
    """Apply (line_no, item, signed thousandths) one after the other to the levels ``on_hand``
    (missing: 0); the last movement of an item states its new level."""
    levels: dict[ItemId, int] = {}
    moved = []
    for line_no, item_id, quantity in movements:
        after = levels.get(item_id, on_hand.get(item_id, 0)) + quantity
        levels[item_id] = after
        moved.append(Moved(line_no, item_id, quantity, after, after < 0))
    return tuple(moved)
