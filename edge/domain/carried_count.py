"""A count that goes on over a change of epoch.

What was said before the box went on in another epoch has seen nothing of the new one; a fact says
what it has seen by places of the epoch that it is written in. So what was counted is said as of
where the new epoch began: all that moved between the two is in this box's books. What was sold
meanwhile is no difference then either, and what comes late is told apart as ever
(``sync/protocol/count_seen.py``).
"""

from collections import Counter
from collections.abc import Mapping

from edge.domain.shelf_count import Counted, ShelfLine, lots_counted
from sync.protocol.change import Epoch
from sync.protocol.lots import NO_LOT, Lot, lots_held

ByLot = Mapping[str | None, int]


def carried(one: Counted, epoch: Epoch, began: int, unseen: ByLot, behind: ByLot) -> Counted | None:
    """The item as of where ``epoch`` began, after the movement ``began``. ``unseen``: what moved
    without the count having seen it, lot by lot (None: of no lot that was said); ``behind``: what
    of that a count would not have seen that was said where the epoch began. None: more went out
    than was counted, which no count can say."""
    moved = Counter(unseen)
    moved.subtract(behind)
    there = one.counted_milli + moved.total()
    named = lots_counted(one, moved)
    lots = (Lot(NO_LOT, None, there),) if named is None else lots_held(there, named)
    if there < 0 or any(lot.quantity_milli < 0 for lot in lots):
        return None
    said = one.lines[0]
    lines = tuple(_line(said, lot) for lot in lots) or (said._replace(counted_milli=0),)
    placed = tuple(line._replace(epoch=epoch, seen_through=0, after_row=began) for line in lines)
    return Counted(one.item_id, there, epoch, 0, began, placed, one.said)


def _line(said: ShelfLine, lot: Lot) -> ShelfLine:
    """A lot's name that is its last day is said as that alone."""
    day = lot.expires_on
    name = None if day is not None and lot.lot == day.isoformat() else lot.lot or None
    return said._replace(counted_milli=lot.quantity_milli, lot=name, expires_on=day)
