"""What a receipt (and later any slip) consists of: plain values, the same for every kind of paper.

A block says what stands there and how it is meant, never how wide the paper is: text (``text.py``)
counts columns, a printer has its own, a page has fonts.
"""

from enum import StrEnum
from typing import TypeAlias

import msgspec


class Align(StrEnum):
    """Where a text stands between the edges."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Symbology(StrEnum):
    """How a code is drawn where it can be drawn."""

    BARCODE = "barcode"
    QR = "qr"


class Words(msgspec.Struct, frozen=True, gc=False):
    """A text that may need more rows than one; its leading blanks stand before each. ``strong``:
    it is to be seen first."""

    text: str
    align: Align = Align.LEFT
    strong: bool = False


class Pair(msgspec.Struct, frozen=True, gc=False):
    """A name at the left edge and a figure (ASCII) at the right one; a name that is too long wraps
    above its figure."""

    left: str
    right: str
    strong: bool = False


class Rule(msgspec.Struct, frozen=True, gc=False):
    """A line from edge to edge."""


class Code(msgspec.Struct, frozen=True, gc=False):
    """Something to be scanned; where nothing can be drawn its content is written out."""

    symbology: Symbology
    content: str


Block: TypeAlias = Words | Pair | Rule | Code
RULE = Rule()
