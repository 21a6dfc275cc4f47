"""Fonts of this machine: which file has letters that not every font has."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
)
FILES_MAX = 2_000
SUFFIXES = frozenset({".ttf", ".ttc", ".otf"})
SCRIPTS = {"Chinese": "收据", "Tamil": "ரசீது"}
"""What receipts are written in here beside Latin, and letters by which a font for it is known."""
_LATER = ("bold", "condensed", "italic", "light", "math", "mono", "oblique", "serif")
_NOWHERE = "\U0010fffe"
"""No font has it: what is drawn for it is drawn for whatever is missing."""


@lru_cache(maxsize=256)
def font_with(text: str) -> str | None:
    """The file of the first font that has every letter of the text; None: there is none."""
    wanted = frozenset(text) - {" "}
    return next((path for path in _files() if _missing_none(path, wanted)), None)


def scripts_missing() -> tuple[str, ...]:
    """Those of SCRIPTS that no font here has."""
    return tuple(name for name, letters in SCRIPTS.items() if font_with(letters) is None)


@lru_cache(maxsize=1)
def _files() -> tuple[str, ...]:
    """Plain faces first: what is drawn is to be read."""
    found = sorted({str(path) for path in _all_files()})[:FILES_MAX]
    return tuple(sorted(found, key=lambda path: any(one in path.lower() for one in _LATER)))


def _all_files() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in folder.rglob("*"):
            if path.suffix.lower() in SUFFIXES:
                yield path


def _missing_none(path: str, letters: frozenset[str]) -> bool:
    return all(_has(path, letter) for letter in letters)


@lru_cache(maxsize=4_096)
def _has(path: str, letter: str) -> bool:
    """Whether the font draws it otherwise than what it does not have."""
    drawn = _drawn(path, letter)
    return drawn is not None and drawn != _drawn(path, _NOWHERE)


@lru_cache(maxsize=4_096)
def _drawn(path: str, letter: str) -> bytes | None:
    from PIL import ImageFont

    try:
        font = ImageFont.truetype(path, 20, layout_engine=ImageFont.Layout.BASIC)
        mask, at = font.getmask2(letter, mode="1")
    except OSError:
        return None
    return repr((mask.size, at)).encode() + bytes(mask)
