"""An answer that was read out fits its box, operator and challenge alone."""

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.identity import OperatorId
from sync.protocol.telephone import (
    CHALLENGES,
    DIGITS,
    challenge_text,
    is_unlock_answer,
    unlock_answer,
)

KEY, ANNA = bytes(range(32)), OperatorId("anna")
challenges = st.integers(0, CHALLENGES - 1).map(challenge_text)


def test_the_answer_is_the_one_that_version_1_gives() -> None:
    assert unlock_answer(KEY, ANNA, "00000042") == "49626438"


@given(challenges)
def test_head_offices_answer_is_taken_with_or_without_blanks(challenge: str) -> None:
    answer = unlock_answer(KEY, ANNA, challenge)
    assert len(answer) == len(challenge) == DIGITS
    assert is_unlock_answer(KEY, ANNA, challenge, answer)
    assert is_unlock_answer(KEY, ANNA, challenge, f" {answer[:4]} {answer[4:]} ")


@given(challenges, challenges)
def test_an_answer_fits_no_other_challenge_operator_or_box(one: str, other: str) -> None:
    answer = unlock_answer(KEY, ANNA, one)
    assert (one == other) == is_unlock_answer(KEY, ANNA, other, answer)
    assert not is_unlock_answer(KEY, OperatorId("anna1"), one, answer)
    assert not is_unlock_answer(bytes(32), ANNA, one, answer)


def test_what_is_no_answer_is_none() -> None:
    for said in ("", "1234567", "ünf zehn", "0" * 1_000):
        assert not is_unlock_answer(KEY, ANNA, "00000042", said)
