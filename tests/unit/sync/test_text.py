"""One rule for text: what may enter, as a pattern and as a function, in both directions."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.text import TEXT_PATTERN, is_plain, shown

MAY_NOT = {
    "a NUL": "tea\0",
    "a line feed": "tea\nTOTAL SGD 0.01",
    "a line feed at the very end": "tea\n",
    "an escape sequence": "\x1b[2Jtea",
    "a C1 control": "tea\x9b",
    "a right-to-left override": "\u202e0.01 DGS",
    "a bidirectional isolate": "a\u2066b",
    "a zero-width space": "te\u200ba",
    "a byte order mark": "\ufefftea",
    "a soft hyphen": "te\u00ada",
    "a Hangul filler": "\u3164",
    "a tag character": "tea\U000e0041",
    "a lone surrogate": "tea\ud800",
    "a paragraph separator": "a\u2029b",
}
MAY = {
    "nothing": "",
    "another script": "红豆包 · Müllerbröd · مقهى",
    "decomposed accents": "Jose\u0301",
    "joiners that a script needs": "می\u200cخواهم",
    "emoji with joiner and selector": "👩\u200d🍳❤\ufe0f",
    "a no-break space": "12\u00a0kg",
    "markup and quotes": "<b>'; DROP TABLE sale; --",
}


@pytest.mark.parametrize("text", MAY_NOT.values(), ids=MAY_NOT)
def test_what_steers_turns_or_hides_may_not_enter(text: str) -> None:
    """A37: the kinds that printed lines of their own or turned a name round."""
    assert not is_plain(text)
    assert re.search(TEXT_PATTERN, text) is None
    assert is_plain(shown(text))


@pytest.mark.parametrize("text", MAY.values(), ids=MAY)
def test_everything_else_is_content(text: str) -> None:
    assert is_plain(text)
    assert re.search(TEXT_PATTERN, text) is not None
    assert shown(text) == text


def test_pattern_and_function_say_the_same_of_every_character() -> None:
    pattern = re.compile(TEXT_PATTERN)
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        assert is_plain(letter) == (pattern.search(letter) is not None), hex(code)


def test_no_control_separator_or_surrogate_is_left_out() -> None:
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in ("Cc", "Cs", "Zl", "Zp"):
            assert not is_plain(chr(code)), hex(code)


@given(st.text())
def test_what_is_shown_is_always_plain_and_keeps_its_length(text: str) -> None:
    assert is_plain(shown(text))
    assert len(shown(text)) == len(text)
