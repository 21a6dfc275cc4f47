"""What may befall a day and a till is a table without holes, and a table is asked in one way."""

from enum import StrEnum
from typing import Any

import pytest

from central.domain import epoch as central
from edge.domain.business_day import BUSINESS_DAY, DayEvent, DayState, NoOpenBusinessDay
from edge.domain.epoch import EPOCH, EpochEvent, EpochState, UnknownEpoch
from edge.domain.payment.attempt import ATTEMPT, AttemptEvent, AttemptState
from edge.domain.purchase_order import ORDER, OrderEvent
from edge.domain.shelf_count import SHELF_COUNT, CountEvent, CountState
from edge.domain.till import TILL, NoOpenTill, TillEvent, TillState
from sync.protocol.identity import WorkstationId
from sync.protocol.purchase_order import OrderState
from sync.protocol.states import States

TABLES: dict[str, tuple[States[Any, Any], type[StrEnum], type[StrEnum]]] = {
    "business day": (BUSINESS_DAY, DayState, DayEvent),
    "till": (TILL, TillState, TillEvent),
    "epoch at head office": (central.EPOCH, central.EpochState, central.EpochEvent),
    "payment": (ATTEMPT, AttemptState, AttemptEvent),
    "count of shelves": (SHELF_COUNT, CountState, CountEvent),
    "order at a supplier": (ORDER, OrderState, OrderEvent),
    "epoch of a box": (EPOCH, EpochState, EpochEvent),
}


@pytest.mark.parametrize("thing", TABLES)
def test_every_state_says_what_each_event_comes_to(thing: str) -> None:
    states, its_states, its_events = TABLES[thing]
    assert set(states.table) == {None, *its_states}
    for row in states.table.values():
        assert set(row) == set(its_events)


def changes(states: States[Any, Any], state: StrEnum | None) -> dict[StrEnum, StrEnum]:
    """The events that lead somewhere else, and where."""
    row = states.table[state].items()
    return {event: cell for event, cell in row if isinstance(cell, StrEnum) and cell is not state}


@pytest.mark.parametrize("state", [None, *DayState])
def test_a_day_has_one_next_state_for_each_event_that_can_happen(state: DayState | None) -> None:
    """B6: closed leads to open again, and to nothing else."""
    assert (
        changes(BUSINESS_DAY, state)
        == {
            None: {DayEvent.OPENED: DayState.OPEN},
            DayState.OPEN: {DayEvent.CLOSED: DayState.CLOSED},
            DayState.CLOSED: {DayEvent.REOPENED: DayState.OPEN},
        }[state]
    )


@pytest.mark.parametrize("state", [None, *TillState])
def test_a_till_is_opened_counted_and_opened_with_another_session(state: TillState | None) -> None:
    assert (
        changes(TILL, state)
        == {
            None: {TillEvent.OPENED: TillState.OPEN},
            TillState.OPEN: {TillEvent.SETTLED: TillState.SETTLED},
            TillState.SETTLED: {TillEvent.OPENED: TillState.OPEN},
        }[state]
    )


@pytest.mark.parametrize("state", [None, *EpochState])
def test_a_box_never_writes_again_in_an_epoch_that_it_ended_or_left(
    state: EpochState | None,
) -> None:
    gone_elsewhere = {EpochEvent.FORKED: EpochState.LEFT}
    assert (
        changes(EPOCH, state)
        == {
            None: {EpochEvent.OPENED: EpochState.WRITING},
            EpochState.WRITING: {EpochEvent.FENCED: EpochState.ENDED, **gone_elsewhere},
            EpochState.ENDED: {EpochEvent.DRAINED: EpochState.SENT, **gone_elsewhere},
            EpochState.SENT: {EpochEvent.SENT_BACK: EpochState.ENDED, **gone_elsewhere},
            EpochState.LEFT: {},
        }[state]
    )
    if state is None:
        with pytest.raises(UnknownEpoch):
            EPOCH.after(state, EpochEvent.FENCED, "1-aabbccdd")


def test_what_is_not_there_is_refused_as_its_row_says_and_what_is_there_comes_back() -> None:
    assert BUSINESS_DAY.require("today", DayState.OPEN, DayEvent.TRADED) == "today"
    with pytest.raises(NoOpenBusinessDay):
        BUSINESS_DAY.require(None, DayState.OPEN, DayEvent.TRADED)
    with pytest.raises(NoOpenTill, match="'W1'"):
        TILL.require("a session", TillState.SETTLED, TillEvent.SOLD, WorkstationId("W1"))
    with pytest.raises(LookupError, match="opened"):
        TILL.require(None, None, TillEvent.OPENED)
