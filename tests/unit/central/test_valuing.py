"""What head office makes of a store's movements: what was bought is what was sold, what went, what
counts missed and what is there; bit by bit or from the beginning, it is the same."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from central.domain.valuing import (
    COUNTED,
    MOVED,
    NOT_VALUED,
    SOLD,
    Move,
    Valued,
    after,
    value_anew,
)
from sync.protocol.moving_cost import Held

DAY = date(2026, 3, 1)
EPOCH = (1, b"\x01")
QUANTITY = st.integers(1, 9_000)
COST = st.none() | st.integers(0, 90_000)
CAME = st.tuples(st.just(MOVED), QUANTITY, COST)
WENT = st.tuples(st.just(MOVED), QUANTITY.map(lambda one: -one), st.none())
SALE = st.tuples(st.just(SOLD), QUANTITY.map(lambda one: -one), st.none())
BACK = st.tuples(st.just(SOLD), QUANTITY, COST)
COUNT = st.tuples(st.just(COUNTED), st.integers(0, 9_000), st.integers(0, 3))
MOVES = st.lists(st.one_of(CAME, WENT, SALE, BACK), max_size=30)


def moves_of(said: Sequence[tuple[str, int, int | None]]) -> list[Move]:
    """One event each; a count has seen all but so many before it."""
    found = []
    for seq, (kind, milli, third) in enumerate(said, start=1):
        on, place = DAY + timedelta(days=seq // 7), (*EPOCH, seq, 1)
        counts = kind == COUNTED
        seen = max(0, seq - 1 - (third or 0)) if counts else 0
        found.append(Move("A", kind, on, milli, None if counts else third, 40, *place, seen))
    return found


def balanced(one: Valued) -> bool:
    return one.came == one.went + one.cost_of_sales + one.counted + one.held.worth_minor


@given(said=st.lists(st.one_of(CAME, WENT, SALE, BACK, COUNT), max_size=30))
def test_cost_of_sales_and_value_on_hand_are_what_was_bought(
    said: list[tuple[str, int, int | None]],
) -> None:
    told = value_anew(moves_of(said), ())
    assert balanced(told)
    assert told.entries == len(said)


@given(said=MOVES)
def test_bit_by_bit_it_comes_to_what_it_comes_to_from_the_beginning(
    said: list[tuple[str, int, int | None]],
) -> None:
    now = NOT_VALUED
    for move in moves_of(said):
        now = after(now, move)
        assert balanced(now)
    assert now == value_anew(moves_of(said), ())
    assert now.held.on_hand_milli == sum(one[1] for one in said)


def test_what_came_below_zero_puts_right_on_its_own_day_what_was_sold_before() -> None:
    told = value_anew(
        moves_of([(MOVED, 1_000, 300), (SOLD, -3_000, None), (MOVED, 10_000, 3_500)]), ()
    )
    assert (told.cost_of_sales, told.put_right) == (1_000, {DAY: 100})
    assert told.held == Held(8_000, 2_800, 350_000)


def test_a_count_says_what_is_there_of_all_that_it_has_seen() -> None:
    """Two sold behind it, one before it was booked: four were counted, so three are there."""
    moves = moves_of([(MOVED, 6_000, 600), (SOLD, -1_000, None), (COUNTED, 4_000, 1)])
    told = value_anew([*moves, *moves_of([(SOLD, -1_000, None)])], ())
    assert told.held[:2] == (2_000, 200)
    assert (told.cost_of_sales, told.counted) == (200, 200)


def test_of_two_counts_the_one_that_has_seen_more_holds() -> None:
    later, earlier = (COUNTED, 5_000, 0), (COUNTED, 1_000, 3)
    told = value_anew(moves_of([(MOVED, 6_000, 600), later, earlier]), ())
    assert (told.held.on_hand_milli, told.counted, told.entries) == (5_000, 100, 3)
