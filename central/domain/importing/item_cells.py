"""Cells of a file of goods that are text: ids, names, scan codes."""

import hashlib
import re

from central.domain.fields import plain_text
from central.domain.importing.sheet import Cell, Unreadable, escaped, text_of
from sync.protocol.errors import InvalidField
from sync.protocol.reference import NAME_CHARACTERS_MAX, WORD_CHARACTERS_MAX
from sync.protocol.scan_code import GTIN_DIGITS, has_check_digit
from sync.protocol.text import SHORT_ID_PATTERN, is_plain

ID_CHARACTERS_MAX = 32
ENDING_CHARACTERS = 6
UPC_DIGITS = 12
_SHORT_ID = re.compile(SHORT_ID_PATTERN)
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")
_CODE = re.compile(r"(?:\\[;|,\\]|[^;|,\n])+")
_ESCAPED = re.compile(r"\\([;|,\\])")
_BETWEEN = re.compile(r"[;|,\\]")
_LINE_ENDS = re.compile(r"[\t\n\r\f\v]+")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def fit_id(text: str) -> str:
    """An id that a till can ask for. One that is none is made fit, the same way every time, and
    stays one of its own.

    >>> fit_id("MLK-1"), fit_id("Milk 1/2 l")
    ('MLK-1', 'Milk-1-2-l-20dc48')
    """
    if _SHORT_ID.match(text):
        return text
    ending = hashlib.sha256(text.encode()).hexdigest()[:ENDING_CHARACTERS]
    fit = _UNFIT.sub("-", text).strip("-._")[: ID_CHARACTERS_MAX - ENDING_CHARACTERS - 1]
    return f"{fit}-{ending}" if fit else ending


def read_text(text: str) -> str:
    """A name, in one line. Raises Unreadable."""
    try:
        return plain_text(_LINE_ENDS.sub(" ", text), "it", NAME_CHARACTERS_MAX)
    except InvalidField as error:
        raise Unreadable(error.detail.removeprefix("it: ").rstrip(".")) from error


def read_code(text: str) -> str:
    """Raises Unreadable."""
    if len(text) > WORD_CHARACTERS_MAX or not is_plain(text):
        raise Unreadable(f"a code has 1 to {WORD_CHARACTERS_MAX} visible characters")
    if _SHORTENED.fullmatch(text):
        raise Unreadable("a spreadsheet shortened it (8.88E+12): its digits are lost")
    return text


def codes_in(cell: Cell) -> list[str]:
    """The codes of one cell, with ``;``, ``|``, ``,`` or a line end between; ``\\;`` is part of a
    code.

    >>> codes_in("8880417000017; A\\\\;B")
    ['8880417000017', 'A;B']
    """
    if not isinstance(cell, str):
        return [_whole_upc(cell)]
    parts = (text_of(part) for part in _CODE.findall(cell))
    return [_ESCAPED.sub(r"\1", part) for part in parts if part]


def written_code(code: str) -> str:
    """As ``codes_in`` reads it back."""
    return escaped(_BETWEEN.sub(r"\\\g<0>", code))


def _whole_upc(cell: Cell) -> str:
    """A code that a workbook keeps as a number has lost the zero that it began with."""
    text = text_of(cell)
    is_upc = len(text) == UPC_DIGITS - 1 and has_check_digit(text.zfill(GTIN_DIGITS))
    return f"0{text}" if is_upc else text
