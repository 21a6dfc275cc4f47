"""Back-off: full jitter under a ceiling that doubles to five minutes; the server sets the pace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.retry import BASE_MS, CAP_MS, JITTER_RANGE, backoff_ms

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
