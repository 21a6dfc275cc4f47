"""What a file of customers says and would change: who is found again, and what is refused."""

from pathlib import Path
from uuid import UUID

import pytest

from central.domain.importing.customer_changes import CustomerChanges, Known, customer_changes
from central.domain.importing.customer_rows import (
    CustomersSaid,
    customers_header,
    read_customers,
)
from central.domain.importing.said import NOTHING_SAID
from central.domain.importing.sheet import Row, Sheet
from central.usecases.goods.read_sheet import read_sheet
from sync.protocol.identity import CustomerId
from sync.protocol.shared import CustomerField

CODE, ACTIVE, NAME, EMAIL, PHONE = CustomerField
FILES = Path(__file__).parents[2] / "integration/files"


def said_in(sheet: Sheet) -> CustomersSaid:
    header = customers_header(sheet, NOTHING_SAID)
    return read_customers(sheet, header, NOTHING_SAID, "SG", lambda _: None)


def lines(text: str) -> Sheet:
    rows = [line.split(",") for line in text.strip().splitlines()]
    return Sheet([Row(line, cells) for line, cells in enumerate(rows, start=1)], "a test")


def changed(text: str, *known: Known) -> CustomerChanges:
    said = said_in(lines(text))
    assert said.faults == []
    return customer_changes(said.drafts, known)


def known(number: int, opened: int = 0, **values: str) -> Known:
    fields = {CustomerField(name): value for name, value in values.items()}
    return Known(CustomerId(UUID(int=number)), {ACTIVE: "true", **fields}, opened)


def test_a_customer_is_found_by_code_or_address_or_telephone_and_name() -> None:
    people = (
        known(1, code="K-1", name="Ann", email="ann@example.com"),
        known(2, name="Bo", email="bo@example.com"),
        known(3, name="Cy Ho", phone="+6591234567"),
    )
    changes = changed(
        "code,name,email,phone\nK-1,Anne,,\n,Bob,BO@example.com,\n,cy ho,,9123 4567\nK-9,Di,,\n",
        *people,
    )
    found = [(one.customer_id and one.customer_id.int, dict(one.fields)) for one in changes.wanted]
    assert found == [
        (1, {NAME: "Anne"}),
        (2, {NAME: "Bob"}),
        (3, {NAME: "cy ho"}),
        (None, {ACTIVE: "true", CODE: "K-9", NAME: "Di"}),
    ]
    given = changed("code,email\nK-2,bo@example.com\n", *people)
    assert [dict(one.fields) for one in given.wanted] == [{CODE: "K-2"}], "who had no code yet"


def test_what_is_not_said_stays_and_a_stroke_clears() -> None:
    ann = known(1, code="K-1", name="Ann", email="ann@example.com", phone="+6591234567")
    changes = changed("code,name,email,phone\nK-1,,-,\n", ann)
    assert [dict(one.fields) for one in changes.wanted] == [{EMAIL: None}]
    assert changed("code,name,email,phone\nK-1,,,9123-4567\n", ann).wanted == []


def test_an_address_is_one_customers_and_points_open_once() -> None:
    ann = known(1, 100, code="K-1", email="ann@example.com")
    said = said_in(lines("code,email,points\nK-2,ann@example.com,\nK-1,,120\n"))
    changes = customer_changes(said.drafts, [ann])
    assert [(fault.line, fault.field, fault.reason) for fault in changes.faults] == [
        (2, "email", "the customer K-1 has it"),
        (3, "points", "the account was opened with 100 already, which counts once"),
    ]
    assert changed("code,points\nK-1,100\n", ann).same == 1


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("K-1,Ann,no address,", "email"),
        ("K-1,Ann,,none", "phone"),
        ("K-1,4111 1111 1111 1111,,", "name"),
        ("K-1,Ann,,4111111111111111", "phone"),
        (",Ann,,", "code"),
    ],
)
def test_a_faulty_line_is_told(line: str, field: str) -> None:
    said = said_in(lines(f"code,name,email,phone\n{line}\n"))
    assert [fault.field for fault in said.faults] == [field]
    assert said.drafts == ()


FOREIGN = {
    "square": ("sq0idp-1AB", "Ann Ng", "ann@example.com", "+6591234567"),
    "shopify": ("6601234567890", "Ann Ng", "ann@example.com", "+6591234567"),
    "woocommerce": ("ann.ng", "Ann Ng", "ann@example.com", None),
    "odoo": ("res_partner_14", "Ann Ng", "ann@example.com", "+6591234567"),
}


@pytest.mark.parametrize("layout", FOREIGN)
def test_customers_of_other_systems_come_in_as_they_are(layout: str) -> None:
    sheet = read_sheet(FILES / f"{layout}_customers.csv")
    assert customers_header(sheet, NOTHING_SAID).layout.name == layout
    said = said_in(sheet)
    assert said.faults == []
    (draft,) = said.drafts
    fields = (CODE, NAME, EMAIL, PHONE)
    assert tuple(draft.said.get(field) for field in fields) == FOREIGN[layout]
