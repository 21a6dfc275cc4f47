"""What is asked of every row of a file of goods, against what the company has."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from functools import partial
from typing import NamedTuple

from central.domain.importing.columns import Column, Field, Header
from central.domain.importing.dates import DayOrder, day_order, read_instant
from central.domain.importing.item_cells import fit_id, read_code, read_text
from central.domain.importing.numbers import DecimalSign, decimal_sign, minor_units, read_number
from central.domain.importing.question import NOTHING, Question
from central.domain.importing.sheet import Cell, Row, Unreadable
from central.domain.importing.words import folded, tax_class_of, unit_of, yes_or_no
from central.domain.typed import content_of
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.content import Content
from sync.protocol.errors import InvalidField
from sync.protocol.facts import TaxClass


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


class ItemQuestions:
    """``plain``: fields of Item whose cell says their value, of those that the file has."""

    def __init__(self, rows: Sequence[Row], header: Header, known: Known) -> None:
        ask = partial(Question, header)
        signs = {
            each: known.sign or decimal_sign(_cells(rows, header.all(each)))
            for each in (Field.PRICE, Field.COST, Field.STOCK)
        }
        order = known.order or day_order(_cells(rows, header.all(Field.FROM)))
        since = partial(read_instant, order=order, zone=known.zone)
        price = partial(_minor, sign=signs[Field.PRICE], decimals=known.decimals, exact=True)
        cost = partial(_minor, sign=signs[Field.COST], decimals=known.decimals, exact=False)
        self.item = ask(Field.ITEM, fit_id)
        self.name = ask(Field.NAME, read_text)
        self.whole_name = ask(Field.NAME, read_text, exact=True)
        self.tax = ask(Field.TAX, partial(tax_class_of, rates=known.rates))
        self.codes = ask(Field.SCAN_CODES, read_code, exact=True)
        self.archived = ask(Field.ARCHIVED, yes_or_no)
        self.since = ask(Field.FROM, since, exact=True)
        self.zone = ask(Field.ZONE, partial(_zone, known=known))
        self.price = ask(Field.PRICE, price, exact=True)
        self.store = ask(Field.STORE, partial(_store, known=known))
        self.stock = ask(Field.STOCK, partial(_milli, sign=signs[Field.STOCK]), exact=True)
        plain = {
            "department": ask(Field.DEPARTMENT, read_text, nothing=""),
            "unit": ask(Field.UNIT, unit_of),
            "content": ask(Field.CONTENT, _content, nothing=NOTHING),
            "open_price": ask(Field.OPEN_PRICE, yes_or_no),
            "active": ask(Field.ACTIVE, yes_or_no),
            "unit_cost_minor": ask(Field.COST, cost, nothing=NOTHING, exact=True),
        }
        self.plain = {name: question for name, question in plain.items() if question.columns}
        asked = (self.item, self.name, self.price, *plain.values())
        self.of_field = {question.field: question for question in asked}


def _minor(cell: Cell, sign: DecimalSign | None, decimals: int, *, exact: bool) -> int:
    return minor_units(read_number(cell, sign), decimals, exact=exact)


def _content(text: str) -> Content | None:
    try:
        return content_of(text, "it")
    except InvalidField as error:
        raise Unreadable(error.detail.removeprefix("it: ").rstrip(".")) from error


def _zone(text: str, known: Known) -> str:
    if text not in known.zones:
        raise Unreadable(f"no store follows it; there are {', '.join(known.zones)}")
    return text


def _store(text: str, known: Known) -> str:
    code = known.stores.get(folded(text))
    if code is None:
        raise Unreadable("there is no such store")
    return code


def _milli(cell: Cell, sign: DecimalSign | None) -> int:
    milli = read_number(cell, sign).scaleb(3)
    if milli != milli.to_integral_value():
        raise Unreadable("a quantity has at most three decimals")
    if abs(milli) > FIGURE_MAX:
        raise Unreadable("it is too large")
    return int(milli)


def _cells(rows: Sequence[Row], columns: Sequence[Column]) -> list[Cell]:
    return [
        row.cells[column.at] for column in columns for row in rows if column.at < len(row.cells)
    ]
