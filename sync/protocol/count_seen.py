"""What a count of stock has seen: one rule, which the shop's box and head office both use.

Theory (protocol.md, stock). Movements add up in any order; a count does not. It says of its own
epoch through which event it has seen, and of the one that its epoch grew from through which; of
those before in that line what was there when the next one branched off (an epoch that a box opened
itself has its parent's number). The line goes back to the box before: what that one in turn grew
from no folder of this box tells, and whoever counts here sees on the shelves what was sold there.
Of that, and of all that is in no line, a count has seen the older epochs whole, by their number,
and nothing of what else branched off. On hand = counted + what moved unseen; of two counts of an
item the one that has seen more holds (``rank``). So selling goes on during a count, and nothing
that comes late is counted twice.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from sync.protocol.change import Epoch, Genesis
from sync.protocol.codec import decode


class Seeing(Protocol):
    """A count of one item, as it says what it has seen."""

    @property
    def epoch_number(self) -> int: ...
    @property
    def epoch_fingerprint(self) -> bytes: ...
    @property
    def seen_through(self) -> int: ...
    @property
    def parent_through(self) -> int: ...


class CountSeen(NamedTuple):
    """A count's place and what it has seen there, in the order in which counts outrank each other.
    ``seq``: of the event that says it; ``parent_through``: of the epoch before."""

    epoch_number: int
    epoch_fingerprint: bytes
    seen_through: int
    seq: int
    parent_through: int
    counted_milli: int


class Before(NamedTuple):
    """An epoch in the line that another one grew from: who counted in that one has seen it
    ``through`` there. ``is_parent``: the count may say of it that it has seen more."""

    epoch_number: int
    epoch_fingerprint: bytes
    before_number: int
    before_fingerprint: bytes
    through: int
    is_parent: bool


def lines_before(geneses: Mapping[Epoch, bytes]) -> tuple[Before, ...]:
    """Of every epoch of a store, back to the box before its own. Of one whose record names no
    parent any of the number before may be it."""
    records = {epoch: decode(Genesis, record) for epoch, record in geneses.items()}
    found: list[Before] = []
    for epoch in records:
        at, met = epoch, {epoch}
        while (record := records.get(at)) is not None and record.parent is not None:
            if record.parent in met:
                break
            parent = (record.parent.number, record.parent.fingerprint)
            found.append(
                Before(*_name(epoch), *parent, record.parent_watermark, is_parent=at == epoch)
            )
            at = record.parent
            met.add(at)
            if at in records and records[at].device_id != records[epoch].device_id:
                break
        if records[epoch].parent is None:
            older = (one for one in records if one.number == epoch.number - 1)
            found += [Before(*_name(epoch), *_name(one), 0, is_parent=True) for one in older]
    return tuple(found)


def _name(epoch: Epoch) -> tuple[int, bytes]:
    return epoch.number, epoch.fingerprint


def has_seen(
    count: Seeing, number: int, fingerprint: bytes, seq: int, lines: Iterable[Before]
) -> bool:
    """Whether the count has seen the event at a place."""
    own, place = (count.epoch_number, count.epoch_fingerprint), (number, fingerprint)
    if place == own:
        return seq <= count.seen_through
    before = next((one for one in lines if one[:4] == (*own, *place)), None)
    if before is None:
        return number < count.epoch_number
    told = count.parent_through if before.is_parent else 0
    return seq <= max(before.through, told)
