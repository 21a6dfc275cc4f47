"""A file's rows, and what is wrong with one of them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from sync.protocol.errors import Declared

Cell: TypeAlias = str | int | Decimal
"""Text as it stands, or a workbook's number, which is exact."""

HEADER_ROWS_MAX = 20
"""The header is looked for in so many rows: files begin with titles and dates."""
VALUE_CHARACTERS_MAX = 80


class Row(NamedTuple):
    """``line``: where it begins in the file, from 1, as an editor or a spreadsheet counts."""

    line: int
    cells: Sequence[Cell]


class Sheet(NamedTuple):
    """All rows that are not empty, the header's among them. ``read_as``: how, in words."""

    rows: Sequence[Row]
    read_as: str


class Fault(NamedTuple):
    """Why a line does not go in. ``field`` is our word, ``value`` what stands in the file."""

    line: int
    field: str
    value: str
    reason: str


class FileRefused(Declared, slug="file-refused", title="This file cannot be imported"):
    detail: str
    remedy: str
    field = "file"


class Unreadable(Exception):
    """A cell that does not say what its column is for; ``str()`` is the reason, for people."""


def text_of(cell: Cell) -> str:
    """The cell as text, without blanks around it; what was escaped against formulas unescaped.

    >>> text_of(" '=1+1 "), text_of("'-"), text_of(Decimal("8880417000017.0"))
    ('=1+1', '-', '8880417000017')
    """
    if isinstance(cell, Decimal):
        return f"{cell:f}".rstrip("0").removesuffix(".") if "." in f"{cell:f}" else f"{cell:f}"
    if isinstance(cell, int):
        return str(cell)
    text = cell.strip()
    if text[:1] == "'" and (text[1:2] in ESCAPED or text[1:].isdecimal()):
        return text[1:]
    return text


ESCAPED = frozenset("=+-@'")
"""A spreadsheet takes text that begins so for a formula. We write an apostrophe before it, and take
one away that stands before such a character, or before digits (OWASP, CSV injection)."""


def escaped(text: str) -> str:
    """The inverse of ``text_of``, for a file that a spreadsheet may open.

    >>> escaped("=1+1"), escaped("+65 81"), escaped("Milk")
    ("'=1+1", "'+65 81", 'Milk')
    """
    return f"'{text}" if text[:1] in ESCAPED and text else text


def shown_value(cell: Cell) -> str:
    """What stands in the file, short enough for a report."""
    text = str(cell).strip()
    return text if len(text) <= VALUE_CHARACTERS_MAX else text[: VALUE_CHARACTERS_MAX - 1] + "…"
