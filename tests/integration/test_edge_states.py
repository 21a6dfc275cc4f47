"""Days and tills go the way of their tables: whatever is asked of them, in whatever order."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.domain.business_day import (
    BUSINESS_DAY,
    BusinessDayBehind,
    BusinessDayOpenAlready,
    DayEvent,
    DayState,
    NoOpenBusinessDay,
    TillsOpen,
)
from edge.domain.sale.basket import LineRequest, SaleRequest, TenderRequest
from edge.domain.till import TILL, TillEvent, TillState
from edge.usecases.day.close import CloseBusinessDay, close_business_day
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.day.reopen import ReopenBusinessDay, reopen_business_day
from edge.usecases.sale.complete import complete_sale
from edge.usecases.till.move_cash import MoveCash, move_cash
from edge.usecases.till.open import OpenTill, open_till
from edge.usecases.till.settle import SettleTill, settle_till
from sync.protocol.errors import Refusal
from sync.protocol.facts import TillMovementKind
from sync.protocol.identity import (
    EventId,
    MovementId,
    SaleId,
    TenderId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.states import States
from tests.integration.edge_fixtures import ANN, DAY, NOON_MS, TEA, W1, W2, moment, new_shop

DATES = (date(2025, 3, 13), DAY, date(2025, 3, 15))
NOON = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=NOON_MS)
PRICE_MINOR = 500
FLOAT_MINOR = 10_000
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(DayEvent), st.sampled_from(DATES)),
        st.tuples(st.sampled_from(TillEvent), st.sampled_from((W1, W2))),
    ),
    min_size=1,
    max_size=30,
)


Unit: TypeAlias = Callable[[sqlite3.Connection], Any]
Outcome: TypeAlias = StrEnum | type[Refusal]


def expected(states: States[Any, Any], state: StrEnum | None, event: StrEnum) -> Outcome:
    """What the table has; each refusal in these tables is a class."""
    cell = states.table[state][event]
    assert isinstance(cell, StrEnum) or issubclass(cell, Refusal)  # type: ignore[arg-type]  # what a table's cell is
    return cell  # type: ignore[return-value]  # what a table's cell is


class Walk:
    """A store, and beside it what the tables alone say of it."""

    def __init__(self, path: Path) -> None:
        self.shop = new_shop(path)
        self.days: dict[date, DayState] = {}
        self.tills: dict[WorkstationId, TillState] = {}
        self.sessions: dict[WorkstationId, TillSessionId] = {}
        self.cash_minor: dict[WorkstationId, int] = {}
        self._ids = 0

    def next_id(self) -> UUID:
        self._ids += 1
        return UUID(int=self._ids)

    def open_date(self) -> date | None:
        return next((day for day, state in self.days.items() if state is DayState.OPEN), None)

    def step(self, event: StrEnum, subject: Any) -> None:
        """Carry it out, and hold what came of it against the table."""
        before = self.shop.contents()
        state: StrEnum | None
        if isinstance(event, DayEvent):
            state, comes_to = self.days.get(subject), self.of_day(event, subject)
            act = self.at_day(event, subject)
        else:
            till_event = TillEvent(event)
            state, comes_to = self.tills.get(subject), self.of_till(till_event, subject)
            act = self.at_till(till_event, subject)
        if not isinstance(comes_to, StrEnum):
            with pytest.raises(comes_to) as caught:
                self.shop.do(act)
            assert type(caught.value) is comes_to
            assert self.shop.contents() == before
            return
        try:
            self.shop.do(act)
        except BusinessDayBehind:
            assert event is DayEvent.REOPENED
            assert max(self.days) != subject
            assert self.shop.contents() == before
            return
        self.note(event, subject, comes_to)
        moved = event in (DayEvent.TRADED, TillEvent.SOLD, TillEvent.TOUCHED)
        assert (self.shop.contents() == before) is (comes_to is state and not moved)

    def of_day(self, event: DayEvent, subject: date) -> Outcome:
        """The table's word, with what no day's own state can say: other days, and tills."""
        if event is DayEvent.TRADED:
            return self.of_till(TillEvent.SOLD, W1)
        state, another = self.days.get(subject), self.open_date() not in (None, subject)
        comes_to = expected(BUSINESS_DAY, state, event)
        if another and (event is DayEvent.OPENED or comes_to is DayState.OPEN):
            return BusinessDayOpenAlready
        if event is DayEvent.CLOSED and state is DayState.OPEN:
            return TillsOpen if TillState.OPEN in self.tills.values() else comes_to
        return comes_to

    def of_till(self, event: TillEvent, subject: WorkstationId) -> Outcome:
        """Tills are opened and sold on where a day is open."""
        if event not in (TillEvent.SETTLED, TillEvent.TOUCHED):
            opened = None if self.open_date() is None else DayState.OPEN
            day = expected(BUSINESS_DAY, opened, DayEvent.TRADED)
            if day is NoOpenBusinessDay:
                return day
        return expected(TILL, self.tills.get(subject), event)

    def note(self, event: StrEnum, subject: Any, comes_to: StrEnum) -> None:
        if isinstance(comes_to, DayState):
            self.days[subject] = comes_to
        if isinstance(comes_to, TillState):
            where = W1 if event is DayEvent.TRADED else subject
            self.tills[where] = comes_to
            if event is TillEvent.OPENED:
                self.sessions[where] = TillSessionId(UUID(int=self._ids))
                self.cash_minor[where] = FLOAT_MINOR
            elif event is not TillEvent.SETTLED:
                self.cash_minor[where] += PRICE_MINOR

    def at_day(self, event: DayEvent, day: date) -> Unit:
        """The use case itself."""
        own, now = EventId(self.next_id()), moment()
        opening, closing = OpenBusinessDay(ANN, day, "the walk"), CloseBusinessDay(ANN)
        reopening = ReopenBusinessDay(ANN, "the walk")
        return {
            DayEvent.OPENED: lambda db: open_business_day(db, opening, own, now),
            DayEvent.TRADED: self.at_till(TillEvent.SOLD, W1),
            DayEvent.CLOSED: lambda db: close_business_day(db, closing, day, own, now),
            DayEvent.REOPENED: lambda db: reopen_business_day(db, reopening, day, own, now),
        }[event]

    def at_till(self, event: TillEvent, where: WorkstationId) -> Unit:
        """The use case itself."""
        key, now = self.next_id(), moment()
        session = self.sessions.get(where, TillSessionId(UUID(int=0)))
        opening = OpenTill(TillSessionId(key), ANN, FLOAT_MINOR)
        counted = SettleTill(ANN, self.cash_minor.get(where, 0))
        lines = (LineRequest(1, 1_000, item_id=TEA),)
        cash = (TenderRequest(TenderId("cash"), PRICE_MINOR),)
        lent = MoveCash(
            MovementId(key), ANN, TillMovementKind.LOAN, PRICE_MINOR, "coins for the drawer"
        )
        sale = SaleRequest(SaleId(key), ANN, NOON, PRICE_MINOR, lines, cash)
        return {
            TillEvent.OPENED: lambda db: open_till(db, opening, where, now),
            TillEvent.SETTLED: lambda db: settle_till(
                db, counted, session, where, EventId(key), now
            ),
            TillEvent.TOUCHED: lambda db: move_cash(db, lent, session, now),
            TillEvent.SOLD: lambda db: complete_sale(db, sale, key.bytes * 2, where, now),
        }[event]

    def rows(self) -> tuple[dict[date, DayState], dict[WorkstationId, list[TillState]]]:
        """What the store's own rows say."""
        days = self.shop.rows("business_day", "business_date, state")
        tills: dict[WorkstationId, list[TillState]] = {}
        for workstation, state in self.shop.rows("till_session", "workstation_id, state"):
            tills.setdefault(WorkstationId(workstation), []).append(TillState(state))
        return {date.fromisoformat(day): DayState(state) for day, state in days}, tills


@settings(max_examples=15, deadline=None)
@given(steps=STEPS)
def test_days_and_tills_do_what_their_tables_say_and_a_refusal_leaves_nothing(
    steps: list[tuple[Any, Any]],
) -> None:
    with TemporaryDirectory() as folder:
        walk = Walk(Path(folder) / "store.sqlite3")
        try:
            for event, subject in steps:
                walk.step(event, subject)
            days, tills = walk.rows()
            assert days == walk.days
            assert {
                where: TillState.OPEN if TillState.OPEN in held else TillState.SETTLED
                for where, held in tills.items()
            } == walk.tills
            assert all(held.count(TillState.OPEN) <= 1 for held in tills.values())
        finally:
            walk.shop.writer.close_now()


DAY_OPENED: tuple[StrEnum, Any] = (DayEvent.OPENED, DAY)
TILL_OPENED: tuple[StrEnum, Any] = (TillEvent.OPENED, W1)
WAYS: dict[str, tuple[tuple[StrEnum, Any], ...]] = {
    "DayState.OPEN": (DAY_OPENED,),
    "DayState.CLOSED": (DAY_OPENED, (DayEvent.CLOSED, DAY)),
    "TillState.OPEN": (DAY_OPENED, TILL_OPENED),
    "TillState.SETTLED": (DAY_OPENED, TILL_OPENED, (TillEvent.SETTLED, W1)),
    "no DayEvent": (),
    "no TillEvent": (DAY_OPENED,),
}
"""The events that bring DAY, or W1's till, into each state."""
CELLS = [
    *((state, event, DAY) for state in (None, *DayState) for event in DayEvent),
    *((state, event, W1) for state in (None, *TillState) for event in TillEvent),
]


@pytest.mark.parametrize(("state", "event", "subject"), CELLS)
def test_each_cell_of_the_tables_is_what_its_use_case_does(
    tmp_path: Path, state: DayState | TillState | None, event: StrEnum, subject: Any
) -> None:
    walk = Walk(tmp_path / "store.sqlite3")
    kind = f"no {type(event).__name__}" if state is None else f"{type(state).__name__}.{state.name}"
    for before, whose in WAYS[kind]:
        walk.step(before, whose)
    walk.step(event, subject)
    walk.shop.writer.close_now()
