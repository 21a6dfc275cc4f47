"""A page's tables as a file: exactly what is shown, as a workbook with a sheet for each of them, or
as CSV.

What is asked for as a file (``as=xlsx``, ``as=csv``) is made as the page that it is of, and its
tables are read from that: so neither ever says another figure than the other.
"""

import csv
import re
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import Any, NamedTuple
from urllib.parse import urlencode

import xlsxwriter
from litestar import Request, Response

from sync.http.page import PAGE_HEADERS, packed
from sync.http.written import NUMBER, no_formula

ASKED = "as"
WORKBOOK, CSV = "xlsx", "csv"
MEDIA_TYPES = {
    WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    CSV: "text/csv; charset=utf-8",
}
SHEET_NAME_LETTERS_MAX = 31
SAID = frozenset({"summary", "verdict", "correction", "signings", "gaps"})
"""Elements whose sentences stand on the first sheet."""
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
_CELLS = frozenset({"td", "th"})
_ACTS = frozenset({"form", "details"})
_FORMATS = ("0", "0.0", "0.00", "0.000")
_MARK = "\ufeff"
"""By which spreadsheets know that a file is UTF-8."""

AnyRequest = Request[Any, Any, Any]


class Cell(NamedTuple):
    """``wide``: how many columns it spans."""

    text: str
    wide: int = 1


class Sheet(NamedTuple):
    """A table's caption and its rows."""

    name: str
    rows: list[list[Cell]]


def file_address(request: AnyRequest, kind: str) -> str:
    """Where the tables of the page that is asked for are given as a file."""
    asked = [(name, text) for name, text in request.query_params.multi_items() if name != ASKED]
    return f"{request.url.path}?{urlencode([*asked, (ASKED, kind)])}"


def page_or_file(request: AnyRequest, made: Response[str], untitled: str) -> Response[Any]:
    """The page, or its tables as the file that is asked for; a page that tells of what went wrong
    is none. ``untitled``: what the file is called where the address says nothing."""
    kind = request.query_params.get(ASKED, "")
    if kind not in MEDIA_TYPES or made.status_code not in (None, 200):
        return packed(request, made)
    read = _Tables()
    read.feed(made.content)
    name = re.sub(r"[^\w-]+", "-", request.url.path.strip("/")) or untitled
    headers = {**PAGE_HEADERS, "Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    content = _workbook(read) if kind == WORKBOOK else _csv(read)
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)


class _Tables(HTMLParser):
    """What a page of ours says in tables, and in the sentences above them."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[Sheet] = []
        self.said: list[str] = []
        self.inside: list[tuple[str, bool]] = []
        self.caption: list[str] | None = None
        self.cell: list[str] | None = None
        self.wide = 1
        self.aside = 0
        """How many forms of a cell are open: what may be done is no figure of the table."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "table":
            self.sheets.append(Sheet("", []))
        elif tag == "tr" and self.sheets:
            self.sheets[-1].rows.append([])
        elif tag == "caption":
            self.caption = []
        elif tag in _ACTS and self.cell is not None:
            self.aside += 1
        elif tag in _CELLS:
            self.cell, self.wide = [], int(named.get("colspan") or 1)
        elif tag in {"h1", "p", "div", "ol"}:
            told = tag == "h1" or named.get("id") in SAID or "as-of" in (named.get("class") or "")
            self.inside.append((tag, told))
            if told:
                self.said.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in _CELLS and self.cell is not None:
            self.sheets[-1].rows[-1].append(Cell(_in_one_line(self.cell), self.wide))
            self.cell = None
        elif tag in _ACTS and self.aside:
            self.aside -= 1
        elif tag == "caption" and self.caption is not None:
            self.sheets[-1] = self.sheets[-1]._replace(name=_in_one_line(self.caption))
            self.caption = None
        elif self.inside and self.inside[-1][0] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.aside:
            return
        if self.cell is not None:
            self.cell.append(data)
        elif self.caption is not None:
            self.caption.append(data)
        elif any(told for _, told in self.inside):
            self.said[-1] += data


def _in_one_line(pieces: list[str]) -> str:
    return " ".join(" ".join(pieces).split())


def _workbook(read: _Tables) -> bytes:
    """Text is text, whatever it begins with; what reads as a number is one, with its decimals."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        formats = [book.add_format({"num_format": f"#,##{each}"}) for each in _FORMATS]
        page_sheet = book.add_worksheet("Page")
        for place, said in enumerate(filter(None, (_in_one_line([one]) for one in read.said))):
            page_sheet.write_string(place, 0, said)
        for number, (caption, rows) in enumerate(read.sheets, start=1):
            name = f"{number} {_NOT_IN_A_NAME.sub(' ', caption)}"[:SHEET_NAME_LETTERS_MAX]
            sheet = book.add_worksheet(name.strip())
            for place, row in enumerate(rows):
                column = 0
                for cell in row:
                    _write(sheet, formats, (place, column), cell.text)
                    column += cell.wide
    return file.getvalue()


def _write(sheet: Any, formats: list[Any], place: tuple[int, int], text: str) -> None:
    if not NUMBER.match(text):
        sheet.write_string(*place, text)
        return
    number = Decimal(text.replace(",", ""))
    decimals = -int(number.as_tuple().exponent)
    sheet.write_number(*place, number, formats[min(decimals, len(formats) - 1)])


def _csv(read: _Tables) -> bytes:
    """The tables one after the other, an empty line between them, each under its caption."""
    file = StringIO()
    file.write(_MARK)
    rows = csv.writer(file)
    for number, (caption, lines) in enumerate(read.sheets):
        rows.writerows([[]] * bool(number))
        rows.writerow([no_formula(caption)])
        for line in lines:
            rows.writerow([text for cell in line for text in _spread(cell)])
    return file.getvalue().encode()


def _spread(cell: Cell) -> list[str]:
    text = cell.text.replace(",", "") if NUMBER.match(cell.text) else no_formula(cell.text)
    return [text, *[""] * (cell.wide - 1)]
