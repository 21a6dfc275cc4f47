"""Rows of a file of goods, read into what they say of each item.

Several rows may say one item: further codes, prices of other zones or dates, stock of other stores.
What they say twice must be the same. A cell that is empty says nothing; ``-`` says that there is no
department, cost or code.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from typing import Any, NamedTuple

from central.domain.importing.columns import Column, Field, Header
from central.domain.importing.dates import DayOrder, day_order, read_instant
from central.domain.importing.item_cells import fit_id, read_code, read_text, whole_upc
from central.domain.importing.numbers import DecimalSign, decimal_sign, minor_units, read_number
from central.domain.importing.sheet import (
    Cell,
    Fault,
    Row,
    Sheet,
    Unreadable,
    shown_value,
    text_of,
)
from central.domain.importing.words import folded, tax_class_of, unit_of, yes_or_no
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.facts import TaxClass
from sync.protocol.reference import SCAN_CODES_MAX

NOTHING = "-"
_BETWEEN_CODES = re.compile(r"[;|,\n]")
_OPEN_PRICES = frozenset({"variable", "open"})


class Known(NamedTuple):
    """What the file is read against. ``rates``: hundredths of a percent that one tax class of the
    company has. ``stores``: names and codes, folded, to codes. ``store``: whose stock it is where
    the file does not say. ``zone``: where its dates begin."""

    decimals: int
    rates: Mapping[int, TaxClass]
    zones: Sequence[str]
    stores: Mapping[str, str]
    store: str | None
    zone: tzinfo
    sign: DecimalSign | None = None
    order: DayOrder | None = None


@dataclass(slots=True)
class Draft:
    """What the file says of one item. ``said``: fields of Item. ``prices``: by zone (None: all) and
    instant in milliseconds (None: from now on). ``stock``: thousandths by store."""

    line: int
    item_id: str
    said: dict[str, Any]
    lines: list[int] = field(default_factory=list)
    prices: dict[tuple[str | None, int | None], int] = field(default_factory=dict)
    stock: dict[str, int] = field(default_factory=dict)


class ItemsSaid(NamedTuple):
    """In the file's order. ``no_items``: rows that are none (pictures, products of variants)."""

    drafts: Sequence[Draft]
    faults: Sequence[Fault]
    no_items: int


def read_items(
    sheet: Sheet, header: Header, known: Known, progress: Callable[[int], None]
) -> ItemsSaid:
    """``progress`` is told how many rows were read, now and then. An item of which one line is
    faulty does not go in at all: its other lines are faults, too."""
    reader = _Reader(sheet, header, known)
    for number, row in enumerate(sheet.rows[header.at + 1 :]):
        if number % PROGRESS_ROWS == 0:
            progress(number)
        reader.read(row)
    return reader.done()


PROGRESS_ROWS = 5_000


class _Reader:
    def __init__(self, sheet: Sheet, header: Header, known: Known) -> None:
        self._header, self._known = header, known
        self._drafts: dict[str, Draft] = {}
        self._faults: list[Fault] = []
        self._faulty: dict[str, int] = {}
        self._no_items = 0
        self._width = len(header.texts)
        self._carried: dict[Field, Cell] = {}
        self._group: str | None = None
        rows = sheet.rows[header.at + 1 :]
        self._sign = {
            field: known.sign or decimal_sign(_cells(rows, header.all(field)))
            for field in (Field.PRICE, Field.COST, Field.STOCK)
        }
        self._order = known.order or day_order(_cells(rows, header.all(Field.FROM)))
        self._by_field = {each: header.all(each) for each in Field}
        names = {folded(text): at for at, text in enumerate(header.texts)}
        self._group_at = names.get(header.layout.group or "")
        self._skipped = [
            (names[name], words) for name, words in header.layout.skipped.items() if name in names
        ]
        self._texts: dict[tuple[str, Cell], Any] = {}

    def done(self) -> ItemsSaid:
        faulty = {fault.line for fault in self._faults}
        for item_id, line in self._faulty.items():
            others = other_lines(self._drafts.pop(item_id), line)
            self._faults += [fault for fault in others if fault.line not in faulty]
        self._faults.sort()
        return ItemsSaid(tuple(self._drafts.values()), self._faults, self._no_items)

    def read(self, row: Row) -> None:
        if len(row.cells) < self._width:
            row = Row(row.line, (*row.cells, *[""] * (self._width - len(row.cells))))
        self._carry(row)
        if self._is_no_item(row):
            self._no_items += 1
            return
        before = len(self._faults)
        codes = self._codes(row)
        item_id = self._item_id(row, codes)
        if item_id is None:
            self._fault(row.line, Field.ITEM, "", "neither an id nor a scan code says which it is")
            return
        said = self._said(row, codes)
        draft = self._drafts.get(item_id)
        if draft is None:
            draft = self._drafts[item_id] = Draft(row.line, item_id, said)
        else:
            self._merge(draft, said, row.line)
        self._prices(row, draft)
        self._stock(row, draft)
        draft.lines.append(row.line)
        if len(self._faults) > before:
            self._faulty.setdefault(item_id, row.line)

    # --- which item ------------------------------------------------------------------------------

    def _carry(self, row: Row) -> None:
        if self._group_at is None:
            return
        group = text_of(row.cells[self._group_at])
        if group != self._group:
            self._group, self._carried = group, {}
            for each in self._header.layout.carried:
                cell = self._cell(row, each)
                if cell is not None:
                    self._carried[each] = cell[1]

    def _is_no_item(self, row: Row) -> bool:
        for at, words in self._skipped:
            kinds = re.split(r"[,\s]+", text_of(row.cells[at]).casefold())
            if not words.isdisjoint(kinds):
                return True
        needed = self._header.layout.only_with
        return bool(needed) and all(self._cell(row, each) is None for each in needed)

    def _item_id(self, row: Row, codes: Sequence[str] | None) -> str | None:
        cell = self._cell(row, Field.ITEM)
        if cell is not None:
            return fit_id(text_of(cell[1]))
        parts = [text_of(row.cells[column.at]) for column in self._by_field[Field.OTHER_ID]]
        if any(parts):
            return fit_id("-".join([*filter(None, parts), *self._variants(row)]))
        return fit_id(codes[0]) if codes else None

    def _variants(self, row: Row) -> list[str]:
        texts = [text_of(row.cells[column.at]) for column in self._by_field[Field.VARIANT]]
        return [text for text in texts if text and folded(text) not in self._header.layout.blank]

    # --- what it says ----------------------------------------------------------------------------

    def _said(self, row: Row, codes: Sequence[str] | None) -> dict[str, Any]:
        said: dict[str, Any] = {}
        name = self._take(row, Field.NAME, read_text)
        if name is not None:
            variants = self._variants(row)
            whole = " ".join([name, *variants])
            said["name"] = self._checked(row, Field.NAME, whole, read_text) if variants else name
        said["department"] = self._take(row, Field.DEPARTMENT, read_text, nothing="")
        said["tax_class"] = self._tax(row)
        said["unit"] = self._take(row, Field.UNIT, unit_of)
        said["open_price"] = self._take(row, Field.OPEN_PRICE, yes_or_no)
        said["active"] = self._take(row, Field.ACTIVE, yes_or_no)
        archived = self._take(row, Field.ARCHIVED, yes_or_no)
        if archived is not None:
            said["active"] = not archived and said["active"] is not False
        cost = self._take(row, Field.COST, self._amount(Field.COST), nothing=NOTHING)
        said["unit_cost_minor"] = cost
        said["scan_codes"] = codes
        return {each: value for each, value in said.items() if value is not None}

    def _tax(self, row: Row) -> TaxClass | None:
        refused = False
        for column in self._by_field[Field.TAX]:
            text = self._word(Field.TAX, row.cells[column.at])
            if not text:
                continue
            if column.place is None or self._checked(row, Field.TAX, text, yes_or_no):
                stated = column.place or text
                found: TaxClass | None = self._checked(row, Field.TAX, stated, self._tax_class)
                return found
            refused = True
        return TaxClass.EXEMPT if refused else None

    def _tax_class(self, text: str) -> TaxClass:
        return tax_class_of(text, self._known.rates)

    def _codes(self, row: Row) -> tuple[str, ...] | None:
        codes: dict[str, None] = {}
        emptied = False
        for column in self._by_field[Field.SCAN_CODES]:
            cell = row.cells[column.at]
            emptied = emptied or cell == NOTHING
            if cell in ("", NOTHING):
                continue
            texts = _BETWEEN_CODES.split(cell) if isinstance(cell, str) else [whole_upc(cell)]
            for text in map(text_of, texts):
                if text:
                    codes[self._checked(row, Field.SCAN_CODES, text, read_code) or ""] = None
        if len(codes) > SCAN_CODES_MAX:
            self._fault(row.line, Field.SCAN_CODES, "", f"more than {SCAN_CODES_MAX} codes")
        return tuple(codes) if codes or emptied else None

    def _prices(self, row: Row, draft: Draft) -> None:
        from_ms = self._take(
            row, Field.FROM, partial(read_instant, order=self._order, zone=self._known.zone)
        )
        zone = self._take(row, Field.ZONE, self._zone)
        for column in self._by_field[Field.PRICE]:
            cell = row.cells[column.at]
            if cell == "":
                continue
            if isinstance(cell, str) and folded(cell) in _OPEN_PRICES:
                draft.said["open_price"] = True
                continue
            minor = self._checked(row, Field.PRICE, cell, self._amount(Field.PRICE))
            key = (column.place or zone, from_ms)
            if minor is not None and draft.prices.setdefault(key, minor) != minor:
                self._twice(row, Field.PRICE, shown_value(cell), draft)

    def _zone(self, text: str) -> str:
        if text not in self._known.zones:
            raise Unreadable(f"no store follows it; there are {', '.join(self._known.zones)}")
        return text

    def _amount(self, what: Field) -> Callable[[Cell], int]:
        sign, decimals = self._sign[what], self._known.decimals
        exact = what is Field.PRICE
        return lambda cell: minor_units(read_number(cell, sign), decimals, exact=exact)

    def _stock(self, row: Row, draft: Draft) -> None:
        columns = self._by_field[Field.STOCK]
        if not columns:
            return
        store = self._take(row, Field.STORE, self._store)
        for column in columns:
            cell = row.cells[column.at]
            milli = None if cell == "" else self._checked(row, Field.STOCK, cell, self._milli)
            if not milli:
                continue
            where = column.place or store or self._known.store
            if where is None:
                self._fault(
                    row.line,
                    Field.STOCK,
                    shown_value(cell),
                    "whose stock it is, the file does not say: name the store with --stock-store",
                )
            elif draft.stock.setdefault(where, milli) != milli:
                self._twice(row, Field.STOCK, shown_value(cell), draft)

    def _store(self, text: str) -> str:
        code = self._known.stores.get(folded(text))
        if code is None:
            raise Unreadable("there is no such store")
        return code

    def _milli(self, cell: Cell) -> int:
        milli = read_number(cell, self._sign[Field.STOCK]).scaleb(3)
        if milli != milli.to_integral_value():
            raise Unreadable("a quantity has at most three decimals")
        if abs(milli) > FIGURE_MAX:
            raise Unreadable("it is too large")
        return int(milli)

    # --- cells -----------------------------------------------------------------------------------

    def _cell(self, row: Row, what: Field) -> tuple[Column, Cell] | None:
        """The first column of those that says something."""
        for column in self._by_field[what]:
            cell = row.cells[column.at]
            if cell != "":
                return column, cell
        if what in self._carried:
            return self._by_field[what][0], self._carried[what]
        return None

    def _word(self, what: Field, cell: Cell) -> str:
        text = text_of(cell)
        words = self._header.layout.words.get(what)
        return text if words is None else words.get(text.casefold(), text)

    def _take(self, row: Row, what: Field, read: Callable[[Any], Any], nothing: Any = None) -> Any:
        """What the cell says, None where it says nothing or is faulty. ``nothing``: what ``-``
        says, where it may stand."""
        found = self._cell(row, what)
        if found is None:
            return None
        if nothing is not None and found[1] == NOTHING:
            return nothing
        cell = found[1] if what in _NUMBERS else self._word(what, found[1])
        return self._checked(row, what, cell, read) if cell != "" else None

    def _checked(self, row: Row, what: Field, cell: Any, read: Callable[[Any], Any]) -> Any:
        key = (what, cell)
        if key in self._texts:
            return self._texts[key]
        try:
            value = read(cell)
        except Unreadable as error:
            self._fault(row.line, what, shown_value(cell), str(error))
            return None
        if what in _REPEATING:
            self._texts[key] = value
        return value

    def _merge(self, draft: Draft, said: Mapping[str, Any], line: int) -> None:
        for each, value in said.items():
            before = draft.said.setdefault(each, value)
            if each == "scan_codes":
                draft.said[each] = (*before, *(code for code in value if code not in before))
            elif before != value:
                self._fault(line, each, shown_value(str(value)), f"line {draft.line} says {before}")

    def _twice(self, row: Row, what: Field, value: str, draft: Draft) -> None:
        self._fault(row.line, what, value, f"line {draft.line} or a later one says another")

    def _fault(self, line: int, what: str, value: str, reason: str) -> None:
        self._faults.append(Fault(line, what, value, reason))


_NUMBERS = frozenset({Field.PRICE, Field.COST, Field.STOCK, Field.FROM})
_REPEATING = frozenset(
    {*_NUMBERS, Field.DEPARTMENT, Field.TAX, Field.UNIT, Field.ACTIVE, Field.ARCHIVED, Field.ZONE}
) | {Field.OPEN_PRICE, Field.STORE}
"""Fields whose cells are read once for all rows that have the same."""


def other_lines(draft: Draft, faulty: int) -> list[Fault]:
    """The faults of an item's lines that do not go in because another one is faulty."""
    reason = f"line {faulty} of this item is faulty"
    return [
        Fault(line, Field.ITEM, draft.item_id, reason) for line in draft.lines if line != faulty
    ]


def with_its_other_lines(draft: Draft, fault: Fault) -> list[Fault]:
    """An item's fault and what follows for its other lines."""
    return [fault, *other_lines(draft, fault.line)]


def _cells(rows: Sequence[Row], columns: Sequence[Column]) -> list[Cell]:
    return [
        row.cells[column.at] for column in columns for row in rows if column.at < len(row.cells)
    ]
