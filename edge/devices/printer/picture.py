"""Pictures for a receipt: the shop's logo, and rows in letters that the printer does not
have, drawn with a font of this machine.

A row is as wide as its 42 columns are on paper. Letters are set by HarfBuzz (Pillow's raqm):
Tamil's vowel signs do not stand where they are typed. Without it nothing is drawn.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError, features

from sync.program.fonts import font_with
from sync.protocol.paper.blocks import Align, Block, Pair, Words
from sync.protocol.paper.text import COLUMNS

DOTS = COLUMNS * 12
"""Across the paper: a column of font A is 12 dots."""
ROW_DOTS = 34
BASE_DOTS = 26
"""From a row's top to the line that letters stand on."""
LETTER_DOTS = 24
LOGO_DOTS_MAX = 240
"""How high a logo may stand: 3 cm."""
PAGE_LOGO = (1_000, 400)
"""Dots of a logo on a page, which has colours and is printed finer."""
LOGO_BYTES_MAX = 1 << 20
LOGO_PIXELS_MAX = 4_000_000
ROWS_MAX = 12
"""Of one block; a text that is longer loses its end on paper, and nowhere else."""
_WHITE, _BLACK = 255, 0
_FORMATS = ("PNG", "JPEG")


class NoLogo(Exception):
    """The file is no picture that a printer can take. The text says why."""


def read_logo(path: Path) -> Image.Image:
    """Black and white, at most DOTS wide and LOGO_DOTS_MAX high. Raises NoLogo."""
    seen = _seen(path)
    paper = Image.new("L", seen.size, _WHITE)
    paper.paste(seen.convert("L"), mask=seen.getchannel("A"))
    paper.thumbnail((DOTS, LOGO_DOTS_MAX))
    return paper.convert("1")


def page_logo(path: Path) -> bytes:
    """A PNG in its own colours, at most PAGE_LOGO large. Raises NoLogo."""
    seen, made = _seen(path), BytesIO()
    seen.thumbnail(PAGE_LOGO)
    seen.save(made, "PNG")
    return made.getvalue()


def _seen(path: Path) -> Image.Image:
    """Raises NoLogo."""
    try:
        if path.stat().st_size > LOGO_BYTES_MAX:
            raise NoLogo(f"it is larger than {LOGO_BYTES_MAX >> 10} KiB")
        with Image.open(path, formats=_FORMATS) as found:
            if found.width * found.height > LOGO_PIXELS_MAX:
                raise NoLogo(f"it has more than {LOGO_PIXELS_MAX:,} pixels")
            return found.convert("RGBA")
    except UnidentifiedImageError as error:
        raise NoLogo("it is neither PNG nor JPEG") from error
    except OSError as error:
        raise NoLogo(error.strerror or "it is spoilt") from error


def drawn(block: Block) -> list[Image.Image] | None:
    """The block's rows as pictures of DOTS across; None where this machine has no font with its
    letters, or nothing that sets them."""
    if not isinstance(block, Words | Pair) or not features.check("raqm"):
        return None
    text = block.text if isinstance(block, Words) else block.left
    if any(font_with(letter) is None for letter in text):
        return None
    rows = list(_rows(text))[:ROWS_MAX]
    if isinstance(block, Words):
        return [_row([(row, block.align)], strong=block.strong) for row in rows]
    last = rows.pop()
    if _length(last) + LETTER_DOTS + _length(block.right) > DOTS:
        rows.append(last)
        last = ""
    pair = [(last, Align.LEFT), (block.right, Align.RIGHT)]
    above = [_row([(row, Align.LEFT)], strong=block.strong) for row in rows]
    return [*above, _row(pair, strong=block.strong)]


def rows_drawn(text: str, dots: int) -> list[Image.Image]:
    """A text in rows of so many dots across, black on white, with fonts of this machine; a letter
    that none of them has is a question mark."""
    known = "".join(letter if font_with(letter) else "?" for letter in text)
    return [_row([(row, Align.LEFT)], strong=True, dots=dots) for row in _rows(known, dots)]


def _rows(text: str, dots: int = DOTS) -> Iterator[str]:
    """Its words, in as few rows as they go in."""
    row = text[: len(text) - len(text.lstrip())]
    for word in text.split():
        longer = f"{row} {word}" if row.strip() else f"{row}{word}"
        if row.strip() and _length(longer) > dots:
            yield row
            longer = word
        row = longer
    yield row


def _row(texts: Sequence[tuple[str, Align]], *, strong: bool, dots: int = DOTS) -> Image.Image:
    paper = Image.new("L", (dots, ROW_DOTS), _WHITE)
    pen = ImageDraw.Draw(paper)
    for text, align in texts:
        left_over = max(0, dots - _length(text))
        across = {Align.LEFT: 0, Align.CENTER: left_over // 2, Align.RIGHT: left_over}[align]
        for run, font in _runs(text):
            at = (across, BASE_DOTS)
            pen.text(at, run, _BLACK, font, anchor="ls", stroke_width=1 if strong else 0)
            across += round(font.getlength(run))
    return paper.point(lambda shade: _WHITE if shade > 128 else _BLACK).convert("1")


def _length(text: str) -> int:
    """Dots across."""
    return sum(round(font.getlength(run)) for run, font in _runs(text))


@lru_cache(maxsize=256)
def _runs(text: str) -> tuple[tuple[str, ImageFont.FreeTypeFont], ...]:
    """The text in parts, each as long as one font has its letters."""
    parts: list[str] = []
    for letter in text:
        if parts and font_with(parts[-1] + letter) is not None:
            parts[-1] += letter
        else:
            parts.append(letter)
    return tuple((part, _font(font_with(part))) for part in parts)


@lru_cache(maxsize=16)
def _font(path: str | None) -> ImageFont.FreeTypeFont:
    if path is None:
        raise LookupError("a letter that no font has")
    return ImageFont.truetype(path, LETTER_DOTS, layout_engine=ImageFont.Layout.RAQM)


@lru_cache(maxsize=4)
def page_logo_at(path: Path, _changed_ns: int) -> bytes:
    """The same for a page. Raises NoLogo."""
    return page_logo(path)


@lru_cache(maxsize=4)
def logo_at(path: Path, _changed_ns: int) -> Image.Image:
    """The logo as it was read; anew when its file changes. Raises NoLogo."""
    return read_logo(path)
