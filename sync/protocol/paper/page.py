"""Blocks as the values that a page is set from (``sync/program/receipt.typ``): words, pairs, rules
and codes, none of them markup."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sync.protocol.paper.blocks import Block, Code, Pair, Words
from sync.protocol.paper.text import cells

ROLL_BLOCKS_MAX = 500
"""A roll's page ends at 5 m, where readers' pages do; a longer receipt goes on on another."""
UNBROKEN_MAX = 30
"""Cells of a word that stands on a roll; a longer one may be broken between any such."""
_BREAK = "\N{ZERO WIDTH SPACE}"
FONTS = (
    *("Noto Sans", "DejaVu Sans", "Noto Sans CJK SC", "WenQuanYi Micro Hei"),
    *("Noto Sans Tamil", "Lohit Tamil"),
)
"""In this order where they are there; any other font that has a letter is taken after them."""


class Form(StrEnum):
    """Which paper: a roll of 80 mm, as long as it takes, or sheets."""

    ROLL = "roll"
    A4 = "a4"


def page_values(blocks: Sequence[Block], form: Form, title: str) -> dict[str, Any]:
    """A JSON document; a code has its ``content``, and is drawn by whoever sets the page."""
    return {
        "form": form.value,
        "title": title,
        "fonts": list(FONTS),
        "long": len(blocks) > ROLL_BLOCKS_MAX,
        "blocks": [_values(block) for block in blocks],
    }


def _values(block: Block) -> dict[str, Any]:
    if isinstance(block, Words):
        indent, text = _indented(block.text)
        said = {"kind": "words", "align": block.align.value, "text": text}
        return {**said, "indent": indent, "strong": block.strong}
    if isinstance(block, Pair):
        indent, left = _indented(block.left)
        said = {"kind": "pair", "left": left, "right": block.right}
        return {**said, "indent": indent, "strong": block.strong}
    if isinstance(block, Code):
        return {"kind": "code", "content": block.content}
    return {"kind": "rule"}


def _indented(text: str) -> tuple[int, str]:
    bare = text.lstrip()
    words = " ".join(_breakable(word) for word in bare.split(" "))
    return len(text) - len(bare), words


def _breakable(word: str) -> str:
    if cells(word) <= UNBROKEN_MAX:
        return word
    return _BREAK.join(word[at : at + UNBROKEN_MAX] for at in range(0, len(word), UNBROKEN_MAX))
