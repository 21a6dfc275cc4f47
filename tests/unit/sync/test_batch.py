"""Batches: as many events as fit, at least one; limits that halve and grow."""

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.batch import (
    ENVELOPE_OVERHEAD_BYTES,
    EVENTS_MAX,
    UNFOLDED_BYTES_MAX,
    BatchLimits,
    grow,
    plan_batch,
    shrink,
)

sizes = st.lists(st.integers(0, 10_000), max_size=300)
limits = st.builds(BatchLimits, st.integers(1, EVENTS_MAX), st.integers(1, UNFOLDED_BYTES_MAX))


@given(sizes, limits)
def test_a_batch_keeps_both_limits_unless_one_event_alone_breaks_them(
    waiting: list[int], given_limits: BatchLimits
) -> None:
    count = plan_batch(waiting, given_limits)
    assert (count > 0) == bool(waiting)
    assert count <= min(len(waiting), given_limits.events)
    taken = sum(size + ENVELOPE_OVERHEAD_BYTES for size in waiting[:count])
    assert count <= 1 or taken <= given_limits.unfolded_bytes
    if count < min(len(waiting), given_limits.events):
        following = taken + waiting[count] + ENVELOPE_OVERHEAD_BYTES
        assert following > given_limits.unfolded_bytes


def test_one_large_event_travels_alone() -> None:
    assert plan_batch([UNFOLDED_BYTES_MAX * 2, 1], BatchLimits()) == 1
    assert plan_batch([1, UNFOLDED_BYTES_MAX * 2], BatchLimits()) == 1


@given(limits)
def test_limits_halve_to_one_event_and_grow_back_to_the_maximum(start: BatchLimits) -> None:
    small = start
    for _ in range(32):
        smaller = shrink(small)
        assert smaller.events in (max(1, small.events // 2), 1)
        small = smaller
    assert small == BatchLimits(1, 1)
    large = small
    for _ in range(200):
        larger = grow(large)
        assert larger.events >= large.events
        large = larger
    assert large == BatchLimits()
