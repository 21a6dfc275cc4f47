"""A count of shelves while the shop sells: its states, what a difference is, what is to be counted
again.

It is begun for the whole shop, a department or chosen items; several people say what they counted,
item by item, and each line remembers what it has seen. It is looked at with its differences, items
are sent back to be counted again, and then it is booked, once: until then nothing of it is a fact.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID, uuid5

from sync.protocol.change import Epoch
from sync.protocol.errors import NotNow
from sync.protocol.facts import LINES_MAX
from sync.protocol.identity import EventId, ItemId, OperatorId
from sync.protocol.lots import Lot, Mark, earlier
from sync.protocol.states import States


class ShelfCountRefused(NotNow):
    count_id: UUID
    field = "count_id"


class UnknownShelfCount(
    ShelfCountRefused, slug="unknown-shelf-count", status=404, title="This count is not known"
):
    detail = "No count {count_id} was begun here."
    remedy = "See which counts are open: GET /stock-counts."


class ShelfCountBooked(
    ShelfCountRefused, slug="shelf-count-booked", title="This count is booked already"
):
    """What was counted is a fact; another count is another one."""

    detail = "The count {count_id} is booked."
    remedy = "Begin another count for what is to be counted now."


class ShelfCountCancelled(
    ShelfCountRefused, slug="shelf-count-cancelled", title="This count was given up"
):
    detail = "The count {count_id} was given up; nothing of it was booked."
    remedy = "Begin another count."


class NothingCounted(ShelfCountRefused, slug="nothing-counted", title="Nothing was counted yet"):
    detail = "Of the count {count_id} nothing was counted that could be booked."
    remedy = "Count something first, or give the count up."


class ToBeCountedAgain(
    ShelfCountRefused, slug="to-be-counted-again", title="Items wait to be counted again"
):
    """Asked for again, or more was sold than was counted before the box went on in another
    epoch."""

    items: str
    detail = "These are still to be counted again: {items}."
    remedy = "Count them, or book without them: what the books say of them stays."


class CountScope(StrEnum):
    """What is counted: all that the books have, a department, or items that were chosen."""

    SHOP = "shop"
    DEPARTMENT = "department"
    ITEMS = "items"


class CountState(StrEnum):
    """``OPEN``: it is being counted."""

    OPEN = "open"
    BOOKED = "booked"
    CANCELLED = "cancelled"


class CountEvent(StrEnum):
    """What befalls a count. ``COUNTED``: a line is said, or asked for again."""

    BEGUN = "begun"
    COUNTED = "counted"
    BOOKED = "booked"
    CANCELLED = "cancelled"


SHELF_COUNT: States[CountState, CountEvent] = States(
    MappingProxyType(
        {
            None: {
                CountEvent.BEGUN: CountState.OPEN,
                CountEvent.COUNTED: UnknownShelfCount,
                CountEvent.BOOKED: UnknownShelfCount,
                CountEvent.CANCELLED: UnknownShelfCount,
            },
            CountState.OPEN: {
                CountEvent.BEGUN: CountState.OPEN,
                CountEvent.COUNTED: CountState.OPEN,
                CountEvent.BOOKED: CountState.BOOKED,
                CountEvent.CANCELLED: CountState.CANCELLED,
            },
            CountState.BOOKED: {
                CountEvent.BEGUN: CountState.BOOKED,
                CountEvent.COUNTED: ShelfCountBooked,
                CountEvent.BOOKED: CountState.BOOKED,
                CountEvent.CANCELLED: ShelfCountBooked,
            },
            CountState.CANCELLED: {
                CountEvent.BEGUN: CountState.CANCELLED,
                CountEvent.COUNTED: ShelfCountCancelled,
                CountEvent.BOOKED: ShelfCountCancelled,
                CountEvent.CANCELLED: CountState.CANCELLED,
            },
        }
    )
)
"""Its refusals take the count's id."""


class ShelfLine(NamedTuple):
    """What somebody counted of an item at one place, in thousandths. ``round``: how often the item
    was asked for, this time included; ``epoch``, ``seen_through``: the journal then; ``after_row``:
    the last movement of stock then."""

    line_id: UUID
    item_id: ItemId
    round: int
    counted_milli: int
    lot: str | None
    operator_id: OperatorId
    workstation_id: str
    epoch: Epoch
    seen_through: int
    after_row: int
    counted_at_ms: int
    expires_on: date | None = None

    @property
    def mark(self) -> Mark:
        """What tells these goods from others of the item."""
        return Mark(self.lot, self.expires_on)


class Counted(NamedTuple):
    """An item of a count, as a fact of ``epoch`` says it: ``lines``. ``seen_through``: what the
    earliest of them had seen, so that nothing that moved between two is left out. ``said``: as
    people said it, the oldest first."""

    item_id: ItemId
    counted_milli: int
    epoch: Epoch
    seen_through: int
    after_row: int
    lines: tuple[ShelfLine, ...]
    said: tuple[ShelfLine, ...]

    @property
    def said_milli(self) -> int:
        """All that was counted."""
        return sum(one.counted_milli for one in self.said)

    def at(self, epoch: Epoch, seen_through: int, after_row: int) -> "Counted":
        """As if it had seen what there was at another place."""
        return self._replace(epoch=epoch, seen_through=seen_through, after_row=after_row)


class Tally(NamedTuple):
    """``again``: items to be counted again, whatever was said of them before."""

    counted: tuple[Counted, ...]
    again: tuple[ItemId, ...]


def lines_that_count(
    lines: Iterable[ShelfLine], rounds: Mapping[ItemId, int]
) -> tuple[dict[ItemId, list[ShelfLine]], set[ItemId]]:
    """Of each item those of its round, in the order in which they were said; and what is to be
    counted again. ``rounds``: of items that were asked for again the round that counts, 1 of all
    others."""
    found: defaultdict[ItemId, list[ShelfLine]] = defaultdict(list)
    again = {item for item, round_no in rounds.items() if round_no > 1}
    for line in lines:
        if line.round == rounds.get(line.item_id, 1):
            found[line.item_id].append(line)
            again.discard(line.item_id)
    return dict(found), again


def counted(some: Sequence[ShelfLine], before: Counted | None = None) -> Counted:
    """An item by what was said of it in one epoch (at least a line), and by what of it was said in
    the epochs ``before``, as of where this one began. Counted on two shelves by two people it is
    their sum."""
    lines = (*(() if before is None else before.lines), *some)
    first = lines[0]
    return Counted(
        first.item_id,
        sum(one.counted_milli for one in lines),
        first.epoch,
        min(one.seen_through for one in lines),
        min(one.after_row for one in lines),
        lines,
        (*(() if before is None else before.said), *some),
    )


def in_facts(counted: Iterable[Counted]) -> tuple[tuple[Counted, ...], ...]:
    """Cut so that each part's lines are within what a fact may have, and an item stands in one."""
    parts: list[list[Counted]] = []
    room = 0
    for one in counted:
        if len(one.lines) > room:
            parts.append([])
            room = LINES_MAX
        parts[-1].append(one)
        room -= len(one.lines)
    return tuple(tuple(part) for part in parts)


def part_id(count_id: UUID, number: int) -> EventId:
    """The event of a count's fact, of the first (0) and of those that follow where one has no room
    for all of its lines."""
    return EventId(uuid5(count_id, f"part {number}") if number else count_id)


def difference(counted_milli: int, unseen_milli: int, on_hand_milli: int) -> int:
    """What a count changes: what is there (the count, and what moved without it having seen that)
    less what the books said.

    >>> difference(9_000, -2_000, 8_000)  # ten in the books, nine counted, then two were sold
    -1000
    """
    return counted_milli + unseen_milli - on_hand_milli


def lots_counted(one: Counted, unseen: Mapping[str | None, int]) -> tuple[Lot, ...] | None:
    """What is there of each of its lots: what was counted of it, and what moved under its name
    unseen. None where no line of the item has a lot."""
    if all(line.mark.name is None for line in one.lines):
        return None
    found = {name: Lot(name, None, milli) for name, milli in unseen.items() if name is not None}
    for line in one.lines:
        name = line.mark.name
        if name is not None:
            lot = found.get(name, Lot(name, None, 0))
            day, milli = earlier(lot.expires_on, line.expires_on), line.counted_milli
            found[name] = Lot(name, day, lot.quantity_milli + milli)
    return tuple(found.values())
