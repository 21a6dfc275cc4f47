"""What a scale prints: an EAN-13 of the prefixes 02 and 20 to 29 that holds a price or a measure.

How such a code is built is the company's own (GS1 General Specifications, 2.1.11: restricted
circulation numbers), so it is a published picture, one letter a digit: ``21IIIIIVPPPPC``.

    02, 20-29 …  the prefix, as it stands     P  the price, or
    I            which item                   W  the measure (weight, pieces)
    V            the price verifier digit     C  the check digit

A code of UPC-A that begins with 2 is the same with a 0 before it. The catalogue has the item under
the code whose V, P and W are 0, or under what stands in place of I.
"""

from collections.abc import Iterable
from typing import Annotated, TypeAlias

import msgspec

from sync.protocol.labels.label import MISREAD, MISREAD_VALUE, Label
from sync.protocol.scan_code import check_digit, has_check_digit

EAN_13 = 13
UPC_A = 12
STEP_MAX = 1_000_000
PICTURE = r"^(?=.{13}$)(?:02|2[0-9])[0-9]{0,4}I+(?:V(?:P{4,5}|W{4,5})|P+|W+)C$(?!\n)"
Picture: TypeAlias = Annotated[str, msgspec.Meta(pattern=PICTURE)]

_TIMES_2_LESS = (0, 2, 4, 6, 8, 9, 1, 3, 5, 7)
"""Twice the digit, its tens taken from its units ("2-")."""
_TIMES_3 = (0, 3, 6, 9, 2, 5, 8, 1, 4, 7)
"""Three times the digit, without tens."""
_TIMES_5_MORE = (0, 5, 1, 6, 2, 7, 3, 8, 4, 9)
"""Five times the digit, its tens added to its units ("5+")."""
_TIMES_5_LESS = (0, 5, 9, 4, 8, 3, 7, 2, 6, 1)
"""Five times the digit, its tens taken from its units ("5-")."""
_OF_FOUR = (_TIMES_2_LESS, _TIMES_2_LESS, _TIMES_3, _TIMES_5_LESS)
_OF_FIVE = (_TIMES_5_MORE, _TIMES_2_LESS, _TIMES_5_LESS, _TIMES_5_MORE, _TIMES_2_LESS)


class ScaleCode(msgspec.Struct, frozen=True, array_like=True):
    """Key: its picture. ``step``: how much one of the value's last digit is, in minor units of the
    price, or in thousandths of the item's unit (1: grams of what is sold by the kilogram)."""

    picture: Picture
    step: Annotated[int, msgspec.Meta(ge=1, le=STEP_MAX)] = 1

    @property
    def prefix(self) -> str:
        """What a code of it begins with."""
        return self.picture[: self.picture.index("I")]


def read_scale(code: str, patterns: Iterable[ScaleCode]) -> Label | None:
    """What a scale's code says by the pattern with the longest prefix; None: it is no such code.

    >>> read_scale("2112345901239", [ScaleCode("21IIIIIWWWWWC")]).quantity_milli
    90123
    """
    if len(code) not in (UPC_A, EAN_13) or not (code.isascii() and code.isdecimal()):
        return None
    digits = code.zfill(EAN_13)
    of_prefix = [each for each in patterns if digits.startswith(each.prefix)]
    if not of_prefix:
        return None
    pattern = min(of_prefix, key=lambda each: (-len(each.prefix), each.picture))
    item, value = _under(pattern, digits, "I"), _under(pattern, digits, "PW")
    verifier = _under(pattern, digits, "V")
    if not has_check_digit(digits.zfill(EAN_13 + 1)) or int(value) == 0:
        return MISREAD
    if verifier and verifier != price_verifier(value):
        return MISREAD_VALUE
    figure = int(value) * pattern.step
    codes = (_without_value(pattern, digits), item, item.lstrip("0"))
    known = tuple(dict.fromkeys(each for each in codes if each))
    if "P" in pattern.picture:
        return Label(known, amount_minor=figure)
    return Label(known, quantity_milli=figure)


def price_verifier(value: str) -> str:
    """The digit that verifies a price or measure of four or five digits (GS1 General
    Specifications, 7.9: "price/weight check digits").

    >>> price_verifier("2875"), price_verifier("14685")
    ('9', '6')
    """
    if len(value) == len(_OF_FOUR):
        weighted = sum(table[int(digit)] for table, digit in zip(_OF_FOUR, value, strict=True))
        return str(weighted * 3 % 10)
    weighted = sum(table[int(digit)] for table, digit in zip(_OF_FIVE, value, strict=True))
    return str(_TIMES_5_LESS.index(-weighted % 10))


def _under(pattern: ScaleCode, digits: str, letters: str) -> str:
    """The digits that stand where the picture has one of these letters."""
    both = zip(pattern.picture, digits, strict=True)
    return "".join(digit for letter, digit in both if letter in letters)


def _without_value(pattern: ScaleCode, digits: str) -> str:
    both = zip(pattern.picture[:-1], digits[:-1], strict=True)
    kept = "".join("0" if letter in "VPW" else digit for letter, digit in both)
    return kept + check_digit(kept)
