"""The manager of a simulated shop: days and goods."""

from datetime import date, timedelta

from edge.db.days import BusinessDay
from edge.usecases.day.close import CloseBusinessDay, ClosedDay, close_business_day
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.stock.receive_goods import GoodsLine, ReceivedGoods, ReceiveGoods, receive_goods
from sync.protocol.identity import (
    EventId,
    ItemId,
    MovementId,
)
from tests.simulation.catalog import FIRST_DAY, ITEMS
from tests.simulation.people import SHIFTS, Person, Wrong, run_once


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
            while life.settled < 2 * (shift + 1):
                await self.scheduler.pause(2_000)
            await self._close(day)
            life.closed_days.append(day)
            life.day = None
            await self.scheduler.pause(60_000)
        life.done = True

    async def _open(self, day: date) -> None:
        """Until the store can: at first head office's settings may not have arrived."""
        request = OpenBusinessDay(self.operator_id, day)
        event_id = EventId(self.ids.uuid())
        while True:
            refused = await self.insist(
                lambda: self.server.act(
                    run_once(
                        event_id,
                        request,
                        BusinessDay,
                        lambda db, moment: open_business_day(db, request, event_id, moment),
                    )
                )
            )
            if refused is None:
                return
            if refused.slug not in ("settings-missing", "unknown-operator"):
                raise Wrong(f"{self.name}: {refused}")
            self.seen["opened before settings came"] += 1
            await self.scheduler.pause(5_000)

    async def _take_goods_in(self) -> None:
        chosen = self.random.sample(range(ITEMS), 5)
        lines = tuple(
            GoodsLine(ItemId(f"I{number:03d}"), self.random.randrange(1, 6) * 1_000)
            for number in chosen
        )
        movement_id = MovementId(self.ids.uuid())
        request = ReceiveGoods(movement_id, self.operator_id, "delivery", lines)
        refused = await self.insist(
            lambda: self.server.act(
                run_once(
                    movement_id,
                    request,
                    ReceivedGoods,
                    lambda db, moment: receive_goods(db, request, moment),
                )
            )
        )
        if refused is not None and refused.slug != "unknown-item":
            raise Wrong(f"{self.name}: {refused}")

    async def _close(self, day: date) -> None:
        request, event_id = CloseBusinessDay(self.operator_id), EventId(self.ids.uuid())
        refused = await self.insist(
            lambda: self.server.act(
                run_once(
                    event_id,
                    request,
                    ClosedDay,
                    lambda db, moment: close_business_day(db, request, day, event_id, moment),
                )
            )
        )
        if refused is not None:
            raise Wrong(f"{self.name}: {refused}")
