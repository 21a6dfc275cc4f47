"""What search compares: words without case and accents, the same on both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.search import fold, fold_words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("MÜLLER", "muller"),
        ("José", "jose"),
        ("Jose\u0301", "jose"),
        ("Straße", "strasse"),
        ("Łódź øl", "lodz ol"),
        ("İstanbul ISPARTA", "istanbul isparta"),
        ("Cola 12 × 320 ml", "cola 12 320 ml"),
        ("Ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("O'Brien_Smith", "o brien smith"),
        ("可口可乐", "可 口 可 乐"),
        ("--- ", ""),
        ("\x00\u202e", ""),
    ],
)
def test_case_accents_and_punctuation_do_not_count(text: str, folded: str) -> None:
    """B4: a name is found however its letters are typed."""
    assert fold(text) == folded


def test_a_word_in_a_script_without_blanks_stays_one_word() -> None:
    """B4: its letters must follow each other."""
    assert fold_words("可乐 milk") == ("可 乐", "milk")


@given(st.text())
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    """B4: a question may be a folded name."""
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_upper_and_lower_case_fold_alike(text: str) -> None:
    """B4: whatever the letters."""
    assert fold(text.casefold()) == fold(text)
