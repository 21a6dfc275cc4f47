"""Blocks as what an ESC/POS printer of 42 columns takes: the very rows of the receipt's text, with
emphasis, a code that can be scanned, a cut, and where cash is in play the drawer's kick.

What a code page of the printer holds is written by it (python-escpos chooses one). What none holds
is written as GBK between ``FS &`` and ``FS .`` by printers that are said to know Chinese; anything
else becomes a question mark: the paper says less, the record all of it.
"""

from collections.abc import Iterable

from escpos.magicencode import MagicEncode
from escpos.printer import Dummy

from sync.protocol.paper.blocks import Block, Code, Pair, Words
from sync.protocol.paper.text import rows_of

QR_SIZE = 6
"""Dots of a module: some 3 cm for 50 characters."""
DRAWER_PIN = 2
_CHINESE, _END_CHINESE = b"\x1c&", b"\x1c."


def escpos_bytes(blocks: Iterable[Block], *, chinese: bool, opens_drawer: bool) -> bytes:
    """The paper, cut. ``chinese``: the printer has Chinese letters of its own."""
    paper = Dummy()
    paper.hw("INIT")
    if opens_drawer:
        paper.cashdraw(DRAWER_PIN)
    for block in blocks:
        if isinstance(block, Code):
            paper.set(align="center")
            paper.qr(block.content, native=True, size=QR_SIZE)
            paper.set(align="left")
        paper.set(bold=isinstance(block, Words | Pair) and block.strong)
        for row in rows_of(block):
            _write(paper, row, chinese=chinese)
    paper.cut()
    printed: bytes = paper.output
    return printed


def _write(paper: Dummy, row: str, *, chinese: bool) -> None:
    if chinese and not row.isascii() and not _has_page(paper.magic, row):
        paper._raw(_CHINESE + row.encode("gbk", errors="replace") + _END_CHINESE + b"\n")
        return
    paper.textln(row)


def _has_page(magic: MagicEncode, row: str) -> bool:
    """Whether each letter is in some code page of the printer."""
    return all(
        letter.isascii() or magic.encoder.find_suitable_encoding(letter) is not None
        for letter in row
    )
