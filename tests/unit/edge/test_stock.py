"""Levels after movements."""

from hypothesis import given
from hypothesis import strategies as st

from edge.domain.stock import Movement, move
from sync.protocol.identity import ItemId
from sync.protocol.moving_cost import Held

MOVES = st.lists(
    st.tuples(st.sampled_from([ItemId("a"), ItemId("b")]), st.integers(-9_000, 9_000).filter(bool)),
    max_size=20,
)


@given(moves=MOVES, start=st.integers(-5_000, 5_000))
def test_a_level_is_its_start_and_every_movement(
    moves: list[tuple[ItemId, int]], start: int
) -> None:
    held = {ItemId("a"): Held(start)}
    moved = move((Movement(n, i, q) for n, (i, q) in enumerate(moves, start=1)), held)
    for item in ("a", "b"):
        own = [m for m in moved if m.item_id == item]
        if own:
            gone = sum(m.quantity_milli for m in own)
            assert own[-1].on_hand_after_milli == (start if item == "a" else 0) + gone
    assert all(m.oversold == (m.on_hand_after_milli < 0) for m in moved)
    assert [m.line_no for m in moved] == list(range(1, len(moves) + 1))
