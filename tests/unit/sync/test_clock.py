"""The hybrid clock never goes backward, and a wild one drags nobody along."""

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.clock import COUNTER_BITS, WALL_MS_MAX, Hlc, tick, wall_ms, witness

stamps = st.integers(0, (WALL_MS_MAX - 1) << COUNTER_BITS).map(Hlc)
walls = st.integers(-(1 << 70), 1 << 70)


@given(stamps, st.lists(walls, max_size=50))
def test_stamps_only_grow_whatever_the_wall_clock_does(start: Hlc, readings: list[int]) -> None:
    last = start
    for reading in readings:
        stamp = tick(last, reading)
        assert last < stamp < 1 << 63
        last = stamp


@given(stamps, st.integers(0, WALL_MS_MAX))
def test_a_stamp_is_near_a_wall_clock_that_is_ahead(last: Hlc, now_ms: int) -> None:
    if now_ms > wall_ms(last):
        assert wall_ms(tick(last, now_ms)) == now_ms


@given(stamps, stamps, st.integers(0, WALL_MS_MAX - 1), st.integers(0, WALL_MS_MAX - 1))
def test_a_stamp_from_beyond_the_ceiling_is_not_followed(
    last: Hlc, seen: Hlc, now_ms: int, ceiling_ms: int
) -> None:
    stamp = witness(last, seen, now_ms, ceiling_ms)
    assert stamp > last
    if wall_ms(seen) <= ceiling_ms:
        assert stamp > seen
    else:
        assert wall_ms(stamp) <= max(wall_ms(Hlc(last + 1)), ceiling_ms)


def test_a_tick_within_one_millisecond_counts_on() -> None:
    first = tick(Hlc(0), 1_000)
    assert tick(first, 1_000) == first + 1
    assert tick(first, 999) == first + 1
