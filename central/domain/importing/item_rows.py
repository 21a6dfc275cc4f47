"""Rows of a file of goods, read into what they say of each item.

Several rows may say one item: further codes, prices of other zones or dates, stock of other stores.
What they say twice must be the same. A cell that is empty says nothing; ``-`` says that there is no
department, cost or code.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from central.domain.importing.columns import Field, Header, Places, by_folded, find_header
from central.domain.importing.item_cells import codes_in, fit_id
from central.domain.importing.item_questions import ItemQuestions, Known
from central.domain.importing.layouts import ITEM_LAYOUTS
from central.domain.importing.question import NOTHING, Question
from central.domain.importing.said import Said, layouts_said
from central.domain.importing.sheet import (
    Cell,
    Fault,
    Row,
    Sheet,
    Unreadable,
    shown_value,
    text_of,
)
from central.domain.importing.words import folded
from sync.protocol.facts import TaxClass
from sync.protocol.reference import SCAN_CODES_MAX

_IN_A_HEADER = frozenset({Field.NAME, Field.ITEM, Field.SCAN_CODES})
_BETWEEN_KINDS = re.compile(r"[,\s]+")
_OPEN_PRICES = frozenset({"variable", "open"})
_TAXED = frozenset({"y", "yes", "true"})


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


def items_header(sheet: Sheet, said: Said, known: Known) -> Header:
    """What the file's columns are for; stock that nobody says whose it is is not used. Raises
    FileRefused."""
    places = Places(by_folded((zone, zone) for zone in known.zones), known.stores)
    layouts = layouts_said(said.layout, ITEM_LAYOUTS)
    header = find_header(sheet.rows, layouts, said.columns, places, _IN_A_HEADER)
    says_where = known.store is not None or header.all(Field.STORE)
    return header if says_where else header.without(Field.STOCK)


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
        self._asked = ItemQuestions(sheet.rows[header.at + 1 :], header, known)
        self._drafts: dict[str, Draft] = {}
        self._faults: list[Fault] = []
        self._faulty: dict[str, int] = {}
        self._no_items = 0
        self._group: str | None = None
        self._other_ids = tuple(column.at for column in header.all(Field.OTHER_ID))
        self._variants_at = tuple(column.at for column in header.all(Field.VARIANT))
        names = {folded(text): at for at, text in enumerate(header.texts)}
        self._group_at = names.get(header.layout.group or "")
        self._skipped = [
            (names[name], words) for name, words in header.layout.skipped.items() if name in names
        ]

    def done(self) -> ItemsSaid:
        faulty = {fault.line for fault in self._faults}
        for item_id, line in self._faulty.items():
            others = other_lines(self._drafts.pop(item_id), line)
            self._faults += [fault for fault in others if fault.line not in faulty]
        self._faults.sort()
        return ItemsSaid(tuple(self._drafts.values()), self._faults, self._no_items)

    def read(self, row: Row) -> None:
        missing = len(self._header.texts) - len(row.cells)
        if missing > 0:
            row = Row(row.line, (*row.cells, *[""] * missing))
        self._carry(row)
        if self._is_no_item(row):
            self._no_items += 1
            return
        before = len(self._faults)
        codes = self._said_codes(row)
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
        self._add_prices(row, draft)
        if self._asked.stock.columns:
            self._add_stock(row, draft)
        draft.lines.append(row.line)
        if len(self._faults) > before:
            self._faulty.setdefault(item_id, row.line)

    # --- which item ------------------------------------------------------------------------------

    def _carry(self, row: Row) -> None:
        if self._group_at is None:
            return
        group = text_of(row.cells[self._group_at])
        if group != self._group:
            self._group = group
            for each in self._header.layout.carried:
                question = self._asked.of_field[each]
                question.carried = ""
                question.carried = question.cell(row.cells)

    def _is_no_item(self, row: Row) -> bool:
        for at, words in self._skipped:
            kinds = _BETWEEN_KINDS.split(text_of(row.cells[at]).casefold())
            if not words.isdisjoint(kinds):
                return True
        needed = self._header.layout.only_with
        return bool(needed) and all(
            self._asked.of_field[each].cell(row.cells) == "" for each in needed
        )

    def _item_id(self, row: Row, codes: Sequence[str] | None) -> str | None:
        found: str | None = self._ask(row, self._asked.item)
        if found is not None:
            return found
        parts = [text for at in self._other_ids if (text := text_of(row.cells[at]))]
        if parts:
            return fit_id("-".join([*parts, *self._variants(row)]))
        return fit_id(codes[0]) if codes else None

    def _variants(self, row: Row) -> list[str]:
        texts = [text_of(row.cells[at]) for at in self._variants_at]
        return [text for text in texts if text and folded(text) not in self._header.layout.blank]

    # --- what it says ----------------------------------------------------------------------------

    def _said(self, row: Row, codes: Sequence[str] | None) -> dict[str, Any]:
        said = {each: self._ask(row, question) for each, question in self._asked.plain.items()}
        name = self._ask(row, self._asked.name)
        if name is not None and self._variants_at:
            whole = " ".join([name, *self._variants(row)])
            name = self._ask_cell(row, self._asked.whole_name, whole)
        said["name"] = name
        if (
            self._asked.archived.columns
            and (archived := self._ask(row, self._asked.archived)) is not None
        ):
            said["active"] = not archived and said.get("active") is not False
        said["tax_class"] = self._said_tax(row)
        said["scan_codes"] = codes
        return {each: value for each, value in said.items() if value is not None}

    def _said_tax(self, row: Row) -> TaxClass | None:
        refused = False
        for column in self._asked.tax.columns:
            cell = row.cells[column.at]
            found: TaxClass | None = None
            if cell == "":
                continue
            if column.place is None:
                found = self._ask_cell(row, self._asked.tax, cell)
            elif folded(text_of(cell)) in _TAXED:
                found = self._ask_cell(row, self._asked.tax, column.place)
            else:
                refused = True
            if found is not None:
                return found
        return TaxClass.EXEMPT if refused else None

    def _said_codes(self, row: Row) -> tuple[str, ...] | None:
        codes: dict[str, None] = {}
        emptied = False
        for column in self._asked.codes.columns:
            cell = row.cells[column.at]
            emptied = emptied or cell == NOTHING
            if cell in ("", NOTHING):
                continue
            for text in codes_in(cell):
                code = self._ask_cell(row, self._asked.codes, text)
                if code is not None:
                    codes[code] = None
        if len(codes) > SCAN_CODES_MAX:
            self._fault(row.line, Field.SCAN_CODES, "", f"more than {SCAN_CODES_MAX} codes")
        return tuple(codes) if codes or emptied else None

    def _add_prices(self, row: Row, draft: Draft) -> None:
        from_ms = self._ask(row, self._asked.since)
        zone = self._ask(row, self._asked.zone)
        for column in self._asked.price.columns:
            cell = row.cells[column.at]
            if cell == "":
                continue
            if isinstance(cell, str) and cell.casefold() in _OPEN_PRICES:
                draft.said["open_price"] = True
                continue
            minor = self._ask_cell(row, self._asked.price, cell)
            key = (column.place or zone, from_ms)
            if minor is not None and draft.prices.setdefault(key, minor) != minor:
                self._twice(row, Field.PRICE, shown_value(cell), draft)

    def _add_stock(self, row: Row, draft: Draft) -> None:
        store = self._ask(row, self._asked.store) or self._known.store
        for column in self._asked.stock.columns:
            cell = row.cells[column.at]
            milli = None if cell == "" else self._ask_cell(row, self._asked.stock, cell)
            if not milli:
                continue
            where = column.place or store
            if where is None:
                why = "whose it is, the file does not say: name the store with --stock-store"
                self._fault(row.line, Field.STOCK, shown_value(cell), why)
            elif draft.stock.setdefault(where, milli) != milli:
                self._twice(row, Field.STOCK, shown_value(cell), draft)

    # --- faults ----------------------------------------------------------------------------------

    def _ask(self, row: Row, question: Question) -> Any:
        """None where the row says nothing, or what cannot be."""
        try:
            return question.answer(row.cells)
        except Unreadable as error:
            value = shown_value(question.cell(row.cells))
            return self._fault(row.line, question.field, value, str(error))

    def _ask_cell(self, row: Row, question: Question, cell: Cell) -> Any:
        try:
            return question.of(cell)
        except Unreadable as error:
            return self._fault(row.line, question.field, shown_value(cell), str(error))

    def _merge(self, draft: Draft, said: Mapping[str, Any], line: int) -> None:
        for each, value in said.items():
            before = draft.said.setdefault(each, value)
            if each == "scan_codes":
                draft.said[each] = (*before, *(code for code in value if code not in before))
            elif before != value:
                why = f"line {draft.line} says {before}"
                self._fault(line, each, shown_value(str(value)), why)

    def _twice(self, row: Row, what: Field, value: str, draft: Draft) -> None:
        self._fault(row.line, what, value, f"line {draft.line} or a later one says another")

    def _fault(self, line: int, what: str, value: str, reason: str) -> None:
        self._faults.append(Fault(line, what, value, reason))


def other_lines(draft: Draft, faulty: int) -> list[Fault]:
    """The faults of an item's lines that do not go in because another one is faulty."""
    reason = f"line {faulty} of this item is faulty"
    return [
        Fault(line, Field.ITEM, draft.item_id, reason) for line in draft.lines if line != faulty
    ]


def with_its_other_lines(draft: Draft, fault: Fault) -> list[Fault]:
    """An item's fault and what follows for its other lines."""
    return [fault, *other_lines(draft, fault.line)]
