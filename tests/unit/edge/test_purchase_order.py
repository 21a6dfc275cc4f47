"""An order at a supplier: what befalls it in each of its states, and what its lines have come to,
by worked examples."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.purchase_order import (
    ORDER,
    OrderCancelled,
    OrderClosed,
    OrderEvent,
    OrderNotSent,
    OrderPartlyReceived,
    OrderReceived,
    OrderRefused,
    OrderSentAlready,
    UnknownOrder,
    order_number,
)
from sync.protocol.change import Epoch
from sync.protocol.purchase_order import OrderState, Standing, came_to, is_beyond

ID = UUID(int=7)
DRAFT, SENT, PARTLY = OrderState.DRAFT, OrderState.SENT, OrderState.PARTLY
RECEIVED, CANCELLED, CLOSED = OrderState.RECEIVED, OrderState.CANCELLED, OrderState.CLOSED


@pytest.mark.parametrize(
    ("state", "saved", "sent", "part", "came", "closed", "cancelled"),
    [
        (None, DRAFT, *[UnknownOrder] * 5),
        (DRAFT, DRAFT, SENT, OrderNotSent, OrderNotSent, OrderNotSent, CANCELLED),
        (SENT, OrderSentAlready, SENT, PARTLY, RECEIVED, CLOSED, CANCELLED),
        (PARTLY, OrderSentAlready, PARTLY, PARTLY, RECEIVED, CLOSED, OrderPartlyReceived),
        (RECEIVED, OrderSentAlready, RECEIVED, RECEIVED, RECEIVED, OrderReceived, OrderReceived),
        (CANCELLED, *[OrderCancelled] * 5, CANCELLED),
        (CLOSED, *[OrderClosed] * 4, CLOSED, OrderClosed),
    ],
)
def test_what_befalls_an_order_in_each_of_its_states(
    state: OrderState | None,
    saved: object,
    sent: object,
    part: object,
    came: object,
    closed: object,
    cancelled: object,
) -> None:
    cells = (saved, sent, part, came, closed, cancelled)
    for event, cell in zip(OrderEvent, cells, strict=True):
        if isinstance(cell, OrderState):
            assert ORDER.after(state, event, ID) is cell, event
        else:
            with pytest.raises(OrderRefused) as refused:
                ORDER.after(state, event, ID)
            assert type(refused.value) is cell, event


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ([(10, 0)], SENT),
        ([(10, 4)], PARTLY),
        ([(10, 10)], RECEIVED),
        ([(10, 12)], RECEIVED),
        ([(10, 10), (5, 0)], PARTLY),
        ([(10, 0), (5, 0)], SENT),
        ([(10, 10), (0, 3)], RECEIVED),
        ([(10, 0), (0, 3)], PARTLY),
    ],
)
def test_a_state_is_what_the_lines_have_come_to(
    lines: list[tuple[int, int]], state: OrderState
) -> None:
    """Ordered and received of each; the last of two was not ordered at all."""
    assert came_to(Standing(ordered, None, came, None) for ordered, came in lines) is state


@pytest.mark.parametrize(
    ("ordered", "received", "over_bp", "beyond"),
    [
        (10_000, 10_000, 0, False),
        (10_000, 10_001, 0, True),
        (10_000, 10_500, 500, False),
        (10_000, 10_501, 500, True),
        (0, 1, 10_000, True),
        (0, 0, 0, False),
    ],
)
def test_more_than_was_ordered_is_taken_as_far_as_the_suppliers_rule_goes(
    ordered: int, received: int, over_bp: int, beyond: bool
) -> None:
    assert is_beyond(ordered, received, over_bp) is beyond


@pytest.mark.parametrize(
    ("standing", "still", "over", "difference"),
    [
        (Standing(12_000, 3_000, 0, None), 12_000, 0, None),
        (Standing(12_000, 3_000, 6_000, 1_575), 6_000, 0, 75),
        (Standing(12_000, 3_000, 12_000, 2_900), 0, 0, -100),
        (Standing(12_000, 3_000, 14_000, 3_500), 0, 2_000, 0),
        (Standing(12_000, 3_000, 6_000, None), 6_000, 0, None),
        (Standing(12_000, None, 6_000, 1_575), 6_000, 0, None),
        (Standing(0, None, 3_000, 600), 0, 3_000, None),
        (Standing(3_000, 100, 1_000, 33), 2_000, 0, 0),
    ],
)
def test_what_is_open_over_and_dearer_of_a_line(
    standing: Standing, still: int, over: int, difference: int | None
) -> None:
    assert (standing.open_milli, standing.over_milli) == (still, over)
    assert standing.difference_minor == difference


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_what_came_and_what_is_open_are_what_was_ordered_and_what_is_over(
    ordered: int, received: int
) -> None:
    one = Standing(ordered, None, received, None)
    assert received + one.open_milli == ordered + one.over_milli


def test_a_number_names_one_event_of_one_epoch() -> None:
    assert order_number("S01", Epoch(2, b"\x9f\x3c\x11\xaa"), 57) == "PO-S01-29F3C11AA-57"
