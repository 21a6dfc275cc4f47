"""Blocks as what an ESC/POS printer of 42 columns takes: the very rows of the receipt's text, with
emphasis, the shop's logo, a code that can be scanned, a cut, and where cash is in play the drawer's
kick.

What a code page of the printer holds is written by it (python-escpos chooses one). What none holds
is written as GBK between ``FS &`` and ``FS .`` by printers that are said to know Chinese; what is
left is drawn (Tamil, and Chinese on any other printer) with a font of this machine, and where it
has none becomes question marks: the paper says less, the record all of it.

A printer that took half of a paper begins the next one with ``ESC @``, which forgets what is left
of it: the next is whole, and no copy, since nothing was noted of the torn one.
"""

from collections.abc import Iterable

from escpos.magicencode import MagicEncode
from escpos.printer import Dummy
from PIL import Image

from edge.devices.printer.picture import drawn
from sync.protocol.paper.blocks import Block, Code, Pair, Words
from sync.protocol.paper.text import rows_of

QR_SIZE = 6
"""Dots of a module: some 3 cm for 50 characters."""
DRAWER_PIN = 2
_CHINESE, _END_CHINESE = b"\x1c&", b"\x1c."


def escpos_bytes(
    blocks: Iterable[Block],
    *,
    chinese: bool,
    opens_drawer: bool,
    logo: Image.Image | None = None,
) -> bytes:
    """The paper, cut. ``chinese``: the printer has Chinese letters of its own."""
    paper = Dummy()
    paper.hw("INIT")
    if opens_drawer:
        paper.cashdraw(DRAWER_PIN)
    if logo is not None:
        paper.set(align="center")
        paper.image(logo)
        paper.set(align="left")
    for block in blocks:
        if isinstance(block, Code):
            paper.set(align="center")
            paper.qr(block.content, native=True, size=QR_SIZE)
            paper.set(align="left")
        rows = rows_of(block)
        pictures = None if all(_can(paper, row, chinese=chinese) for row in rows) else drawn(block)
        for picture in pictures or ():
            paper.image(picture)
        if pictures is None:
            paper.set(bold=isinstance(block, Words | Pair) and block.strong)
            for row in rows:
                _write(paper, row, chinese=chinese)
    paper.cut()
    printed: bytes = paper.output
    return printed


def drawer_kick() -> bytes:
    """What opens the drawer below a printer, and prints nothing."""
    paper = Dummy()
    paper.cashdraw(DRAWER_PIN)
    kick: bytes = paper.output
    return kick


def _can(paper: Dummy, row: str, *, chinese: bool) -> bool:
    """Whether the printer has every letter of the row."""
    return row.isascii() or _has_page(paper.magic, row) or (chinese and _in_gbk(row))


def _in_gbk(row: str) -> bool:
    try:
        row.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


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
