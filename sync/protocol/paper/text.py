"""Blocks as text: what a thermal printer of 42 columns prints and a person can check by hand.

Columns are counted in cells: a wide character takes two, a combining mark none. Text knows no
emphasis, and writes a code out.
"""

import textwrap
from collections.abc import Iterable, Sequence
from functools import lru_cache

import wcwidth

from sync.protocol.paper.blocks import Align, Block, Code, Pair, Words

COLUMNS = 42
WRAPPED_MAX = 256
"""Long texts whose rows are kept: a shop's address and its goods' names come again."""
_RULE = "-" * COLUMNS


def render_text(blocks: Iterable[Block]) -> str:
    """Rows parted by line feeds, each at most COLUMNS cells wide."""
    rows: list[str] = []
    for block in blocks:
        rows += rows_of(block)
    return "\n".join(rows)


def rows_of(block: Block) -> Sequence[str]:
    """What stands there, in rows of at most COLUMNS cells; a code is written out."""
    if isinstance(block, Pair):
        gap = COLUMNS - cells(block.left) - len(block.right)
        if gap > 0:
            return (f"{block.left}{' ' * gap}{block.right}",)
        return (*_rows(block.left), block.right.rjust(COLUMNS))
    if isinstance(block, Words):
        return _rows(block.text) if block.align is Align.LEFT else _aligned(block)
    return _rows(block.content) if isinstance(block, Code) else (_RULE,)


def cells(text: str) -> int:
    """How many columns a text takes on paper: wide characters two, combining marks none."""
    return len(text) if text.isascii() else wcwidth.width(text)


def _aligned(words: Words) -> list[str]:
    share = 2 if words.align is Align.CENTER else 1
    return [" " * ((COLUMNS - cells(row)) // share) + row for row in _rows(words.text)]


def _rows(text: str) -> tuple[str, ...]:
    return (text,) if cells(text) <= COLUMNS else _wrapped(text)


@lru_cache(maxsize=WRAPPED_MAX)
def _wrapped(text: str) -> tuple[str, ...]:
    """Rows of at most COLUMNS cells; words are broken only where they must be, and never between a
    letter and its mark (Unicode's grapheme clusters, UAX 29)."""
    indent = text[: len(text) - len(text.lstrip())]
    wrap = textwrap.wrap if text.isascii() else wcwidth.wrap
    return tuple(wrap(text.strip(), COLUMNS, initial_indent=indent, subsequent_indent=indent))
