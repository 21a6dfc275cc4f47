"""Words as search compares them: without case, accents and punctuation, in any script.

Names are kept folded beside their own spelling, and what is typed is folded the same way, so both
sides of every comparison come from here.
"""

import re
import unicodedata

WORDS_MAX = 16
"""Words of a question that are looked at."""
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
"""Letters with a stroke and ligatures: Unicode does not take them apart."""
_WORD = re.compile(r"[^\W_]+")
_WITHOUT_BLANKS = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff]"
)
"""Scripts that put no blanks between words (Han, kana, Thai, Lao, Khmer, Burmese)."""


def fold_words(text: str) -> tuple[str, ...]:
    """The words of ``text``. In scripts without blanks each letter stands alone within its word, so
    that a word is found wherever it begins.

    >>> fold_words("Crème BRÛLÉE, 2×")
    ('creme', 'brulee', '2')
    """
    words = _WORD.findall(fold_letters(text))
    if text.isascii():
        return tuple(words)
    return tuple(" ".join(_WITHOUT_BLANKS.sub(r" \g<0> ", word).split()) for word in words)


def fold(text: str) -> str:
    """Its words with one blank between them."""
    return " ".join(fold_words(text))


def fold_letters(text: str) -> str:
    """Without case and accents (Unicode's compatibility caseless matching, D146, less marks)."""
    if text.isascii():  # nearly every name: it has neither accents nor marks
        return text.lower()
    caseless = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = (letter for letter in caseless if not unicodedata.category(letter).startswith("M"))
    return "".join(letters).translate(_LETTERS)
