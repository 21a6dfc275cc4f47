"""GS1 element strings: the text of a DataMatrix, a GS1-128 or a GS1 DataBar, as scanners send it.

An element is an application identifier (AI) and its value. Values of some AIs have a fixed length;
every other one ends at a separator (FNC1, which a scanner sends as the control character U+001D) or
with the text. That character may stand in no text here: ``␝`` (U+241D) stands for it, and so does
what scanners are set to send instead and no value holds. ``(01)0950…(10)A1``, as it is printed for
people, is read as well (GS1 General Specifications, 3 and 7.8).
"""

import calendar
import re
from collections.abc import Iterable, Mapping
from datetime import date

from sync.protocol.card import card_number_in
from sync.protocol.labels.label import MISREAD, Label
from sync.protocol.money import divide_half_up
from sync.protocol.scan_code import GTIN_DIGITS, GTIN_LENGTHS, has_check_digit

SEPARATORS = "\x1d\u241d|^~"
GTIN, LOT, EXPIRY, SERIAL, EXPIRY_TIME = "01", "10", "17", "21", "7003"
NET_WEIGHT, AMOUNT = "310", "392"
VALUE_CHARACTERS_MAX = 20
DATE_DIGITS = 6
_SYMBOLOGIES = ("]d2", "]C1", "]Q3", "]e0", "]J1")
_LENGTHS: Mapping[str, int] = {
    "00": 20,
    **dict.fromkeys(("01", "02", "03", "41"), 16),
    "04": 18,
    "20": 4,
    **{str(ai): 8 for ai in range(11, 20)},
    **{str(ai): 10 for ai in range(31, 37)},
}
"""Of elements whose AI begins so, with the AI (7.8, "element strings with predefined length")."""
_FOUR_DIGITS = frozenset(
    {"31", "32", "33", "34", "35", "36", "39", "43", "70", "71", "72"} | {"80", "81", "82"}
)
"""AIs that begin so have four digits; of those with three this version reads none."""
_PRINTED = re.compile(r"\(([0-9]{2,4})\)(.*?)(?=\([0-9]{2,4}\)|$)")
_DIGITS = re.compile(r"[0-9]+")


def read_elements(text: str, today: date, decimals: int) -> Label | None:
    """What an element string says; None: it is none. ``decimals``: of the shop's currency.

    >>> read_elements("(01)09506000134352(17)261231(10)A1", date(2026, 11, 29), 2).lot
    'A1'
    """
    for symbology in _SYMBOLOGIES:
        text = text.removeprefix(symbology)
    found = _printed(text) if text.startswith("(") else _scanned(text.lstrip(SEPARATORS))
    elements = None if found is None else once_each(found)
    if elements is None or GTIN not in elements:
        return None
    return label_of(elements, today, decimals)


def once_each(found: Iterable[tuple[str, str]]) -> Mapping[str, str] | None:
    """Values by AI; None where one is said twice, and differs."""
    elements: dict[str, str] = {}
    for ai, value in found:
        if elements.setdefault(ai, value) != value:
            return None
    return elements


def label_of(elements: Mapping[str, str], today: date, decimals: int) -> Label:
    """What elements by their AIs say of an item. An AI that is not about this says nothing."""
    gtin, lot, serial = elements[GTIN], elements.get(LOT), elements.get(SERIAL)
    until = elements.get(EXPIRY) or elements.get(EXPIRY_TIME, "")[:DATE_DIGITS] or None
    expires_on = None if until is None else date_of(until, today)
    weight, amount = _scaled(elements, NET_WEIGHT, 3), _scaled(elements, AMOUNT, decimals)
    wrong = (
        not is_gtin(gtin)
        or (until is not None and expires_on is None)
        or 0 in (weight, amount)
        or any(one is not None and not _is_said(one) for one in (lot, serial))
    )
    if wrong:
        return MISREAD
    return Label((gtin,), weight, weight is not None, amount, lot, expires_on, serial)


def is_gtin(text: str) -> bool:
    """Whether it is a GTIN of any length, with its check digit."""
    whole = len(text) in GTIN_LENGTHS and text.isascii() and text.isdecimal()
    return whole and has_check_digit(text.zfill(GTIN_DIGITS))


def date_of(digits: str, today: date) -> date | None:
    """YYMMDD; day 00 is the month's last. Of two centuries the one that is nearer, from 49 years
    ago to 50 years ahead (GS1 General Specifications, 7.12).

    >>> date_of("270200", date(2026, 11, 29))
    datetime.date(2027, 2, 28)
    """
    if len(digits) != DATE_DIGITS or not (digits.isascii() and digits.isdecimal()):
        return None
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    year += today.year - today.year % 100
    if year - today.year > 50:
        year -= 100
    elif year - today.year < -49:
        year += 100
    if not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    return date(year, month, day or last) if day <= last else None


def _is_said(value: str) -> bool:
    return 1 <= len(value) <= VALUE_CHARACTERS_MAX and not card_number_in(value)


def _scaled(elements: Mapping[str, str], begin: str, decimals: int) -> int | None:
    """The value of an AI whose fourth digit says how many decimals it has, with ``decimals`` of
    them; 0 where it cannot be read or is nothing."""
    for ai, value in elements.items():
        if len(ai) == len(begin) + 1 and ai.startswith(begin):
            if _DIGITS.fullmatch(value) is None or len(value) > 15:
                return 0
            return divide_half_up(int(value) * 10**decimals, 10 ** int(ai[-1]))
    return None


def _printed(text: str) -> list[tuple[str, str]] | None:
    found = _PRINTED.findall(text)
    return found if "".join(f"({ai}){value}" for ai, value in found) == text else None


def _scanned(text: str) -> list[tuple[str, str]] | None:
    """The elements of a text without brackets; None where they do not come out."""
    found = []
    while text:
        begin = text[:2]
        if _DIGITS.fullmatch(begin) is None or len(begin) < 2:
            return None
        ends = [text.index(each) for each in SEPARATORS if each in text]
        end = _LENGTHS.get(begin, min(ends, default=len(text)))
        element, text = text[:end], text[end:].lstrip(SEPARATORS)
        ai = element[:4] if begin in _FOUR_DIGITS else begin
        if begin in _LENGTHS and (len(element) < end or not element.isdecimal()):
            return None
        found.append((ai, element[len(ai) :]))
    return found
