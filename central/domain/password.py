"""Which passwords are refused: what is short, and what an estimate of guessing (zxcvbn) finds weak.

No rule about digits or signs: those make passwords that are forgotten, not ones that hold (NIST
SP 800-63B)."""

from collections.abc import Iterable

from zxcvbn import zxcvbn

from sync.protocol.errors import InvalidField

PASSWORD_LETTERS_MIN = 12
PASSWORD_LETTERS_MAX = 200
SCORE_MIN = 3
"""Of 0 to 4: more than 10^8 guesses."""
_LOOKED_AT_MAX = 72
"""The estimate's time grows with the square of the letters; whoever types more is strong."""


def refuse_weak(password: str, about: Iterable[str]) -> None:
    """``about``: what strangers know of its owner, such as the name and address. Raises
    InvalidField."""
    if not PASSWORD_LETTERS_MIN <= len(password) <= PASSWORD_LETTERS_MAX:
        raise InvalidField(
            f"password: it must have {PASSWORD_LETTERS_MIN} to {PASSWORD_LETTERS_MAX} characters.",
            field="password",
            remedy="Choose a longer one: four words will do.",
        )
    known = [word for one in about for word in (one, *one.replace("@", " ").split())]
    found = zxcvbn(password[:_LOOKED_AT_MAX], user_inputs=known)
    if found["score"] < SCORE_MIN:
        why = found["feedback"]["warning"].rstrip(".")
        raise InvalidField(
            f"password: it is too easy to guess{f' ({why})' if why else ''}.",
            field="password",
            remedy="Choose four words that have nothing to do with each other or with you.",
        )
