"""What there is of goods by what a box wrote, by what counts at head office, and by what the people
of a store did, as they know it themselves."""

from uuid import UUID

from sync.protocol.change import Epoch
from sync.protocol.identity import StoreId
from sync.protocol.lots import Mark
from tests.simulation.counting import department_of
from tests.simulation.evidence import Books, Evidence, equal
from tests.simulation.goods_model import (
    At,
    Count,
    Heap,
    Moved,
    Stock,
    counted_by,
    moved_by,
    stock_of,
)
from tests.simulation.verdicts import Answers


def geneses(found: Evidence, store_id: StoreId) -> dict[Epoch, bytes]:
    standings = found.archive.standings.items()
    return {key.epoch: one.genesis for key, one in standings if key.store_id == store_id}


def by_box(found: Evidence, books: Books) -> Stock:
    """What stands in its journals."""
    moved: list[Moved] = []
    counts: list[Count] = []
    for one in books.stood:
        if one.fact is not None and not getattr(one.fact, "training", False):
            at = At(one.place.epoch, one.place.seq)
            moved += moved_by(at, one.envelope.event_id, one.fact)
            counts += counted_by(at, one.envelope.event_id, one.fact)
    return stock_of(moved, counts, geneses(found, books.shop.store_id))


def by_head_office(found: Evidence, store_id: StoreId) -> Stock:
    """What counts there."""
    moved: list[Moved] = []
    counts: list[Count] = []
    for read, fact in Answers(found.archive).counted_there(store_id):
        at = At(read.raw.epoch, read.raw.seq)
        moved += moved_by(at, read.raw.event_id, fact)
        counts += counted_by(at, read.raw.event_id, fact)
    return stock_of(moved, counts, geneses(found, store_id))


def by_people(found: Evidence, books: Books) -> Stock:
    """What the store's people did, by their own list; of the journal only where each act stands."""
    done, placed = found.world.lives[books.shop.code].goods, places(books)
    lost = done.told & (done.moved.keys() | done.counts.keys()) - placed.keys()
    equal(lost, set(), f"{books.name}: acts that were answered, and stand nowhere")
    moved = [
        Moved(placed[act_id], act_id, one.item_id, one.milli, one.mark)
        for act_id, pieces in done.moved.items()
        if act_id in placed
        for one in pieces
    ]
    for workstation in books.workstations:
        for sale_id, told in workstation.memory.answers.items():
            said = workstation.memory.baskets[sale_id].request.lines
            for asked, line in zip(said, told.sale.fact.lines, strict=True):
                milli = asked.quantity_milli if asked.is_return else -asked.quantity_milli
                mark = Mark(asked.lot, asked.expires_on, asked.serial)
                moved.append(Moved(placed[sale_id], sale_id, line.item_id, milli, mark))
    ever = {one.item_id for one in moved}
    ever |= {one.piece.item_id for count in done.counts.values() for one in count.lines}
    counts = []
    for count_id in done.counts.keys() & placed.keys():
        count = done.counts[count_id]
        heaps = [
            Heap(one.piece.item_id, one.piece.milli, one.piece.mark, done.seen[one.line_id][1])
            for one in count.lines
        ]
        if count.nothing_of is not None:
            counted = {heap.item_id for heap in heaps} | count.left
            seen = done.seen[count_id][1]
            heaps += [
                Heap(item, 0, Mark(), seen)
                for item in ever - counted
                if count.nothing_of in ("", department_of(item))
            ]
        counts.append(Count(placed[count_id], count_id, 0, tuple(heaps)))
    return stock_of(moved, counts, geneses(found, books.shop.store_id))


def places(books: Books) -> dict[UUID, At]:
    return {
        one.envelope.event_id: At(one.place.epoch, one.place.seq)
        for one in books.stood
        if one.fact is not None
    }
