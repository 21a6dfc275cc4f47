"""What stands on the goods of a simulated company, and what its people do with goods.

Two items have lots with a last day, one has serial numbers. ``GoodsDone`` is what the people of one
store know: what each act moved, what was counted, and what stands on the papers of goods that left.
It is no part of the program, and nothing is read from the program but answers.
"""

from datetime import date, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from sync.protocol.change import Epoch
from sync.protocol.identity import ItemId
from sync.protocol.lots import UNMARKED, Mark
from tests.simulation.catalog import FIRST_DAY

WITH_LOTS = frozenset((ItemId("I004"), ItemId("I009")))
WITH_SERIALS = frozenset((ItemId("I006"),))
LOTS = ("L1", "L2", "L3")
SERIALS = 12
PIECE_MILLI = 1_000


class Piece(NamedTuple):
    """So much of an item, in thousandths, with what stands on it."""

    item_id: ItemId
    milli: int
    mark: Mark


class Counted(NamedTuple):
    """What was counted of an item at one place; ``seen``: the journal's end when it was said."""

    line_id: UUID
    piece: Piece


class CountDone(NamedTuple):
    """A count that was booked. ``nothing_of``: of which department's other items there is nothing;
    None: the rest was left as it was; empty: all items'. ``left``: what was not booked."""

    lines: tuple[Counted, ...]
    nothing_of: str | None
    left: frozenset[ItemId]


class Sent(NamedTuple):
    """Goods that left, as their paper says. ``wish_id``: for what they were sent."""

    number: str
    from_code: str
    to_code: str
    wish_id: UUID | None
    pieces: tuple[Piece, ...]


class GoodsDone:
    """By the ids of acts, as they were asked for: ``told`` are those that were answered; another
    one may stand in the journal, too, whose request arrived late, when somebody had given it up.
    ``seen``: of each line of a count, and of each count, the epoch and its end when that was said
    last at a box; ``sent``: by the number on the paper; ``came``: with that number."""

    def __init__(self) -> None:
        self.told: set[UUID] = set()
        self.moved: dict[UUID, tuple[Piece, ...]] = {}
        self.counts: dict[UUID, CountDone] = {}
        self.seen: dict[UUID, tuple[Epoch, int]] = {}
        self.sent: dict[str, Sent] = {}
        self.came: dict[UUID, tuple[str, tuple[Piece, ...]]] = {}


def marked(random: Random, item_id: ItemId, milli: int) -> Piece:
    """Goods of an item as somebody holds them: mostly with what stands on them."""
    if item_id in WITH_SERIALS:
        return Piece(item_id, PIECE_MILLI, Mark(serial=f"SN{random.randrange(SERIALS)}"))
    if item_id not in WITH_LOTS or random.randrange(4) == 0:
        return Piece(item_id, milli, UNMARKED)
    lot = random.choice(LOTS)
    roll = random.randrange(6)
    if roll == 0:
        return Piece(item_id, milli, Mark(None, last_day(lot)))
    if roll == 1:
        return Piece(item_id, milli, Mark(lot))
    # Now and then another day than the lot's is read of it.
    day = last_day(lot) if roll > 2 else last_day(random.choice(LOTS))
    return Piece(item_id, milli, Mark(lot, day))


def last_day(lot: str) -> date:
    """Of a lot: behind every day of a world."""
    return FIRST_DAY + timedelta(days=30 * (1 + LOTS.index(lot)))
