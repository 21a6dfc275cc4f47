"""Who was wrong waits, ever longer, whatever is done to a clock; nobody waits for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.lockout import (
    NO_TRIES,
    OF_OPERATOR,
    OF_WORKSTATION,
    WAIT_S_MAX,
    WAITS_S,
    Tries,
    TryRules,
    brought_back,
    is_lockout,
    one_more,
    wait_ms,
)

DAY_MS = 86_400_000
RULES = pytest.mark.parametrize("rules", [OF_OPERATOR, OF_WORKSTATION])
instants = st.integers(0, 1 << 45)


def after(wrong: int, rules: TryRules, now_ms: int = 0) -> Tries:
    tries = NO_TRIES
    for _ in range(wrong):
        tries = one_more(tries, rules, now_ms)
    return tries


@RULES
def test_a_few_are_free_and_then_each_wait_is_as_long_or_longer(rules: TryRules) -> None:
    waits = [wait_ms(after(n, rules), rules, 0) // 1_000 for n in range(rules.free + 9)]
    assert waits[: rules.free + 1] == [0] * (rules.free + 1)
    assert waits[rules.free + 1 :][: len(WAITS_S)] == list(WAITS_S)
    assert waits == sorted(waits)
    assert max(waits) == WAIT_S_MAX


@RULES
def test_ten_thousand_guesses_take_months(rules: TryRules) -> None:
    """As fast as the lock lets anybody, from one workstation at one operator."""
    now_ms, tries = 0, NO_TRIES
    for _ in range(10_000):
        now_ms += wait_ms(tries, rules, now_ms)
        tries = one_more(tries, rules, now_ms)
    assert now_ms > (60 if rules is OF_OPERATOR else 30) * DAY_MS


@RULES
@given(st.integers(0, 100), instants, instants)
def test_a_clock_that_was_set_back_shortens_nothing_and_prolongs_by_one_wait(
    rules: TryRules, wrong: int, at_ms: int, now_ms: int
) -> None:
    tries = Tries(wrong, at_ms)
    waits = wait_ms(brought_back(tries, now_ms), rules, now_ms)
    assert 0 <= waits <= WAIT_S_MAX * 1_000
    if now_ms < at_ms:
        assert waits == wait_ms(tries, rules, at_ms)
        later = brought_back(tries, now_ms)
        assert wait_ms(later, rules, now_ms + waits) == 0


@RULES
def test_head_office_is_told_of_the_first_long_wait_of_a_row(rules: TryRules) -> None:
    told = [n for n in range(1, 40) if is_lockout(after(n, rules), rules)]
    assert told == [rules.free + 3]


def test_a_workstations_wrong_ones_are_forgiven_with_time_and_an_operators_are_not() -> None:
    later = 3 * 300_000
    assert one_more(Tries(9, 0), OF_WORKSTATION, later).wrong == 7
    assert one_more(Tries(2, 0), OF_WORKSTATION, DAY_MS).wrong == 1
    assert one_more(Tries(9, 0), OF_OPERATOR, DAY_MS).wrong == 10
