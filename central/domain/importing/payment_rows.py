"""Rows of an acquirer's or a bank's file, read into payments."""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from central.domain.importing.columns import Field, Header, Layout, Places, find_header
from central.domain.importing.dates import day_order, read_instant
from central.domain.importing.item_cells import read_text
from central.domain.importing.numbers import decimal_sign, minor_units, read_number
from central.domain.importing.question import Question
from central.domain.importing.said import Said, layouts_said
from central.domain.importing.sheet import Cell, Fault, Row, Sheet, Unreadable, shown_value, text_of
from central.domain.payment import PaymentLine

_IN_A_HEADER = frozenset({Field.AMOUNT})
DAY_MS = 86_400_000


class PaymentsSaid(NamedTuple):
    """In the file's order; ``no_payments``: rows without an amount (sums, notes)."""

    lines: tuple[PaymentLine, ...]
    faults: tuple[Fault, ...]
    no_payments: int


def payments_header(sheet: Sheet, said: Said, layouts: Sequence[Layout]) -> Header:
    """What the file's columns are for. Raises FileRefused."""
    known = layouts_said(said.layout, layouts)
    return find_header(sheet.rows, known, said.columns, Places({}, {}), _IN_A_HEADER)


def read_payments(
    sheet: Sheet,
    header: Header,
    said: Said,
    decimals: int,
    zone: tzinfo,
) -> PaymentsSaid:
    """``zone``: whose times the file says, where it says no offset."""
    rows = sheet.rows[header.at + 1 :]
    sign = said.sign or decimal_sign(_written(header, rows, Field.AMOUNT))
    order = said.order or day_order(_written(header, rows, Field.AT))
    asked = {
        Field.REFERENCE: Question(header, Field.REFERENCE, _reference),
        Field.AMOUNT: Question(
            header, Field.AMOUNT, lambda cell: _minor(read_number(cell, sign), decimals), exact=True
        ),
        Field.AT: Question(header, Field.AT, text_of, exact=True),
        Field.TIME: Question(header, Field.TIME, text_of, exact=True),
    }
    instant = partial(read_instant, order=order, zone=zone)
    lines: list[PaymentLine] = []
    faults: list[Fault] = []
    no_payments = 0
    for row in rows:
        cells = (*row.cells, *[""] * (len(header.texts) - len(row.cells)))
        if asked[Field.AMOUNT].cell(cells) == "":
            no_payments += 1
        elif (line := _payment(Row(row.line, cells), asked, instant, faults)) is not None:
            lines.append(line)
    return PaymentsSaid(tuple(lines), tuple(faults), no_payments)


def _written(header: Header, rows: Sequence[Row], field: Field) -> list[Cell]:
    return [
        row.cells[one.at] for one in header.all(field) for row in rows if one.at < len(row.cells)
    ]


def _payment(
    row: Row,
    asked: Mapping[Field, Question],
    instant: Callable[[Cell], int],
    faults: list[Fault],
) -> PaymentLine | None:
    """None where something of it cannot be read: then that is among the faults."""
    found = _answers(row.line, row.cells, asked, faults)
    if found is None:
        return None
    try:
        when = _moments(found[Field.AT] or "", found[Field.TIME], instant)
    except Unreadable as error:
        faults.append(Fault(row.line, Field.AT, shown_value(found[Field.AT]), str(error)))
        return None
    return PaymentLine(row.line, found[Field.REFERENCE] or "", found[Field.AMOUNT], *when)


def _answers(
    line: int, cells: Sequence[Cell], asked: Mapping[Field, Question], faults: list[Fault]
) -> dict[Field, Any] | None:
    """None where one of them cannot be read."""
    found: dict[Field, Any] = {}
    before = len(faults)
    for field, question in asked.items():
        try:
            found[field] = question.answer(cells)
        except Unreadable as error:
            faults.append(Fault(line, field, shown_value(question.cell(cells)), str(error)))
    return None if len(faults) > before else found


def _moments(
    text: str, time: str | None, instant: Callable[[Cell], int]
) -> tuple[int | None, int | None]:
    """From when until when it happened: a day without a time is any moment of it."""
    if not text:
        return None, None
    if time:
        text = f"{text} {time}"
    at = instant(text)
    has_time = ":" in text
    return (at, at) if has_time else (at, at + DAY_MS - 1)


def _reference(text: str) -> str:
    """A card's number is no reference and is not kept; the payment is, by its amount and time."""
    try:
        return read_text(text)
    except Unreadable:
        return ""


def _minor(number: Decimal, decimals: int) -> int:
    whole = minor_units(abs(number), decimals, exact=True)
    return -whole if number < 0 else whole
