"""One rule for text, at every border and in both directions.

Refused are control characters (they steer printers and terminals), line and paragraph separators,
and what is invisible or turns the letters beside it: bidirectional controls, zero-width spaces and
fillers, soft hyphens, tag characters, surrogates. The same letters must mean the same thing on a
screen, on paper and in a report (Unicode TR 36, "Visual security issues"). Joiners and variation
selectors stay: Persian, Hindi and emoji need them. Everything else is content, quotes and angle
brackets too: who writes it into SQL binds it, who writes it into a page escapes it.
"""

import re

import msgspec

TEXT_CHARACTERS_MAX = 4_000
"""The longest text that any field of the wire holds."""
FORBIDDEN = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e0fff"
)
"""The inside of a character class; written so that JavaScript's ``u`` expressions read it too."""
TEXT_PATTERN = f"^[^{FORBIDDEN}]*$(?!\n)"
"""``$`` alone would let a line end through."""
TOLD_PATTERN = r"(?=.*\S)" + TEXT_PATTERN
"""Text that is not only blanks."""
SHORT_ID_CHARACTERS_MAX = 32
SHORT_ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$(?!\n)"
"""Every short id that somebody gives matches this: 1 to 32 characters."""

PLAIN = msgspec.Meta(pattern=TEXT_PATTERN)

_FORBIDDEN = re.compile(f"[{FORBIDDEN}]")


def is_plain(text: str) -> bool:
    """Whether every character of ``text`` may enter; ``TEXT_PATTERN`` as a quick function."""
    return (text.isascii() and text.isprintable()) or _FORBIDDEN.search(text) is None


def shown(text: str) -> str:
    """``text`` for a terminal, a page or paper whatever it holds: each character that may not enter
    becomes U+FFFD. For text that came before this rule, or by another way than a border."""
    return text if is_plain(text) else _FORBIDDEN.sub("\ufffd", text)
