"""Head office's pages as a test reads them: a browser without scripts, and tables as rows."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from tests.central_fixtures import Served

VOID = {"meta", "link", "input", "br"}


@dataclass
class Cell:
    """A table's cell: its words, and the first link in it."""

    text: str = ""
    href: str | None = None


@dataclass
class PageText(HTMLParser):
    """``tables``: rows of cells by the table's id, the foot's rows too. ``words``: text by an
    element's id. ``elements``: every tag with its attributes."""

    html: str
    tables: dict[str, list[list[Cell]]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, str | None]] = []
        self.rows: list[list[Cell]] | None = None
        self.cell: Cell | None = None
        self.pieces: dict[str, list[str]] = {}
        self.feed(self.html)
        self.close()
        self.words = {name: " ".join(" ".join(said).split()) for name, said in self.pieces.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.elements.append((tag, named))
        if tag not in VOID:
            self.stack.append((tag, named.get("id")))
        if tag == "table":
            self.rows = self.tables.setdefault(named.get("id") or "", [])
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.cell = Cell()
            self.rows[-1].append(self.cell)
        elif tag == "a" and self.cell is not None and self.cell.href is None:
            self.cell.href = named.get("href")

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass
        if tag in {"td", "th"}:
            self.cell = None
        elif tag == "table":
            self.rows = None

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.text = " ".join(f"{self.cell.text} {data}".split())
        for _, name in self.stack:
            if name is not None:
                self.pieces.setdefault(name, []).append(data)

    @property
    def links(self) -> list[str]:
        """Every address that the page leads to."""
        return [named["href"] or "" for tag, named in self.elements if tag == "a"]


def own_form(served: Served) -> dict[str, str]:
    """What a browser says with a form of this address."""
    return {"Origin": str(served.client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}


async def send_form(
    served: Served, path: str, fields: dict[str, str], **headers: str
) -> httpx.Response:
    """A form of ours, as a browser without scripts sends it."""
    return await served.client.post(path, data=fields, headers={**own_form(served), **headers})


async def load(served: Served, path: str) -> PageText:
    """A page that is there."""
    answer = await served.client.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.text)
    return PageText(answer.text)


def number_of(text: str) -> int:
    """``4,210.35`` -> 421035: the digits of what a page shows."""
    return int(text.replace(",", "").replace(".", ""))


def row_of(rows: list[list[Any]], first: str) -> list[Cell]:
    """The row whose first cell says so."""
    return next(row for row in rows if row and row[0].text == first)
