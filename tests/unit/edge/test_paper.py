"""Blocks, and what text makes of each."""

import pytest

from sync.protocol.paper.blocks import RULE, Align, Block, Code, Pair, Symbology, Words
from sync.protocol.paper.receipt import Names, receipt_blocks
from sync.protocol.paper.text import COLUMNS, cells, render_text
from tests.builders import SETTINGS
from tests.unit.edge.test_receipt import PLACE, exchange


@pytest.mark.parametrize(
    ("block", "rows"),
    [
        (Words("tea"), ["tea"]),
        (Words("tea", Align.CENTER), [" " * 19 + "tea"]),
        (Words("four", Align.CENTER), [" " * 19 + "four"]),
        (Words("tea", Align.RIGHT), [" " * 39 + "tea"]),
        (Words("茶", Align.RIGHT), [" " * 40 + "茶"]),
        (Words("tea " * 11), ["tea " * 9 + "tea", "tea"]),
        (Words("  " + "x" * 41), ["  " + "x" * 40, "  x"]),
        (Words("x" * 50, Align.RIGHT), ["x" * 42, " " * 34 + "x" * 8]),
        (Pair("tea", "3.80"), ["tea" + " " * 35 + "3.80"]),
        (Pair("x" * 37, "3.80"), ["x" * 37 + " 3.80"]),
        (Pair("x" * 38, "3.80"), ["x" * 38, " " * 38 + "3.80"]),
        (RULE, ["-" * 42]),
        (Code(Symbology.QR, "E1-aa-1 00"), ["E1-aa-1 00"]),
        (Code(Symbology.BARCODE, "8" * 50), ["8" * 42, "8" * 8]),
    ],
)
def test_each_block_becomes_rows_of_the_paper_s_width(block: Block, rows: list[str]) -> None:
    assert render_text([block]).split("\n") == rows
    assert max(cells(row) for row in rows) <= COLUMNS


def test_emphasis_changes_no_text() -> None:
    said: list[Block] = [
        Words("tea"),
        Words("tea", strong=True),
        Pair("a", "1"),
        Pair("a", "1", strong=True),
    ]
    first, second, third, fourth = render_text(said).split("\n")
    assert (first, third) == (second, fourth)


def test_a_receipt_says_what_is_to_be_seen_first_and_what_can_be_scanned() -> None:
    blocks = receipt_blocks(exchange(), SETTINGS, PLACE, {}, Names("Anna", None), copy=True)
    strong = [block for block in blocks if isinstance(block, Words | Pair) and block.strong]
    assert strong == [
        Words("*** COPY ***", Align.CENTER, strong=True),
        Words("RECEIPT AND CREDIT NOTE", Align.CENTER, strong=True),
        Pair("TOTAL SGD", "99.58", strong=True),
        Pair("TO PAY", "99.60", strong=True),
    ]
    assert blocks[-1] == Code(Symbology.QR, "E2-aabbccdd-42 0001020304050607")
    assert blocks.count(RULE) == 4
