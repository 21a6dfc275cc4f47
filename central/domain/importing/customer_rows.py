"""Rows of a file of customers, read into what they say of each."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from central.domain.fields import email_address
from central.domain.importing.columns import Field, Header, Places, find_header
from central.domain.importing.item_cells import fit_id, read_text
from central.domain.importing.item_rows import PROGRESS_ROWS
from central.domain.importing.layouts import CUSTOMER_LAYOUTS
from central.domain.importing.numbers import decimal_sign, read_number
from central.domain.importing.question import Question
from central.domain.importing.said import Said, layouts_said
from central.domain.importing.sheet import Fault, Row, Sheet, Unreadable, shown_value
from central.domain.importing.words import folded, yes_or_no
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.errors import InvalidField
from sync.protocol.phone import kept_phone
from sync.protocol.shared import CustomerField

CODE_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,31}")
"""As a till takes it (``edge/domain/customer.py``)."""
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{2,30}")
_NONE = ""
_IN_A_HEADER = frozenset({Field.NAME, Field.CODE, Field.EMAIL, Field.PHONE})


class CustomerDraft(NamedTuple):
    """What a line says of one customer; None clears a field, what is not there is not said."""

    line: int
    said: Mapping[CustomerField, str | None]
    points: int | None

    @property
    def known_as(self) -> tuple[str, str]:
        """How the customer is found again: by code, else e-mail, else telephone and name."""
        code, email, phone = (
            self.said.get(field)
            for field in (CustomerField.CODE, CustomerField.EMAIL, CustomerField.PHONE)
        )
        if code:
            return CustomerField.CODE, code
        if email:
            return CustomerField.EMAIL, email
        return CustomerField.PHONE, f"{phone} {folded(self.said.get(CustomerField.NAME) or '')}"


class CustomersSaid(NamedTuple):
    """In the file's order."""

    drafts: Sequence[CustomerDraft]
    faults: Sequence[Fault]
    no_customers: int


def customers_header(sheet: Sheet, said: Said) -> Header:
    """What the file's columns are for. Raises FileRefused."""
    layouts = layouts_said(said.layout, CUSTOMER_LAYOUTS)
    return find_header(sheet.rows, layouts, said.columns, Places({}, {}), _IN_A_HEADER)


def read_customers(
    sheet: Sheet, header: Header, said: Said, country: str | None, progress: Callable[[int], None]
) -> CustomersSaid:
    """``country``: whose telephone numbers need no ``+``."""
    rows = sheet.rows[header.at + 1 :]
    asked = _questions(header, rows, said, country)
    drafts: dict[tuple[str, str], CustomerDraft] = {}
    faults: list[Fault] = []
    no_customers = 0
    for number, row in enumerate(rows):
        if number % PROGRESS_ROWS == 0:
            progress(number)
        cells = (*row.cells, *[""] * (len(header.texts) - len(row.cells)))
        needed = [asked[field] for field in header.layout.only_with]
        if needed and all(question.cell(cells) == "" for question in needed):
            no_customers += 1
            continue
        draft = _draft(Row(row.line, cells), asked, faults)
        if draft is None:
            continue
        first = drafts.setdefault(draft.known_as, draft)
        if first is not draft:
            why = f"line {first.line} says this customer already"
            faults.append(Fault(row.line, *draft.known_as, why))
    return CustomersSaid(tuple(drafts.values()), faults, no_customers)


def _questions(
    header: Header, rows: Sequence[Row], said: Said, country: str | None
) -> dict[Field, Question]:
    columns = header.all(Field.POINTS)
    written = [row.cells[one.at] for one in columns for row in rows if one.at < len(row.cells)]
    sign = said.sign or decimal_sign(written)
    ask = partial(Question, header)
    return {
        Field.CODE: ask(Field.CODE, _code, nothing=_NONE),
        Field.NAME: ask(Field.NAME, read_text),
        Field.FAMILY_NAME: ask(Field.FAMILY_NAME, read_text),
        Field.EMAIL: ask(Field.EMAIL, _email, nothing=_NONE),
        Field.PHONE: ask(Field.PHONE, partial(_phone, country=country), nothing=_NONE),
        Field.ACTIVE: ask(Field.ACTIVE, yes_or_no),
        Field.POINTS: ask(Field.POINTS, lambda cell: _points(read_number(cell, sign)), exact=True),
    }


def _draft(row: Row, asked: Mapping[Field, Question], faults: list[Fault]) -> CustomerDraft | None:
    found: dict[Field, Any] = {}
    before = len(faults)
    for field, question in asked.items():
        try:
            found[field] = question.answer(row.cells)
        except Unreadable as error:
            value = shown_value(question.cell(row.cells))
            faults.append(Fault(row.line, field, value, str(error)))
    if len(faults) > before:
        return None
    names = [found[Field.NAME], found[Field.FAMILY_NAME]]
    values = {
        CustomerField.CODE: found[Field.CODE],
        CustomerField.NAME: " ".join(name for name in names if name) or None,
        CustomerField.EMAIL: found[Field.EMAIL],
        CustomerField.PHONE: found[Field.PHONE],
        CustomerField.ACTIVE: {True: "true", False: "false"}.get(found[Field.ACTIVE]),
    }
    said = {
        field: None if value == _NONE else value
        for field, value in values.items()
        if value is not None
    }
    if not any(said.get(each) for each in (CustomerField.CODE, CustomerField.EMAIL)) and not (
        said.get(CustomerField.PHONE) and said.get(CustomerField.NAME)
    ):
        why = "a code, an e-mail address, or a telephone number and a name say who it is"
        faults.append(Fault(row.line, Field.CODE, "", why))
        return None
    return CustomerDraft(row.line, said, found[Field.POINTS])


def _code(text: str) -> str:
    return text if CODE_PATTERN.fullmatch(text) else fit_id(text)


def _email(text: str) -> str:
    try:
        return email_address(text)
    except InvalidField as error:
        raise Unreadable("it is no e-mail address such as ann@example.com") from error


def _phone(text: str, country: str | None) -> str:
    if not _PHONE.fullmatch(text):
        raise Unreadable("it is no telephone number")
    try:
        return kept_phone(text, country)
    except InvalidField as error:
        raise Unreadable("it looks like a card's number, which must not be kept") from error


def _points(number: Decimal) -> int:
    if number != number.to_integral_value() or not 0 <= number <= FIGURE_MAX:
        raise Unreadable("points are whole numbers from 0")
    return int(number)
