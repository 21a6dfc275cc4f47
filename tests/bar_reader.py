"""Reads bars from a picture, as a scanner does: a row of it, the widths of dark and light, and the
tables of ISO/IEC 15420 and 15417 turned round. What draws them is another's work."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from barcode.charsets.code128 import CODES
from PIL import Image

_LEFT = [
    *("0001101", "0011001", "0010011", "0111101", "0100011"),
    *("0110001", "0101111", "0111011", "0110111", "0001011"),
]
_RIGHT = ["".join("10"[int(bit)] for bit in one) for one in _LEFT]
_EVEN = [one[::-1] for one in _RIGHT]
_FIRST = [
    *("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG"),
    *("LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL"),
]
_QUIET_MODULES = 7
_STOP = 13


def read_bars(picture: Image.Image) -> set[str]:
    """Every code that some row of the picture shows."""
    grey = picture.convert("L")
    found: set[str] = set()
    for row in range(grey.height):
        line = grey.crop((0, row, grey.width, row + 1)).tobytes()
        runs = [len(list(run)) for _, run in groupby(shade < 128 for shade in line)]
        first_dark = 0 if line[0] < 128 else 1
        for at in range(first_dark, len(runs), 2):
            found.update(_read_at(runs, at))
    return found


def _read_at(runs: Sequence[int], at: int) -> Iterator[str]:
    for elements, modules, read in ((59, 95, _ean_13), (43, 67, _ean_8)):
        bits = _bits(runs, at, elements, modules)
        text = read(bits) if bits else None
        if text is not None:
            yield text
    text = _code_128(runs, at)
    if text is not None:
        yield text


def _bits(runs: Sequence[int], at: int, elements: int, modules: int) -> str | None:
    """None where these runs, blank on both sides, are not so many modules."""
    some = runs[at : at + elements]
    if len(some) < elements:
        return None
    module = sum(some) / modules
    before = runs[at - 1] if at else 0
    after = runs[at + elements] if at + elements < len(runs) else 0
    if min(before, after) < _QUIET_MODULES * module * 0.9:
        return None
    bits = "".join(str(1 - number % 2) * round(one / module) for number, one in enumerate(some))
    return bits if len(bits) == modules else None


def _digits(bits: str, tables: str) -> str | None:
    known = {"L": _LEFT, "G": _EVEN, "R": _RIGHT}
    found = ""
    for place, table in enumerate(tables):
        seven = bits[7 * place : 7 * place + 7]
        if seven not in known[table]:
            return None
        found += str(known[table].index(seven))
    return found


def _ean_13(bits: str) -> str | None:
    if not (bits.startswith("101") and bits.endswith("101") and bits[45:50] == "01010"):
        return None
    left, right = bits[3:45], _digits(bits[50:92], "RRRRRR")
    for first, tables in enumerate(_FIRST):
        digits = _digits(left, tables)
        if digits is not None and right is not None:
            return _checked(f"{first}{digits}{right}")
    return None


def _ean_8(bits: str) -> str | None:
    if not (bits.startswith("101") and bits.endswith("101") and bits[31:36] == "01010"):
        return None
    left, right = _digits(bits[3:31], "LLLL"), _digits(bits[36:64], "RRRR")
    return None if left is None or right is None else _checked(left + right)


def _checked(digits: str) -> str | None:
    weighted = sum(int(one) * (3, 1)[at % 2] for at, one in enumerate(digits[-2::-1]))
    return digits if (weighted + int(digits[-1])) % 10 == 0 else None


def _code_128(runs: Sequence[int], at: int) -> str | None:
    """Symbols of six runs and eleven modules each, and a stop of seven runs and thirteen."""
    values: list[int] = []
    place = at
    while place + 7 <= len(runs):
        stop = _bits_of(runs[place : place + 7], _STOP)
        if values and stop == "1100011101011":
            return _said(values)
        bits = _bits_of(runs[place : place + 6], 11)
        if bits not in CODES[:106] or (not values and CODES.index(bits) not in (103, 104, 105)):
            return None
        values.append(CODES.index(bits))
        place += 6
    return None


def _bits_of(some: Sequence[int], modules: int) -> str:
    module = sum(some) / modules
    return "".join(str(1 - number % 2) * round(one / module) for number, one in enumerate(some))


def _said(values: list[int]) -> str | None:
    *said, check = values
    total = said[0] + sum(place * value for place, value in enumerate(said[1:], start=1))
    if total % 103 != check:
        return None
    table, text = "ABC"[said[0] - 103], ""
    for value in said[1:]:
        if value in (99, 100, 101) and "CBA"[value - 99] != table:
            table = "CBA"[value - 99]
        elif table == "C":
            text += f"{value:02}"
        else:
            text += chr(value + 32 if table == "B" or value < 64 else value - 64)
    return text
