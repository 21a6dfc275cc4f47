"""The drawer of a simulated till: opened, carried on where its box is gone, counted.

A box that was put back or replaced may know nothing of what is open here, or hold open what was
settled long ago. Whoever stands there looks, and does what the till page lets them do.
"""

from collections.abc import Callable
from sqlite3 import Connection
from typing import Any

from edge.db.tills import TillSession, find_open_till
from edge.usecases.till.open import OpenTill, open_till
from edge.usecases.till.settle import SettledTill, SettleTill, settle_till
from sync.protocol.identity import EventId, TillSessionId
from tests.simulation.answering import Refused
from tests.simulation.people import FLOAT_MINOR, NOT_YET, Wrong, run_once
from tests.simulation.registrar import Registrar

NOTHING_OPEN = ("no-open-till", "no-open-business-day", "unknown-till-session")
"""The box is another one than the one that opened this till."""


class Drawer(Registrar):
    """A workstation's cash."""

    async def open_till(self) -> None:
        """Its own session is open at the box that answers now."""
        memory = self.memory
        while not memory.is_open:
            if memory.opening is None:
                memory.opening = OpenTill(self._new_session(), self.operator_id, FLOAT_MINOR)
                memory.float_minor = FLOAT_MINOR
            await self._open(memory.opening)

    def _new_session(self) -> TillSessionId:
        return TillSessionId(self.ids.uuid())

    async def _open(self, request: OpenTill) -> None:
        """Once, if the box takes it as it is; what is in its way is taken out of it."""
        refused = await self._try(
            run_once(
                request.till_session_id,
                request,
                TillSession,
                lambda db, moment: open_till(db, request, self.workstation_id, moment),
            )
        )
        memory = self.memory
        if refused is None:
            memory.is_open = True
        elif refused.slug == "till-open-already":
            await self._settle_what_is_open()
        elif refused.slug == "till-session-not-carried":
            memory.opening = OpenTill(self._new_session(), request.operator_id, request.float_minor)
        elif refused.slug in (*NOTHING_OPEN, *NOT_YET):
            await self.scheduler.pause(5_000)  # until the leader has opened the day there
        else:
            raise Wrong(f"{self.name}: {refused}")

    async def stand_again(self) -> None:
        """After a refusal that says so: the box knows nothing of this till, or of its day. What is
        in the drawer is counted, and the session carried on."""
        memory = self.memory
        if memory.opening is None:
            return
        session_id = memory.opening.till_session_id
        found = await self.insist(
            lambda box: box.look(lambda db: find_open_till(db, self.workstation_id))
        )
        if found is not None and found.till_session_id == session_id:
            await self.scheduler.pause(5_000)
            return
        self.seen["till carried on"] += 1
        memory.float_minor = max(0, memory.float_minor + memory.cash_minor)
        memory.cash_minor = 0
        memory.opening = OpenTill(
            self._new_session(),
            self.operator_id,
            memory.float_minor,
            carried_id=session_id,
        )
        memory.is_open = False
        await self.open_till()

    async def settle_till(self) -> None:
        """Count what must be there: float, and what this workstation took and gave back."""
        memory = self.memory
        while memory.is_open:
            assert memory.opening is not None
            await self.give_all_back()
            session_id = memory.opening.till_session_id
            counted = memory.counted.setdefault(
                session_id, max(0, memory.float_minor + memory.cash_minor)
            )
            refused = await self._settle(session_id, counted)
            if refused is None or refused.slug == "till-settled-already":
                memory.is_open = False
            elif refused.slug in NOTHING_OPEN:
                del memory.counted[session_id]
                await self.stand_again()
            elif refused.slug in NOT_YET:
                await self.scheduler.pause(5_000)  # until the box in its place is loaded
            else:
                raise Wrong(f"{self.name}: {refused}")
        memory.opening = None
        memory.cash_minor = memory.sold_in_shift = 0
        memory.shift += 1
        self.life.settled += 1

    async def _settle_what_is_open(self) -> None:
        """A session of an earlier time, which this box holds open still."""
        found = await self.insist(
            lambda box: box.look(lambda db: find_open_till(db, self.workstation_id))
        )
        if found is None:
            return
        counted = self.memory.counted.get(found.till_session_id, found.float_minor)
        self.life.settled_by_leader.add(found.till_session_id)
        await self._settle(found.till_session_id, counted)

    async def _settle(self, session_id: TillSessionId, counted: int) -> Refused | None:
        request, event_id = SettleTill(self.operator_id, counted), EventId(self.ids.uuid())
        return await self._try(
            run_once(
                event_id,
                request,
                SettledTill,
                lambda db, moment: settle_till(
                    db, request, session_id, self.workstation_id, event_id, moment
                ),
            )
        )

    async def _try(self, verb: Callable[[Connection, Any], object]) -> Refused | None:
        """An act that may be repeated, and that only a box which moved refuses."""
        refused = await self.insist(lambda box: box.act(verb))
        if refused is not None and not self.life.moved:
            raise Wrong(f"{self.name}: {refused}")
        return refused
