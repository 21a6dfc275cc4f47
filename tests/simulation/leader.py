"""The manager of a simulated shop: days and goods. Where a box was put back or replaced, the days
are brought there to where the shop is: opened anew, what stands open of another day closed."""

from collections.abc import Callable
from datetime import date, timedelta
from sqlite3 import Connection
from typing import Any

from edge.db.days import BusinessDay, find_open_day
from edge.db.tills import TillSession, open_sessions
from edge.usecases.day.close import CloseBusinessDay, ClosedDay, close_business_day
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.stock.receive_goods import GoodsLine, ReceivedGoods, ReceiveGoods, receive_goods
from edge.usecases.till.settle import SettledTill, SettleTill, settle_till
from sync.protocol.identity import (
    EventId,
    ItemId,
    MovementId,
    WorkstationId,
)
from sync.protocol.lots import UNMARKED
from tests.simulation.answering import Refused
from tests.simulation.catalog import FIRST_DAY, ITEMS
from tests.simulation.goods import Piece
from tests.simulation.people import NOT_YET, SHIFTS, Person, Wrong, run_once

BEHIND = ("business-day-open-already", "tills-open", "unknown-business-day")
"""What a box refuses that was put back to its past, or is new."""
OFFICE = WorkstationId("OFFICE")
LOOK_MS = 20_000


class Leader(Person):
    """Opens and closes the store's days, and takes goods in."""

    def start(self) -> None:
        """Go to work."""
        self.spawn(self._work())

    async def _work(self) -> None:
        life = self.life
        for shift in range(SHIFTS):
            day = FIRST_DAY + timedelta(days=shift)
            await self._open(day)
            life.day, life.shift = day, shift
            await self._take_goods_in()
            moved = life.moved
            while life.settled < 2 * (shift + 1):
                await self.scheduler.pause(2_000)
                if life.moved != moved:
                    moved = life.moved
                    await self._open(day)
            await self._close(day)
            life.closed_days.append(day)
            life.day = None
            await self.scheduler.pause(60_000)
        await self._look_after(day)

    async def _look_after(self, day: date) -> None:
        """The last day stays closed, whatever becomes of the box."""
        life = self.life
        while True:
            moved = life.moved
            if not life.done:
                await self._close(day)
                life.attended = moved
            await self.scheduler.pause(LOOK_MS)

    async def _open(self, day: date) -> None:
        """Until this is the box's open day."""
        asked = (EventId(self.ids.uuid()), OpenBusinessDay(self.operator_id, day))
        while True:
            refused = await self._try_to_open(*asked)
            if refused is None and await self._open_day() == day:
                return
            if refused is None:  # it was, at a box that is gone
                asked = (EventId(self.ids.uuid()), OpenBusinessDay(self.operator_id, day))
            elif refused.slug == "business-day-open-already":
                await self._end_open_day()
            elif refused.slug in NOT_YET:
                self.seen["opened before settings came"] += 1
                await self.scheduler.pause(5_000)
            else:
                raise Wrong(f"{self.name}: {refused}")

    async def _try_to_open(self, event_id: EventId, request: OpenBusinessDay) -> Refused | None:
        return await self._act(
            run_once(
                event_id,
                request,
                BusinessDay,
                lambda db, moment: open_business_day(db, request, event_id, moment),
            )
        )

    async def _close(self, day: date) -> None:
        """Until the box has closed it."""
        while True:
            refused = await self._try_to_close(day)
            if refused is None:
                return
            if refused.slug == "tills-open":
                await self._settle_all(day)
            else:
                await self._open(day)

    async def _end_open_day(self) -> None:
        """Another day that stands open at a box of an earlier time."""
        day = await self._open_day()
        if day is not None:
            self.seen["a past day was closed again"] += 1
            await self._close(day)

    async def _open_day(self) -> date | None:
        found = await self.insist(lambda box: box.look(find_open_day))
        return None if found is None else found.business_date

    async def _try_to_close(self, day: date) -> Refused | None:
        request, event_id = CloseBusinessDay(self.operator_id), EventId(self.ids.uuid())
        return await self._act(
            run_once(
                event_id,
                request,
                ClosedDay,
                lambda db, moment: close_business_day(db, request, day, event_id, moment),
            )
        )

    async def _settle_all(self, day: date) -> None:
        """Tills whose people settled them long ago, at the box before, or at this one's later."""
        for session in await self.insist(lambda box: box.look(lambda db: open_sessions(db, day))):
            await self._settle(session)

    async def _settle(self, session: TillSession) -> None:
        why = "settled before the box was put back"
        request = SettleTill(self.operator_id, session.float_minor, override_reason=why)
        event_id = EventId(self.ids.uuid())
        self.life.settled_by_leader.add(session.till_session_id)
        self.seen["till settled by the leader"] += 1
        await self._act(
            run_once(
                event_id,
                request,
                SettledTill,
                lambda db, moment: settle_till(
                    db, request, session.till_session_id, OFFICE, event_id, moment
                ),
            )
        )

    async def _act(self, verb: Callable[[Connection, Any], object]) -> Refused | None:
        """What only a box refuses that is new, or was put back."""
        refused = await self.insist(lambda box: box.act(verb))
        slug = None if refused is None else refused.slug
        if slug is not None and slug not in NOT_YET and not (self.life.moved and slug in BEHIND):
            raise Wrong(f"{self.name}: {refused}")
        return refused

    async def _take_goods_in(self) -> None:
        chosen = self.random.sample(range(ITEMS), 5)
        lines = tuple(
            GoodsLine(ItemId(f"I{number:03d}"), self.random.randrange(1, 6) * 1_000)
            for number in chosen
        )
        movement_id = MovementId(self.ids.uuid())
        request = ReceiveGoods(movement_id, self.operator_id, "delivery", lines)
        self.life.goods.moved[movement_id] = tuple(
            Piece(line.item_id, line.quantity_milli, UNMARKED) for line in lines
        )
        refused = await self.insist(
            lambda box: box.act(
                run_once(
                    movement_id,
                    request,
                    ReceivedGoods,
                    lambda db, moment: receive_goods(db, request, moment),
                )
            )
        )
        if refused is None:
            self.life.goods.told.add(movement_id)
        elif refused.slug not in ("unknown-item", *NOT_YET):
            raise Wrong(f"{self.name}: {refused}")
