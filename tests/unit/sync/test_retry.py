"""Back-off: full jitter under a ceiling that doubles to five minutes; the server sets the pace, and
where it asks for a wait that is no failure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.retry import (
    BASE_MS,
    CAP_MS,
    JITTER_RANGE,
    SECOND_MS,
    Pauses,
    backoff_ms,
)

jitters = st.integers(0, JITTER_RANGE - 1)


@given(st.integers(-5, 10**9), jitters, st.integers(0, 3_600_000))
def test_a_wait_lies_between_the_pace_and_the_larger_of_pace_and_cap(
    failures: int, jitter: int, pace_ms: int
) -> None:
    assert pace_ms <= backoff_ms(failures, jitter, pace_ms) <= max(pace_ms, CAP_MS)


@given(st.integers(1, 40), jitters)
def test_more_failures_never_wait_less(failures: int, jitter: int) -> None:
    assert backoff_ms(failures + 1, jitter) >= backoff_ms(failures, jitter)


@pytest.mark.parametrize(
    ("failures", "jitter", "expected"),
    [
        (0, 999, 0),
        (1, 0, 0),
        (1, 999, 1_998),
        (2, 500, 2_000),
        (8, 999, 255_744),
        (9, 999, 299_700),
    ],
)
def test_the_ceiling_doubles_from_the_base(failures: int, jitter: int, expected: int) -> None:
    assert BASE_MS == 2_000
    assert backoff_ms(failures, jitter) == expected


@given(st.integers(1, 20), st.lists(st.integers(0, 3_600_000), min_size=1, max_size=20), jitters)
def test_being_asked_to_wait_leaves_the_back_off_as_it_is(
    failures: int, asked: list[int], jitter: int
) -> None:
    """A box that took it for a failure came back every five minutes while others were served."""
    asked_often, never_asked = Pauses(), Pauses()
    for _ in range(failures):
        assert asked_often.after_failure_ms(jitter) == never_asked.after_failure_ms(jitter)
    for wait_ms in asked:
        pause_ms = asked_often.when_asked_ms(wait_ms, jitter)
        least_ms = max(SECOND_MS, wait_ms)
        assert least_ms <= pause_ms < least_ms + SECOND_MS
    assert asked_often.failures == failures
    assert asked_often.after_failure_ms(jitter) == never_asked.after_failure_ms(jitter)


def test_what_gets_through_ends_the_back_off_and_a_whole_round_sets_the_pace() -> None:
    pauses = Pauses()
    pauses.after_failure_ms(999)
    pauses.got_through()
    assert pauses.after_failure_ms(999) == 1_998
    pauses.went_well(5_000)
    assert pauses.after_failure_ms(0) == 5_000
