"""What a column of a file may be for, and how a header row says it."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from central.domain.importing.sheet import HEADER_ROWS_MAX, Cell, FileRefused, Row, text_of
from central.domain.importing.words import folded


class Field(StrEnum):
    """The words of ``--map``, of reports and of our own exports."""

    ITEM = "item"
    OTHER_ID = "other_id"
    NAME = "name"
    VARIANT = "variant"
    DEPARTMENT = "department"
    SCAN_CODES = "scan_codes"
    PRICE = "price"
    ZONE = "zone"
    FROM = "from"
    TAX = "tax"
    UNIT = "unit"
    CONTENT = "content"
    COST = "cost"
    OPEN_PRICE = "open_price"
    ACTIVE = "active"
    ARCHIVED = "archived"
    STORE = "store"
    STOCK = "stock"
    CODE = "code"
    FAMILY_NAME = "family_name"
    EMAIL = "email"
    PHONE = "phone"
    POINTS = "points"
    REFERENCE = "reference"
    AMOUNT = "amount"
    AT = "at"
    TIME = "time"
    IGNORE = "ignore"


_CUSTOMERS_OWN = (Field.CODE, Field.FAMILY_NAME, Field.EMAIL, Field.PHONE, Field.POINTS)
_PAYMENTS_OWN = (Field.REFERENCE, Field.AMOUNT, Field.AT, Field.TIME)
ITEM_FIELDS = tuple(field for field in Field if field not in (*_CUSTOMERS_OWN, *_PAYMENTS_OWN))
CUSTOMER_FIELDS = (*_CUSTOMERS_OWN, Field.NAME, Field.ACTIVE, Field.IGNORE)
PAYMENT_FIELDS = (*_PAYMENTS_OWN, Field.IGNORE)
SEVERAL = frozenset({Field.OTHER_ID, Field.VARIANT, Field.SCAN_CODES, Field.TAX, Field.PHONE})
"""Several columns may say these; of the others one may (of prices and stock, one a place)."""
PLACED = frozenset({Field.PRICE, Field.STOCK})
"""Their header may go on with a zone's or a store's name: ``price main``, ``stock S01``."""


class Column(NamedTuple):
    """``place``: the zone or store that the header names."""

    at: int
    header: str
    field: Field
    place: str | None = None


class Layout(NamedTuple):
    """A kind of file, as data. ``columns``: folded headers; where several stand in a file for one
    thing, the first of them that says something holds. ``known_by``: sets of headers that only its
    files have, each together; none: everybody's files. ``group``: rows with the same value there
    are one product, whose later rows leave out what the first says: ``carried``. ``skipped``:
    values of a column whose rows are no items. ``only_with``: rows that say none of these are no
    items (pictures, notes). ``blank``: variants that say nothing. ``words``: what a field's cell
    means, before it is read.
    """

    name: str
    about: str
    columns: Mapping[str, Field]
    known_by: tuple[frozenset[str], ...] = ()
    group: str | None = None
    carried: frozenset[Field] = frozenset()
    skipped: Mapping[str, frozenset[str]] = MappingProxyType({})
    only_with: frozenset[Field] = frozenset()
    blank: frozenset[str] = frozenset()
    words: Mapping[Field, Mapping[str, str]] = MappingProxyType({})


class Header(NamedTuple):
    """Where the header stands among the rows, and what its columns are for. ``unused``: headers
    of columns that say nothing to us."""

    at: int
    texts: tuple[str, ...]
    columns: tuple[Column, ...]
    layout: Layout
    unused: tuple[str, ...]

    def all(self, field: Field) -> tuple[Column, ...]:
        """The columns that say ``field``."""
        return tuple(column for column in self.columns if column.field is field)

    def without(self, field: Field) -> "Header":
        """The same where nobody says whose ``field`` it is but the columns that name a place."""
        gone = [column for column in self.all(field) if column.place is None]
        left = tuple(column for column in self.columns if column not in gone)
        names = (column.header for column in gone)
        return self._replace(columns=left, unused=(*self.unused, *names))


class Places(NamedTuple):
    """What a header may name after ``price`` and ``stock``: folded names to price zones, and to
    stores' codes."""

    zones: Mapping[str, str]
    stores: Mapping[str, str]


def find_header(
    rows: Sequence[Row],
    layouts: Sequence[Layout],
    said: Mapping[Field, Sequence[str]],
    places: Places,
    wanted: frozenset[Field],
) -> Header:
    """The first row that says one of ``wanted``. ``said``: headers that the person named. The first
    layout that knows its file holds; the last one is for all. Raises FileRefused."""
    for at, row in enumerate(rows[:HEADER_ROWS_MAX]):
        header = _header(at, row.cells, layouts, said, places)
        if any(column.field in wanted for column in header.columns):
            _refuse_missing(header, said)
            _refuse_doubled(header)
            return header
    first = ", ".join(text_of(cell) for cell in rows[0].cells if text_of(cell)) if rows else ""
    raise FileRefused(
        f"No row names a column {' or '.join(sorted(wanted))}; the first says: {first[:300]}.",
        "Say which columns are which: --map name=HEADER --map price=HEADER.",
    )


def _header(
    at: int,
    cells: Sequence[Cell],
    layouts: Sequence[Layout],
    said: Mapping[Field, Sequence[str]],
    places: Places,
) -> Header:
    texts = tuple(text_of(cell) for cell in cells)
    names = {folded(text) for text in texts}
    layout = next(
        one for one in layouts if not one.known_by or any(map(names.issuperset, one.known_by))
    )
    by_hand = {folded(text): field for field, headers in said.items() for text in headers}
    taken = {field for field in said if field not in SEVERAL}
    columns, unused = [], []
    for place, text in enumerate(texts):
        if not text:
            continue
        column = _column(place, text, by_hand, layout, places)
        by_name = column is not None and folded(text) not in by_hand
        if column is None or (by_name and column.field in taken):
            unused.append(text)
        elif column.field is not Field.IGNORE:
            columns.append(column)
    order = {name: rank for rank, name in enumerate(layout.columns)}
    columns.sort(key=lambda column: (order.get(folded(column.header), -1), column.at))
    return Header(at, texts, tuple(columns), layout, tuple(unused))


def _column(
    at: int, text: str, by_hand: Mapping[str, Field], layout: Layout, places: Places
) -> Column | None:
    name = folded(text)
    field = by_hand.get(name) or layout.columns.get(name)
    if field is not None:
        return Column(at, text, field)
    words = name.split(" ")
    if words[-1].isdecimal() and layout.columns.get(" ".join(words[:-1])) in SEVERAL:
        return Column(at, text, layout.columns[" ".join(words[:-1])])  # barcode 2
    for end in range(len(words) - 1, 0, -1):
        field = layout.columns.get(" ".join(words[:end]))
        if field in PLACED:
            known = places.zones if field is Field.PRICE else places.stores
            place = known.get(" ".join(words[end:]))
            return None if place is None else Column(at, text, field, place)
        if field is Field.TAX and "%" in text:
            return Column(at, text, field, text)  # Square: a column a tax, with its rate
    return None


def _refuse_missing(header: Header, said: Mapping[Field, Sequence[str]]) -> None:
    there = {folded(text) for text in header.texts}
    for field, headers in said.items():
        for text in headers:
            if folded(text) not in there:
                raise FileRefused(
                    f"--map {field}={text}: the file has no column {text}; it has"
                    f" {', '.join(header.texts)}.",
                    "Name one of those.",
                )


def _refuse_doubled(header: Header) -> None:
    """In files of a system that is known, the order of its layout decides."""
    if header.layout.known_by:
        return
    by_use: dict[tuple[Field, str | None], Column] = {}
    for column in header.columns:
        if column.field in SEVERAL:
            continue
        other = by_use.setdefault((column.field, column.place), column)
        if other is not column:
            raise FileRefused(
                f"Both {other.header} and {column.header} may be the {column.field}.",
                f"Say which: --map {column.field}='{column.header}'.",
            )


def by_folded(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What headers may name, by how they may write it; what two things may be is left out."""
    found: dict[str, str] = {}
    twice = set()
    for written, meant in names:
        name = folded(written)
        if found.setdefault(name, meant) != meant:
            twice.add(name)
    return {name: meant for name, meant in found.items() if name not in twice}
