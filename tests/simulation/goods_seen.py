"""What a world met of goods, as only its books can tell when it is at rest."""

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise

from sync.protocol.facts import RetailTransaction
from sync.protocol.identity import ItemId
from tests.simulation.evidence import Books, Evidence
from tests.simulation.goods_by_whom import by_box
from tests.simulation.goods_model import At, Count, Moved, counted_by, moved_by

OF_A_LOT = "goods: a lot made up for what went without its name"
WHILE_SELLING = "goods: counted while selling"
TWICE = "goods: a serial number was sold twice"
TWO_DAYS = "goods: two last days were read of one lot"


def goods_seen(found: Evidence) -> Counter[str]:
    """How often each of these was met."""
    seen: Counter[str] = Counter()
    for books in found.boxes:
        sold, moved, counts = _written(books)
        seen[WHILE_SELLING] += sum(_misses(count, sold) for count in counts)
        seen[TWICE] += _sold_again(sold)
        seen[TWO_DAYS] += _other_days(moved)
        seen[OF_A_LOT] += _made_up(found, books)
    return seen


def _written(books: Books) -> tuple[list[Moved], list[Moved], list[Count]]:
    """What was sold, what moved at all, what was counted."""
    sold: list[Moved] = []
    moved: list[Moved] = []
    counts: list[Count] = []
    for one in books.stood:
        if one.fact is None:
            continue
        at = At(one.place.epoch, one.place.seq)
        here = moved_by(at, one.envelope.event_id, one.fact)
        moved += here
        sold += here if isinstance(one.fact, RetailTransaction) else ()
        counts += counted_by(at, one.envelope.event_id, one.fact)
    return sold, moved, counts


def _misses(count: Count, sold: list[Moved]) -> bool:
    """Of what was counted something was sold before it was booked, and after it was said."""
    return any(
        one.item_id == heap.item_id
        and one.at.epoch == count.at.epoch
        and heap.seen < one.at.seq < count.at.seq
        for heap in count.heaps
        for one in sold
    )


def _sold_again(sold: list[Moved]) -> int:
    """Sales of a number that had gone and not come back."""
    ways: defaultdict[tuple[ItemId, str], list[int]] = defaultdict(list)
    for one in sold:
        if one.mark.serial is not None:
            ways[one.item_id, one.mark.serial].append(one.milli)
    return sum(
        before < 0 and after < 0 for milli in ways.values() for before, after in pairwise(milli)
    )


def _other_days(moved: list[Moved]) -> int:
    days: defaultdict[tuple[ItemId, str], set[date]] = defaultdict(set)
    for one in moved:
        if one.mark.name is not None and one.mark.expires_on is not None:
            days[one.item_id, one.mark.name].add(one.mark.expires_on)
    return sum(len(read) > 1 for read in days.values())


def _made_up(found: Evidence, books: Books) -> int:
    """Items of which less is there than stands under names, so that what expires first went."""
    stock, named = by_box(found, books), Counter[ItemId]()
    for (item, _), milli in stock.named.items():
        named[item] += milli
    return sum(
        stock.on_hand[item] < milli
        and any(one > 0 for (of, _), one in stock.named.items() if of == item)
        for item, milli in named.items()
    )
