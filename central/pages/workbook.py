"""A page of figures as a workbook: exactly what is shown, a sheet for each of its tables.

What is asked for as a workbook (``as=xlsx``) is made as the page that it is of, and its tables are
read from that: so neither ever says another figure than the other.
"""

import re
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urlencode

import xlsxwriter
from litestar import Request, Response

from central.pages.page import PAGE_HEADERS, packed, page

ASKED = ("as", "xlsx")
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_NAME_LETTERS_MAX = 31
SAID = frozenset({"summary", "verdict", "correction", "signings", "gaps"})
"""Elements whose sentences stand on the first sheet."""
_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(?:\.[0-9]+)?\Z", re.ASCII)
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
_CELLS = frozenset({"td", "th"})
_FORMATS = ("0", "0.0", "0.00", "0.000")

AnyRequest = Request[Any, Any, Any]


class Cell(NamedTuple):
    """``wide``: how many columns it spans."""

    text: str
    wide: int = 1


class Sheet(NamedTuple):
    """A table's caption and its rows."""

    name: str
    rows: list[list[Cell]]


def shown(
    request: AnyRequest, template: str, *, status: int = 200, **context: Any
) -> Response[Any]:
    """The page, with the address of its workbook; or that, where it is asked for."""
    asked = [pair for pair in request.query_params.multi_items() if pair != ASKED]
    here = f"{request.url.path}?{urlencode([*asked, ASKED])}"
    made = page(template, status=status, workbook=here, **context)
    if ASKED not in request.query_params.multi_items() or status != 200:
        return packed(request, made)
    read = _Tables()
    read.feed(made.content)
    name = re.sub(r"[^\w-]+", "-", request.url.path.strip("/")) or "board"
    headers = {**PAGE_HEADERS, "Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(_workbook(read), media_type=WORKBOOK_TYPE, headers=headers)


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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "table":
            self.sheets.append(Sheet("", []))
        elif tag == "tr" and self.sheets:
            self.sheets[-1].rows.append([])
        elif tag == "caption":
            self.caption = []
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
        elif tag == "caption" and self.caption is not None:
            self.sheets[-1] = self.sheets[-1]._replace(name=_in_one_line(self.caption))
            self.caption = None
        elif self.inside and self.inside[-1][0] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
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
    if not _NUMBER.match(text):
        sheet.write_string(*place, text)
        return
    number = Decimal(text.replace(",", ""))
    decimals = -int(number.as_tuple().exponent)
    sheet.write_number(*place, number, formats[min(decimals, len(formats) - 1)])
