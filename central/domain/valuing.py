"""What a store holds of an item and what that is worth, from its movements in the order of the
journal (epoch, sequence, line), by the store's own rule (``sync/protocol/moving_cost.py``). Pure.

A movement that comes next is put to what was there. A count, and whatever comes out of its turn,
makes the item be valued anew from its beginning: a count says what is there of all that it has not
seen, and an average knows an order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from sync.protocol.count_seen import Before, CountSeen, has_seen
from sync.protocol.moving_cost import NOTHING_HELD, Held, move_cost

SOLD, MOVED, COUNTED = "sold", "moved", "counted"
_NOTHING: Mapping[date, int] = MappingProxyType({})


class Place(NamedTuple):
    """Of an event in its store's journals, in their order."""

    epoch_number: int
    epoch_fingerprint: bytes
    seq: int


BEGINNING = Place(0, b"", 0)


class Move(NamedTuple):
    """A line of a sale, of a movement, or of a count (``kind``). ``milli``: signed as it moves the
    stock, of a count what was counted; ``cost_minor``: signed likewise. The last two are a count's:
    what it has seen (count_seen.py)."""

    item_id: str
    kind: str
    moved_on: date
    milli: int
    cost_minor: int | None
    unit_cost_minor: int | None
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int
    line_no: int
    seen_through: int = 0
    parent_through: int = 0

    @property
    def place(self) -> Place:
        """Of its event."""
        return Place(self.epoch_number, self.epoch_fingerprint, self.seq)


class Valued(NamedTuple):
    """An item through a ``place``, and of how many lines (``entries``). In minor units: what
    ``came`` in otherwise than back from customers had cost; what ``went`` out unsold; the
    ``cost_of_sales``, with what came later and put it right; what counts took away (below zero:
    found). came = went + cost of sales + counted + what is held is worth. ``put_right``: by date
    what later costs added to the cost of sales."""

    place: Place = BEGINNING
    held: Held = NOTHING_HELD
    came: int = 0
    went: int = 0
    cost_of_sales: int = 0
    counted: int = 0
    entries: int = 0
    put_right: Mapping[date, int] = _NOTHING


NOT_VALUED = Valued()


def after(was: Valued, move: Move) -> Valued:
    """Once it moved, too: no count. What goes out has the cost that the average gives it here,
    whatever its store said; what customers bring back has its sale's, not the catalogue's."""
    comes, sold = move.milli > 0, move.kind == SOLD
    stated = move.cost_minor if comes else None
    unit = None if comes and sold else move.unit_cost_minor
    cost, difference, held = move_cost(was.held, move.milli, stated, unit)
    worth = cost or 0
    now = _met(was, move, held, difference)
    if sold:
        return now._replace(cost_of_sales=now.cost_of_sales - worth)
    if comes:
        return now._replace(came=now.came + worth)
    return now._replace(went=now.went - worth)


def value_anew(moves: Iterable[Move], lines: Sequence[Before]) -> Valued:
    """All of one item's, in the order of the journal; ``lines``: how the store's epochs grew from
    one another. Of two counts the one that has seen more holds, as at the store."""
    now = NOT_VALUED
    for one in after_each(moves, lines):
        now = one
    return now


def after_each(moves: Iterable[Move], lines: Sequence[Before]) -> Iterator[Valued]:
    """The same, once more after each of them."""
    now = NOT_VALUED
    moved: defaultdict[tuple[int, bytes], list[Move]] = defaultdict(list)
    holds: CountSeen | None = None
    for move in moves:
        if move.kind != COUNTED:
            moved[move.place[:2]].append(move)
            now = after(now, move)
        else:
            seen = _seen(move)
            missing = 0
            if holds is None or seen > holds:
                holds = seen
                missing = move.milli + _unseen(seen, moved, lines) - now.held.on_hand_milli
            now = _after_count(now, move, missing)
        yield now


def _seen(count: Move) -> CountSeen:
    number, fingerprint, seq = count.place
    return CountSeen(
        number, fingerprint, count.seen_through, seq, count.parent_through, count.milli
    )


def _unseen(
    count: CountSeen, moved: Mapping[tuple[int, bytes], Sequence[Move]], lines: Sequence[Before]
) -> int:
    """What a count has seen of an epoch is all of it through somewhere."""
    milli = 0
    for (number, fingerprint), moves in moved.items():
        for move in reversed(moves):
            if has_seen(count, number, fingerprint, move.seq, lines):
                break
            milli += move.milli
    return milli


def _after_count(was: Valued, move: Move, missing: int) -> Valued:
    """What it found to be otherwise comes and goes at the average."""
    if not missing:
        return _met(was, move, was.held, 0)
    cost, difference, held = move_cost(was.held, missing)
    now = _met(was, move, held, difference)
    return now._replace(counted=now.counted - (cost or 0))


def _met(was: Valued, move: Move, held: Held, difference: int) -> Valued:
    put_right = was.put_right
    if difference:
        on = move.moved_on
        put_right = {**put_right, on: put_right.get(on, 0) + difference}
    return was._replace(
        place=move.place,
        held=held,
        cost_of_sales=was.cost_of_sales + difference,
        entries=was.entries + 1,
        put_right=put_right,
    )
