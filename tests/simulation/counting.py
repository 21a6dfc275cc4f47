"""Shelves are counted in a simulated shop while its tills sell: begun, said by two people at once,
counted again here and there, looked at, and booked or given up."""

from sqlite3 import Connection
from typing import NamedTuple
from uuid import UUID

from edge.db.journal import read_head
from edge.db.shelf_counts import ShelfCount
from edge.usecases.shelf_count.begin import (
    BeginShelfCount,
    EndShelfCount,
    begin_shelf_count,
    cancel_shelf_count,
)
from edge.usecases.shelf_count.book import (
    BookedShelfCount,
    BookShelfCount,
    Uncounted,
    book_shelf_count,
)
from edge.usecases.shelf_count.say import (
    AskedAgain,
    CountAgain,
    Said,
    SayCounted,
    count_again,
    say_counted,
)
from sync.engine.journal import Moment
from sync.protocol.identity import ItemId, WorkstationId
from tests.simulation.catalog import ITEMS
from tests.simulation.goods import WITH_LOTS, WITH_SERIALS, CountDone, Counted, Piece, marked
from tests.simulation.storekeeper import Storekeeper

DEPARTMENTS = 4
COUNTERS = (WorkstationId("C1"), WorkstationId("C2"))
WALK_MS = 20_000
"""At most so long from one shelf to the next."""
LOOK_MS = 40_000
"""At most so long somebody looks at what was counted before it is booked."""
ONE_IN = 4
"""Of a storekeeper's acts so many are counts."""


class _Begun(NamedTuple):
    """``of``: the department whose items are counted; None: chosen ones; empty: all."""

    count_id: UUID
    items: list[ItemId]
    of: str | None


class CountingStorekeeper(Storekeeper):
    """One who counts, too."""

    async def do_something(self) -> None:
        if self.random.randrange(ONE_IN):
            await super().do_something()
        else:
            await self.count()

    async def count(self) -> None:
        """Some shelves, to the end."""
        begun = await self._begin()
        if begun is None:
            return
        said: list[Counted] = []
        walked: list[bool] = []
        for who, items in zip(COUNTERS, (begun.items[::2], begun.items[1::2]), strict=True):
            self.spawn(self._walk(begun.count_id, items, who, said, walked))
        while len(walked) < len(COUNTERS):
            await self.scheduler.pause(500)
        await self.scheduler.pause(self.random.randrange(LOOK_MS))
        if all(walked) and self.random.randrange(3) == 0:
            said = await self._again(begun.count_id, begun.items[0], said)
        if not all(walked) or not said or self.random.randrange(8) == 0:
            await self._give_up(begun.count_id)
        else:
            await self._book(begun, said)

    async def _begin(self) -> _Begun | None:
        random, count_id = self.random, self.ids.uuid()
        chosen = random.sample(range(ITEMS), random.randint(1, 3))
        items, of = [ItemId(f"I{number:03d}") for number in chosen], None
        lots = sorted(WITH_LOTS - set(items))
        if lots and random.randrange(3) == 0:
            items.append(random.choice(lots))
        roll = random.randrange(6)
        if roll == 0:
            of = ""
        elif roll <= 2:
            of = f"D{random.randrange(DEPARTMENTS)}"
            whole = [ItemId(f"I{number:03d}") for number in range(ITEMS)]
            items = random.sample([item for item in whole if department_of(item) == of], 2)
        asked = BeginShelfCount(
            count_id, self.operator_id, "shelves", of or None, () if of is not None else (*items,)
        )
        told = await self.act(
            count_id, asked, ShelfCount, lambda db, at: begin_shelf_count(db, asked, at)
        )
        return None if told is None else _Begun(count_id, items, of)

    async def _walk(
        self,
        count_id: UUID,
        items: list[ItemId],
        who: WorkstationId,
        said: list[Counted],
        walked: list[bool],
    ) -> None:
        """From shelf to shelf; an item may lie in two places. ``walked``: whether all was said."""
        for item in items:
            for _ in range(1 + (self.random.randrange(3) == 0)):
                await self.scheduler.pause(self.random.randrange(WALK_MS))
                line = await self._say(count_id, item, who)
                if line is None:
                    walked.append(False)
                    return
                said.append(line)
        walked.append(True)

    async def _say(self, count_id: UUID, item: ItemId, who: WorkstationId) -> Counted | None:
        milli = self.random.choice((0, 1_000, 3_000, 7_000, 2_755))
        piece = marked(self.random, item, milli)
        if item in WITH_SERIALS:  # counted, not read one by one
            piece = Piece(item, milli, piece.mark._replace(serial=None))
        line_id, mark = self.ids.uuid(), piece.mark
        request = SayCounted(
            line_id, self.operator_id, item, milli, lot=mark.lot, expires_on=mark.expires_on
        )

        def say(db: Connection, at: Moment) -> Said:
            told, head = say_counted(db, count_id, request, who, at), read_head(db)
            self.done.seen[line_id] = (head.epoch, head.seq)
            return told

        told = await self.act(line_id, request, Said, say)
        return None if told is None else Counted(line_id, piece)

    async def _again(self, count_id: UUID, item: ItemId, said: list[Counted]) -> list[Counted]:
        """What was said of the item counts no more."""
        asked = CountAgain(self.ids.uuid(), self.operator_id, (item,))
        if not await self.act(
            asked.event_id, asked, AskedAgain, lambda db, at: count_again(db, count_id, asked)
        ):
            return said
        rest = [one for one in said if one.piece.item_id != item]
        line = await self._say(count_id, item, COUNTERS[0]) if self.random.randrange(3) else None
        return rest if line is None else [*rest, line]

    async def _give_up(self, count_id: UUID) -> None:
        request = EndShelfCount(self.ids.uuid(), self.operator_id)
        await self.act(
            request.event_id,
            request,
            ShelfCount,
            lambda db, at: cancel_shelf_count(db, count_id, request, at),
        )

    async def _book(self, begun: _Begun, said: list[Counted]) -> None:
        count_id, rest = begun.count_id, self.random.choice(list(Uncounted))
        request = BookShelfCount(
            self.ids.uuid(), self.operator_id, "counted", rest, without_again=True
        )

        def book(db: Connection, at: Moment) -> BookedShelfCount:
            head = read_head(db)
            self.done.seen[count_id] = (head.epoch, head.seq)
            self.seen["goods: counted after a replacement"] += self.is_at_another_box
            return book_shelf_count(db, count_id, request, at)

        waiting = set(begun.items) - {one.piece.item_id for one in said}
        nothing_of = begun.of if rest is Uncounted.NOTHING else None
        self.done.counts[count_id] = CountDone(tuple(said), nothing_of, frozenset(waiting))
        if await self.act(request.event_id, request, BookedShelfCount, book):
            self.done.told.add(count_id)


def department_of(item_id: ItemId) -> str:
    """As the catalogue has it."""
    return f"D{int(item_id[1:]) % DEPARTMENTS}"
