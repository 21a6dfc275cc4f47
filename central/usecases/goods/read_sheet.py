"""A file as people have it, into rows: CSV and TSV in any encoding, XLSX, XLS and ODS.

What is read is bounded before it is read. A workbook is opened by a process of its own with little
memory and time (``workbook.py``), for a file of a few kilobytes may unfold to anything.
"""

import codecs
import csv
import io
import math
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import msgspec
from charset_normalizer import from_bytes

from central.domain.importing.sheet import Cell, FileRefused, Row, Sheet
from sync.protocol.text import shown

FILE_BYTES_MAX = 256 << 20
ROWS_MAX = 1_000_000
COLUMNS_MAX = 1_000
GUESSED_FROM_BYTES = 64 << 10
SEPARATORS = ",;\t|"
SEPARATOR_ROWS = 20
WORKBOOK_S = 300
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LIKELY = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("gb18030", "big5", "cp932", "cp949", "cp874", "cp850", "cp437", "mac_roman"),
]
"""What spreadsheets and cash registers write where they do not write Unicode."""


class ReadAs(NamedTuple):
    """What the person said of the file; None: it is found out."""

    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None


def read_sheet(path: Path, read_as: ReadAs = ReadAs()) -> Sheet:  # noqa: B008 - an immutable tuple
    """All rows that are not empty. Raises FileRefused, and OSError as the system does."""
    size = path.stat().st_size
    if size > FILE_BYTES_MAX:
        raise FileRefused(
            f"{path.name} has {size:,} bytes, and {FILE_BYTES_MAX:,} is the most.",
            "Split it into several files.",
        )
    content = path.read_bytes()
    sheet = _workbook(path, read_as) if content.startswith(_WORKBOOKS) else _text(content, read_as)
    if not sheet.rows:
        raise FileRefused(f"{path.name} has no rows.", "Choose another file or sheet.")
    return sheet


def _text(content: bytes, read_as: ReadAs) -> Sheet:
    encoding, text = _decoded(content, read_as.encoding)
    told, _, rest = text.partition("\n")
    separator = read_as.separator
    if told.lower().startswith("sep=") and len(told.strip()) == len("sep=,"):
        separator, text = separator or told[4], f"\n{rest}"  # a line that Excel wrote for Excel
    separator = separator or _separator_of(text)
    try:
        rows = list(_rows(text, separator))
    except csv.Error as error:
        raise FileRefused(
            f"The file cannot be read as a table: {error}.", "Save it as CSV in UTF-8 again."
        ) from error
    named = {"\t": "tab"}.get(separator, separator)
    return Sheet(rows, f"{encoding}, separated by {named}")


def _decoded(content: bytes, said: str | None) -> tuple[str, str]:
    """What the bytes themselves say comes first: a mark, then valid UTF-8; then what is likely."""
    encoding = said or next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if encoding is None and b"\0" in content[:GUESSED_FROM_BYTES]:
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    try:
        return encoding or "utf-8", content.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        if encoding is not None:
            raise _wrong_encoding(encoding) from None
    except LookupError:
        raise _wrong_encoding(encoding or "") from None
    lines = [line for line in content.splitlines(keepends=True) if not line.isascii()]
    guessed = _likeliest(b"".join(lines)[:GUESSED_FROM_BYTES])
    try:
        return guessed, content.decode(guessed)
    except UnicodeDecodeError:
        raise _wrong_encoding(guessed) from None


def _likeliest(sample: bytes) -> str:
    """Of those that read as well as the best one, the one that is met most."""
    matches = from_bytes(sample, cp_isolation=_LIKELY)
    best = matches.best()
    if best is None:
        return _LIKELY[0]
    as_good = {
        name
        for match in matches
        if match.chaos <= best.chaos
        for name in match.could_be_from_charset
    }
    return next((name for name in _LIKELY if name in as_good), best.encoding)


def _wrong_encoding(encoding: str) -> FileRefused:
    return FileRefused(
        f"The file cannot be read as {shown(encoding)}.",
        "Save it in UTF-8, or say its encoding: --encoding cp1252.",
    )


def _separator_of(text: str) -> str:
    """The one that cuts the first rows into most columns, and into as many in most of them."""
    head = text[:GUESSED_FROM_BYTES]

    def worth(separator: str) -> tuple[int, int]:
        widths = Counter(len(row.cells) for row in _first(_rows(head, separator)))
        width, rows = max(widths.items(), key=lambda one: (one[0] > 1, one[1]), default=(1, 0))
        return (rows, width) if width > 1 else (0, 0)

    try:
        return max(SEPARATORS, key=worth)
    except csv.Error:
        return ","


def _first(rows: Iterator[Row]) -> Iterator[Row]:
    for _, row in zip(range(SEPARATOR_ROWS), rows, strict=False):
        yield row


def _rows(text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = 1
    for count, cells in enumerate(reader):
        _refuse_size(count, len(cells))
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield Row(line, stripped)
        line = reader.line_num + 1


def _refuse_size(rows: int, columns: int) -> None:
    if rows > ROWS_MAX or columns > COLUMNS_MAX:
        raise FileRefused(
            f"The file has more than {ROWS_MAX:,} rows or {COLUMNS_MAX:,} columns.",
            "Split it into several files.",
        )


class WorkbookRows(msgspec.Struct, array_like=True):
    """What the process that opens a workbook tells: one of its sheets, or why it cannot."""

    sheet: str
    lines: list[int]
    rows: list[list[str | int | float]]
    refused: str = ""


def _workbook(path: Path, read_as: ReadAs) -> Sheet:
    words = [sys.executable, "-m", "central.usecases.goods.workbook", str(path.resolve())]
    try:
        done = subprocess.run(
            [*words, read_as.sheet or ""], capture_output=True, timeout=WORKBOOK_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise _too_large() from None
    if done.returncode != 0:
        raise _too_large()
    found = msgspec.msgpack.decode(done.stdout, type=WorkbookRows)
    if found.refused:
        raise FileRefused(f"{path.name} cannot be read: {shown(found.refused)}.", _SAVE_AGAIN)
    rows = [Row(line, _cells(cells)) for line, cells in zip(found.lines, found.rows, strict=True)]
    return Sheet(rows, f"workbook, sheet {shown(found.sheet)}")


_SAVE_AGAIN = "Open it in a spreadsheet and save it again as XLSX or CSV."


def _too_large() -> FileRefused:
    return FileRefused(
        "The workbook unfolds to more than can be read, or is damaged.",
        f"{_SAVE_AGAIN[:-1]}, without empty rows and columns at its end.",
    )


def _cells(cells: Sequence[str | int | float]) -> list[Cell]:
    """A workbook keeps numbers as binary doubles; the shortest decimal that means the same double
    is what the sheet shows, and exact from here on. What is no number at all is text."""
    return [_exact(cell) if isinstance(cell, float) else cell for cell in cells]


def _exact(cell: float) -> Cell:
    return Decimal(repr(cell)) if math.isfinite(cell) else str(cell)
