"""The moving average cost: worked examples, then what holds of every history."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.moving_cost import (
    NOTHING_HELD,
    WORTH_MAX,
    Costed,
    line_cost,
    move_cost,
)


class Step(NamedTuple):
    """A movement, the cost it is stated with, the catalogue's word for a unit; then its cost, what
    it puts right, and what is held."""

    quantity: int
    stated: int | None
    unit: int | None
    cost: int | None
    difference: int
    on_hand: int
    worth: int


EXAMPLES = {
    "two receipts average, a sale takes its share, a return comes back at its sale's cost": (
        Step(10_000, 1_000, None, 1_000, 0, 10_000, 1_000),
        Step(10_000, 2_000, None, 2_000, 0, 20_000, 3_000),
        Step(-4_000, None, None, -600, 0, 16_000, 2_400),
        Step(10_000, 4_000, None, 4_000, 0, 26_000, 6_400),
        Step(1_000, 150, None, 150, 0, 27_000, 6_550),
    ),
    "three for a dollar: no cent is lost, the last one takes what is left": (
        Step(3_000, 100, None, 100, 0, 3_000, 100),
        Step(-1_000, None, None, -33, 0, 2_000, 67),
        Step(-1_000, None, None, -33, 0, 1_000, 34),
        Step(-1_000, None, None, -34, 0, 0, 0),
    ),
    "sold below zero at what it cost last; the receipt sets its own cost, sales are put right": (
        Step(2_000, 200, None, 200, 0, 2_000, 200),
        Step(-5_000, None, None, -500, 0, -3_000, -300),
        Step(10_000, 1_200, None, 1_200, 60, 7_000, 840),
        Step(-7_000, None, None, -840, 0, 0, 0),
    ),
    "the receipt does not even cover what was sold": (
        Step(1_000, 100, None, 100, 0, 1_000, 100),
        Step(-5_000, None, None, -500, 0, -4_000, -400),
        Step(1_000, 90, None, 90, -40, -3_000, -270),
        Step(3_000, 270, None, 270, 0, 0, 0),
    ),
    "nothing ever came in: the catalogue's cost holds until a receipt says its own": (
        Step(-2_000, None, 80, -160, 0, -2_000, -160),
        Step(-1_000, None, 95, -80, 0, -3_000, -240),
        Step(5_000, 500, None, 500, 60, 2_000, 200),
    ),
    "no cost is known: a sale has none, and the first receipt's is that of all": (
        Step(4_000, None, None, None, 0, 4_000, 0),
        Step(-1_000, None, None, None, 0, 3_000, 0),
        Step(2_000, 100, None, 100, -150, 5_000, 250),
    ),
    "goods without a cost are worth the catalogue's when the first of them is sold": (
        Step(4_000, None, None, None, 0, 4_000, 0),
        Step(-1_000, None, 50, -50, -200, 3_000, 150),
    ),
    "what comes in without a cost comes at the average": (
        Step(2_000, 300, None, 300, 0, 2_000, 300),
        Step(1_000, None, 999, 150, 0, 3_000, 450),
    ),
    "after nothing was left, what comes in without a cost comes at what it cost last": (
        Step(2_000, 300, None, 300, 0, 2_000, 300),
        Step(-2_000, None, None, -300, 0, 0, 0),
        Step(1_000, None, 999, 150, 0, 1_000, 150),
    ),
    "a cost of a fraction of a cent adds up": (
        Step(1_000_000, 400, None, 400, 0, 1_000_000, 400),
        Step(-1_000, None, None, 0, 0, 999_000, 400),
        Step(-999_000, None, None, -400, 0, 0, 0),
        Step(-10_000, None, None, -4, 0, -10_000, -4),
    ),
    "given away by the supplier: it costs nothing, which is known": (
        Step(1_000, 0, None, 0, 0, 1_000, 0),
        Step(-1_000, None, 80, 0, 0, 0, 0),
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_table_of_costs(name: str) -> None:
    held = NOTHING_HELD
    for step in EXAMPLES[name]:
        done = move_cost(held, step.quantity, step.stated, step.unit)
        held = done.after
        assert (done.cost_minor, done.difference_minor) == (step.cost, step.difference), step
        assert held[:2] == (step.on_hand, step.worth), step


QUANTITY = st.integers(1, 50_000)
COST = st.none() | st.integers(0, 1_000_000)
IN = st.tuples(QUANTITY, COST, st.none() | st.integers(0, 5_000))
OUT = st.tuples(QUANTITY.map(lambda one: -one), st.none(), st.none() | st.integers(0, 5_000))
BOUGHT = st.tuples(QUANTITY, st.integers(0, 1_000_000), st.none())


def costed(moves: Sequence[tuple[int, int | None, int | None]]) -> list[Costed]:
    held, done = NOTHING_HELD, []
    for move in moves:
        done.append(move_cost(held, *move))
        held = done[-1].after
    return done


@given(moves=st.lists(IN | OUT, min_size=1, max_size=40))
def test_cost_of_sales_and_worth_are_what_was_bought_after_every_movement(
    moves: list[tuple[int, int | None, int | None]],
) -> None:
    bought = went = 0
    for move, done in zip(moves, costed(moves), strict=True):
        cost = done.cost_minor or 0
        bought += max(cost, 0)
        went += max(-cost, 0) + done.difference_minor
        assert went + done.after.worth_minor == bought
        assert done.after.on_hand_milli or not done.after.worth_minor
        assert done.cost_minor is None or cost * move[0] >= 0


@given(moves=st.lists(BOUGHT, min_size=1, max_size=12).flatmap(st.permutations))
def test_receipts_come_to_the_same_in_any_order(moves: list[tuple[int, int, None]]) -> None:
    assert costed(moves)[-1].after == costed(sorted(moves))[-1].after


@given(start=BOUGHT, sold=st.lists(st.integers(1, 9_000), max_size=12))
def test_sold_piece_by_piece_or_at_once_everything_costs_what_was_bought(
    start: tuple[int, int, None], sold: list[int]
) -> None:
    pieces = [one for one in sold if one < start[0]]
    while sum(pieces) > start[0]:
        pieces.pop()
    done = costed([start, *[(-one, None, None) for one in pieces]])
    left = done[-1].after.on_hand_milli
    if left:
        done.append(move_cost(done[-1].after, -left))
    assert -sum(one.cost_minor or 0 for one in done[1:]) == start[1]
    assert all(one.difference_minor == 0 for one in done)


LARGE = st.integers(1, 10**9) | st.sampled_from([1, 10**9])
DEAR = st.none() | st.integers(0, FIGURE_MAX) | st.sampled_from([FIGURE_MAX, FIGURE_MAX + 1])


@given(
    moves=st.lists(
        st.tuples(LARGE, DEAR, DEAR) | st.tuples(LARGE.map(lambda one: -one), st.none(), DEAR),
        max_size=30,
    )
)
def test_whatever_comes_no_figure_leaves_what_a_row_or_a_line_can_hold(
    moves: list[tuple[int, int | None, int | None]],
) -> None:
    bought = went = 0
    for done in costed(moves):
        cost = done.cost_minor or 0
        bought += max(cost, 0)
        went += max(-cost, 0) + done.difference_minor
        assert abs(cost) <= FIGURE_MAX
        assert abs(done.after.worth_minor) <= WORTH_MAX
        assert went + done.after.worth_minor == bought
        assert (done.after.unit_mills or 0) < 1 << 63


def test_what_a_line_came_to_is_its_units_cost_times_its_quantity() -> None:
    assert line_cost(399, 755) == 301
    assert line_cost(None, 755) is None
    assert line_cost(FIGURE_MAX, 2_000) is None
