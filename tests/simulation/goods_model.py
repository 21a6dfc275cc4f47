"""What there is of goods, worked out by itself: from what moved, what was counted, and what a count
had seen when it was said.

It knows the rule (protocol.md, stock) and shares no code with the program: a list of what moved,
each at its place in a journal, and of each count how far it had seen which epoch.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias
from uuid import UUID

from sync.protocol.change import Epoch, Genesis
from sync.protocol.codec import decode
from sync.protocol.facts import (
    AnyFact,
    RetailTransaction,
    StockCounted,
    StockMoved,
    StockTransferred,
)
from sync.protocol.identity import ItemId
from sync.protocol.lots import Mark

Name: TypeAlias = str | None
"""Of a lot; None: of none."""


class At(NamedTuple):
    """Where an event was written."""

    epoch: Epoch
    seq: int


class Moved(NamedTuple):
    """So much of an item came or went."""

    at: At
    event_id: UUID
    item_id: ItemId
    milli: int
    mark: Mark


class Heap(NamedTuple):
    """So much was counted at one place, and how much of the count's own epoch was seen then."""

    item_id: ItemId
    milli: int
    mark: Mark
    seen: int


class Count(NamedTuple):
    """``parent``: through where the epoch before was seen."""

    at: At
    event_id: UUID
    parent: int
    heaps: tuple[Heap, ...]


class Stock(NamedTuple):
    """Of every item that moved or was counted. ``named``: of what stands under a lot's name the
    sum, without what is nothing; ``days``: the earliest last day that anybody ever read of it;
    ``serials``: how often each number went and came."""

    on_hand: dict[ItemId, int]
    named: dict[tuple[ItemId, str], int]
    days: dict[tuple[ItemId, str], date]
    serials: Counter[tuple[ItemId, str, int]]


class Seen(NamedTuple):
    """A count of one item. ``through``: of each epoch in the line of its own how far it has seen
    it."""

    said: Count
    heaps: tuple[Heap, ...]
    through: Mapping[Epoch, int]

    def knows(self, at: At) -> bool:
        """An epoch of no line of its own it has seen whole if it is older, and else not at all."""
        if at.epoch in self.through:
            return at.seq <= self.through[at.epoch]
        return at.epoch.number < self.said.at.epoch.number

    @property
    def rank(self) -> tuple[object, ...]:
        """The one that has seen more is the higher one."""
        epoch, seq = self.said.at
        seen = min(heap.seen for heap in self.heaps)
        counted = sum(heap.milli for heap in self.heaps)
        return epoch.number, epoch.fingerprint, seen, seq, self.said.parent, counted


def stock_of(
    moved: Sequence[Moved], counts: Iterable[Count], geneses: Mapping[Epoch, bytes]
) -> Stock:
    """``geneses``: of all epochs of the store, as far as they are known."""
    of_item: defaultdict[ItemId, list[Moved]] = defaultdict(list)
    for one in moved:
        of_item[one.item_id].append(one)
    seen: defaultdict[ItemId, list[Seen]] = defaultdict(list)
    for count in counts:
        for item in {heap.item_id for heap in count.heaps}:
            heaps = tuple(heap for heap in count.heaps if heap.item_id == item)
            seen[item].append(Seen(count, heaps, _through(count, heaps, geneses)))
    on_hand, named, days = {}, {}, _days(moved, seen)
    for item in of_item.keys() | seen.keys():
        on_hand[item] = _on_hand(of_item[item], seen[item])
        for name, milli in _named(of_item[item], seen[item]).items():
            if milli:
                named[item, name] = milli
    serials = Counter(
        (one.item_id, one.mark.serial, one.milli) for one in moved if one.mark.serial is not None
    )
    return Stock(on_hand, named, days, serials)


def _on_hand(moved: Iterable[Moved], counts: Sequence[Seen]) -> int:
    if not counts:
        return sum(one.milli for one in moved)
    last = max(counts, key=lambda one: one.rank)
    since = sum(one.milli for one in moved if not last.knows(one.at))
    return sum(heap.milli for heap in last.heaps) + since


def _named(moved: Iterable[Moved], counts: Sequence[Seen]) -> Counter[str]:
    """A count that names none of an item's lots says nothing of them; of others the last says it
    all."""
    telling = [one for one in counts if any(heap.mark.name for heap in one.heaps)]
    last = max(telling, key=lambda one: one.rank[:-1], default=None)
    found: Counter[str] = Counter()
    for one in moved:
        if one.mark.name is not None and not (last and last.knows(one.at)):
            found[one.mark.name] += one.milli
    for heap in last.heaps if last else ():
        if heap.mark.name is not None:
            found[heap.mark.name] += heap.milli
    return found


def _days(
    moved: Iterable[Moved], seen: Mapping[ItemId, Sequence[Seen]]
) -> dict[tuple[ItemId, str], date]:
    read = [(one.item_id, one.mark) for one in moved]
    read += [(item, heap.mark) for item, some in seen.items() for one in some for heap in one.heaps]
    found: dict[tuple[ItemId, str], date] = {}
    for item, mark in read:
        if mark.name is not None and mark.expires_on is not None:
            known = found.get((item, mark.name), mark.expires_on)
            found[item, mark.name] = min(known, mark.expires_on)
    return found


def _through(
    count: Count, heaps: Iterable[Heap], geneses: Mapping[Epoch, bytes]
) -> Mapping[Epoch, int]:
    """Of its own epoch what the least of its heaps had seen, of the one before what the count says,
    of those before what was there when the next one grew from it, back to the box before."""
    # Nothing that is written later was seen.
    through = {count.at.epoch: min(count.at.seq - 1, *(heap.seen for heap in heaps))}
    epoch, told, box = count.at.epoch, count.parent, None
    while epoch in geneses:
        record = decode(Genesis, geneses[epoch])
        box = box or record.device_id
        if record.parent is None or record.parent in through or record.device_id != box:
            break
        through[record.parent] = max(record.parent_watermark, told)
        epoch, told = record.parent, 0
    return through


def moved_by(at: At, event_id: UUID, fact: AnyFact) -> list[Moved]:
    """What a fact says that moved."""
    if isinstance(fact, RetailTransaction):
        return [
            Moved(at, event_id, line.item_id, -line.quantity_milli, _mark(line))
            for line in fact.lines
        ]
    if isinstance(fact, StockMoved | StockTransferred):
        return [
            Moved(at, event_id, line.item_id, line.quantity_milli, _mark(line))
            for line in fact.lines
        ]
    return []


def counted_by(at: At, event_id: UUID, fact: AnyFact) -> list[Count]:
    """What a fact says was counted."""
    if not isinstance(fact, StockCounted):
        return []
    heaps = tuple(
        Heap(line.item_id, line.counted_milli, Mark(line.lot, line.expires_on), line.seen_through)
        for line in fact.lines
    )
    return [Count(at, event_id, fact.parent_through or 0, heaps)]


def _mark(line: object) -> Mark:
    lot, day, serial = (getattr(line, name) for name in ("lot", "expires_on", "serial"))
    return Mark(lot, day, serial)


def poured(on_hand: int, named: Mapping[str, int], days: Mapping[str, date]) -> dict[str, int]:
    """What is there of each lot, and under no name the rest: what went unnamed was of what expires
    first, what came unnamed makes up what is below nothing."""
    found = dict(named)
    rest = on_hand - sum(named.values())
    for name in sorted(found, key=lambda name: (days.get(name, date.max), name)):
        if rest < 0 < found[name]:
            taken = min(found[name], -rest)
        elif found[name] < 0 < rest:
            taken = -min(rest, -found[name])
        else:
            taken = 0
        found[name] -= taken
        rest += taken
    found[""] = rest
    return {name: milli for name, milli in found.items() if milli}
