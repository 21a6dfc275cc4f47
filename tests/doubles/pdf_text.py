"""A PDF's text, as a reader of one takes it out: pages in order, their rows as they stand, by each
font's own table of what its glyphs mean (PDF 1.7, 9.10). As much of PDF as receipts use."""

import re
import zlib
from collections.abc import Iterator

OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
STREAM = re.compile(rb"^(.*?)\n?stream\n(.*)\nendstream$", re.DOTALL)
FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
MEANS = re.compile(rb"<([0-9A-F]+)> <([0-9A-F]+)>")
WIDE = re.compile(rb"(\d+) (\d+) ([\d.]+)")
NESTED_MAX = 8
"""Brackets of a text need no escape where they are balanced (7.3.4.2)."""


def _in_brackets(deeper: int) -> bytes:
    within = rb"|" + _in_brackets(deeper - 1) if deeper else b""
    return rb"\((?:\\.|[^\\()]" + within + rb")*\)"


SHOWN = re.compile(
    rb"(?P<x>-?[\d.]+) (?P<y>-?[\d.]+) cm|/(?P<font>f\d+) (?P<size>[\d.]+) Tf"
    rb"|(?<!Lang)(?P<text>" + _in_brackets(NESTED_MAX) + rb")",
    re.DOTALL,
)
ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
Objects = dict[int, bytes]


def pdf_text(data: bytes) -> str:
    """Its rows, parted by line feeds; what stands beside each other on one is a row each."""
    objects = _objects(data)
    return "\n".join(row for page in _pages(objects) for row in _rows(objects, page))


def page_sizes(data: bytes) -> list[tuple[float, float]]:
    """Width and height of each page, in points."""
    boxes = [
        re.search(rb"/MediaBox\[0 0 ([\d.]+) ([\d.]+)\]", page) for page in _pages(_objects(data))
    ]
    return [(float(box[1]), float(box[2])) for box in boxes if box]


def _objects(data: bytes) -> Objects:
    assert data.startswith(b"%PDF-1."), data[:20]
    return {int(found[1]): found[2] for found in OBJECT.finditer(data)}


def _pages(objects: Objects) -> list[bytes]:
    root = next(
        each for each in objects.values() if b"/Type/Pages" in each and b"/Parent" not in each
    )
    return list(_below(objects, root))


def _below(objects: Objects, node: bytes) -> Iterator[bytes]:
    if b"/Type/Pages" not in node:
        yield node
        return
    kids = re.search(rb"/Kids\[(.*?)\]", node)
    assert kids is not None
    for number in re.findall(rb"(\d+) 0 R", kids[1]):
        yield from _below(objects, objects[int(number)])


def _referred(objects: Objects, within: bytes, name: bytes) -> bytes:
    found = re.search(rb"/%s (\d+) 0 R" % name, within)
    assert found is not None, (name, within)
    return objects[int(found[1])]


def _stream(written: bytes) -> bytes:
    found = STREAM.match(written)
    assert found is not None
    return zlib.decompress(found[2]) if b"/FlateDecode" in found[1] else found[2]


class _Font:
    """What its glyphs mean, and how wide they are, in thousandths of its size."""

    def __init__(self, objects: Objects, written: bytes) -> None:
        table = _stream(_referred(objects, written, b"ToUnicode"))
        self.means = {
            int(glyph, 16): bytes.fromhex(letters.decode()).decode("utf-16-be")
            for section in re.findall(rb"beginbfchar\n(.*?)endbfchar", table, re.DOTALL)
            for glyph, letters in MEANS.findall(section)
        }
        descendant = _referred(objects, written.replace(b"[", b" "), b"DescendantFonts")
        stated = re.search(rb"/W\[(.*?)\]", descendant)
        assert stated is not None, descendant
        self.wide = {
            glyph: float(width)
            for first, last, width in WIDE.findall(stated[1])
            for glyph in range(int(first), int(last) + 1)
        }


def _rows(objects: Objects, page: bytes) -> Iterator[str]:
    resources = _referred(objects, page, b"Resources")
    fonts = {name: _Font(objects, objects[int(at)]) for name, at in FONT.findall(resources)}
    row, height, end, size, font = "", b"", 0.0, 0.0, b""
    for found in SHOWN.finditer(_stream(_referred(objects, page, b"Contents"))):
        if found["y"] is not None:
            begins = float(found["x"])
            if row and (found["y"] != height or begins > end + 1):
                yield row
                row = ""
            height, end = found["y"], begins
        elif found["font"] is not None:
            font, size = found["font"], float(found["size"])
        else:
            glyphs = _glyphs(found["text"][1:-1])
            row += "".join(fonts[font].means.get(glyph, "") for glyph in glyphs)
            end += sum(fonts[font].wide.get(glyph, 0) for glyph in glyphs) * size / 1_000
    if row:
        yield row


def _glyphs(written: bytes) -> list[int]:
    raw = ESCAPED.sub(_unescaped, written)
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]


def _unescaped(found: re.Match[bytes]) -> bytes:
    said = found[1]
    return bytes([int(said, 8)]) if said.isdigit() and len(said) == 3 else NAMED.get(said, said)
