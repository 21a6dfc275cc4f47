"""Customers are made, changed and found with no network; what is personal travels sealed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from central.domain.birth_month import open_month
from edge.db import customers
from edge.db.customers import (
    Customer,
    find_customer,
    list_customers,
    search_customers,
    write_customers,
)
from edge.domain.customer import (
    CustomerCodeTaken,
    CustomerEmailTaken,
    CustomerExists,
    CustomerNotKnown,
    NothingToChange,
    PersonalFieldsClosed,
)
from edge.domain.operator import UnknownOperator
from edge.domain.request import RequestIdReused
from edge.usecases.customer.create import CreateCustomer, create_customer, draw
from edge.usecases.customer.update import (
    UpdateCustomer,
    deactivate_customer,
    update_customer,
)
from edge.usecases.feed.apply_reference import apply_reference
from sync.engine.journal import KnownTime, NotEnrolled
from sync.engine.sealing import open_sealed
from sync.protocol.clock import Hlc, wall_ms
from sync.protocol.conflict import merge
from sync.protocol.errors import Refusal
from sync.protocol.facts import BirthMonthTold, CustomerChanged
from sync.protocol.identity import CustomerId, EventId, OperatorId
from sync.protocol.reference import DataSet
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange
from tests.integration.edge_fixtures import (
    ANN,
    COMPANY,
    HOUR_MS,
    NOON_MS,
    STORE,
    Feed,
    Shop,
    moment,
    named,
    new_shop,
)

LI, TAN, LEE = (CustomerId(named(name)) for name in ("li", "tan", "lee"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = new_shop(tmp_path / "store.sqlite3")
    yield made
    made.writer.close_now()


def create(shop: Shop, customer_id: CustomerId = LI, **fields: Any) -> Customer:
    request = CreateCustomer(
        operator_id=ANN, customer_id=customer_id, **({"name": "Li Wei"} | fields)
    )
    drawn = draw()
    return shop.once(
        customer_id, request, Customer, lambda db: create_customer(db, request, drawn, moment())
    )


def update(
    shop: Shop, customer_id: CustomerId = LI, wall_ms: int = NOON_MS, **fields: Any
) -> Customer:
    request = UpdateCustomer(ANN, **fields)
    event_id, drawn = EventId(uuid4()), draw()
    return shop.do(
        lambda db: update_customer(db, customer_id, request, event_id, drawn, moment(wall_ms))
    )


def refused(shop: Shop, kind: type[Refusal], act: Callable[[], Any]) -> Refusal:
    """``act`` is refused as ``kind`` and leaves nothing at all."""
    before = shop.contents()
    with pytest.raises(kind) as caught:
        act()
    assert shop.contents() == before
    return caught.value


def last_change(shop: Shop) -> CustomerChanged:
    fact = shop.facts()[-1]
    assert isinstance(fact, CustomerChanged)
    return fact


@pytest.mark.parametrize("month", [1, 9, 12])
def test_a_month_of_birth_travels_sealed_and_is_kept_nowhere_here(shop: Shop, month: int) -> None:
    create(shop, birth_month=month)
    told = shop.facts()[-1]
    assert isinstance(told, BirthMonthTold)
    assert (told.customer_id, told.operator_id) == (LI, ANN)
    key = shop.do(lambda db: customers.read_keys(db, [LI]))[LI]
    assert open_month(key, LI, told.sealed) == month
    assert open_month(key, TAN, told.sealed) is None
    create(shop, TAN, name="Tan")
    assert isinstance(shop.facts()[-1], CustomerChanged)


def test_a_month_of_birth_is_told_later_of_a_customer_who_was_there_before(shop: Shop) -> None:
    before = create(shop)
    assert update(shop, birth_month=5) == before
    key = shop.do(lambda db: customers.read_keys(db, [LI]))[LI]
    told = shop.facts()[-1]
    assert isinstance(told, BirthMonthTold)
    assert open_month(key, LI, told.sealed) == 5
    assert update(shop, birth_month=6, name="Li Na").name == "Li Na"
    last, changed = shop.facts()[-2:]
    assert isinstance(last, BirthMonthTold)
    assert open_month(key, LI, last.sealed) == 6
    assert isinstance(changed, CustomerChanged)


@pytest.mark.parametrize("month", [0, 13, -1])
def test_what_is_no_month_is_no_request(month: int) -> None:
    said = {"operator_id": "ann", "customer_id": str(LI), "name": "Li", "birth_month": month}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(said, CreateCustomer)


def test_a_customer_is_kept_in_one_written_form(shop: Shop) -> None:
    kept = create(
        shop, name="  Li   Wei ", code="C-1", email="Li@Example.COM", phone="+65 (9123) 4567"
    )
    assert kept == Customer(LI, "C-1", True, "Li Wei", "li@example.com", "+6591234567")
    assert shop.do(lambda db: find_customer(db, LI)) == kept


def test_personal_fields_stand_in_the_journal_as_ciphertext_only(shop: Shop) -> None:
    create(shop, email="li@example.com", phone="91234567", code="C1")
    bodies = b"".join(row[0] for row in shop.rows("journal", "body"))
    for text in (b"Li Wei", b"li@example.com", b"91234567"):
        assert text not in bodies
    assert b"C1" in bodies
    (key,) = [row[1] for row in shop.rows("customer_key")]
    sealed = {change.field: change.sealed for change in last_change(shop).fields}
    name = sealed[CustomerField.NAME]
    assert name is not None
    assert open_sealed(key, LI, CustomerField.NAME, name) == "Li Wei"


def test_each_customer_has_a_key_of_its_own(shop: Shop) -> None:
    create(shop, TAN)
    create(shop, LEE)
    keys = shop.rows("customer_key")
    assert len({row[0] for row in keys}) == len({row[1] for row in keys}) == 2


def test_creating_twice_is_once(shop: Shop) -> None:
    first = create(shop, code="C1")
    before = shop.contents()
    assert create(shop, code="C1") == first
    assert shop.contents() == before
    refused(shop, RequestIdReused, lambda: create(shop, code="C2"))


def test_a_customer_that_came_from_elsewhere_is_not_made_again(shop: Shop) -> None:
    shop.do(lambda db: write_customers(db, [Customer(LI, "C7")]))
    refused(shop, CustomerExists, lambda: create(shop))


def test_code_and_email_are_unique_as_far_as_the_store_knows(shop: Shop) -> None:
    create(shop, code="C1", email="li@example.com")
    refusal = refused(shop, CustomerCodeTaken, lambda: create(shop, TAN, code="C1"))
    assert str(LI) in refusal.detail
    refused(shop, CustomerEmailTaken, lambda: create(shop, TAN, email="LI@example.com"))
    create(shop, LEE)
    tan = create(shop, TAN, name="Tan").customer_id
    refused(shop, CustomerCodeTaken, lambda: update(shop, tan, code="C1"))
    refused(shop, CustomerEmailTaken, lambda: update(shop, tan, email="li@example.com"))


def test_an_unknown_operator_creates_nobody(shop: Shop) -> None:
    request = CreateCustomer(OperatorId("eve"), "Li", LI)
    drawn = draw()
    refused(
        shop,
        UnknownOperator,
        lambda: shop.do(lambda db: create_customer(db, request, drawn, moment())),
    )


def test_a_box_that_belongs_to_no_store_creates_nobody(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "bare.sqlite3")
    shop.do(
        lambda db: db.execute("INSERT INTO operator VALUES ('ann', 'Ann', 'cashier', 1)") and None
    )
    refused(shop, NotEnrolled, lambda: create(shop))
    shop.writer.close_now()


def test_only_what_changes_travels(shop: Shop) -> None:
    create(shop, code="C1", email="li@example.com")
    changed = update(shop, name="Li Wei", phone="91234567", email=None)
    assert (changed.email, changed.phone, changed.code) == (None, "+6591234567", "C1")
    assert [change.field for change in last_change(shop).fields] == [
        CustomerField.EMAIL,
        CustomerField.PHONE,
    ]


def test_a_change_that_changes_nothing_makes_no_event(shop: Shop) -> None:
    create(shop, code="C1")
    before = shop.contents()
    update(shop, name="Li  Wei", code="C1", active=True)
    assert shop.contents() == before
    refused(shop, NothingToChange, lambda: update(shop))


def test_a_deactivated_customer_stays_and_can_come_back(shop: Shop) -> None:
    create(shop)
    drawn, event_id = draw(), EventId(named("gone"))
    gone = shop.do(lambda db: deactivate_customer(db, LI, ANN, event_id, drawn, moment()))
    assert not gone.active
    assert gone.name == "Li Wei"
    assert update(shop, active=True).active


def test_an_unknown_customer_is_not_changed(shop: Shop) -> None:
    refused(shop, CustomerNotKnown, lambda: update(shop, code="C9"))


def test_without_the_key_only_plain_fields_can_be_changed(shop: Shop) -> None:
    create(shop)
    shop.do(lambda db: db.execute("DELETE FROM customer_key") and None)
    refused(shop, PersonalFieldsClosed, lambda: update(shop, name="Someone"))
    assert update(shop, code="C2").code == "C2"


def test_later_edits_have_later_clocks_even_when_the_wall_clock_goes_back(shop: Shop) -> None:
    create(shop)
    stamps = []
    for number, at_ms in enumerate((NOON_MS, NOON_MS - 5 * HOUR_MS, NOON_MS + 1)):
        update(shop, code=f"C{number}", wall_ms=at_ms)
        stamps.append(last_change(shop).fields[0].hlc)
    assert stamps == sorted(set(stamps))
    assert shop.rows("journal_head", "hlc")[0][0] > stamps[-1]


def test_a_wild_wall_clock_does_not_win_for_years(shop: Shop) -> None:
    create(shop)
    years_ahead = moment(NOON_MS + 20_000 * HOUR_MS)._replace(known=KnownTime(NOON_MS, exact=True))
    request, event_id, drawn = UpdateCustomer(ANN, code="C1"), EventId(uuid4()), draw()
    shop.do(lambda db: update_customer(db, LI, request, event_id, drawn, years_ahead))
    assert wall_ms(last_change(shop).fields[0].hlc) < NOON_MS + HOUR_MS


def test_an_edit_here_and_one_elsewhere_both_hold_on_their_own_fields(shop: Shop) -> None:
    create(shop, code="C1")
    update(shop, phone="91234567")
    theirs = FieldChange(CustomerField.CODE, Hlc((NOON_MS + 1_000) << 16), COMPANY, "HQ1", None)
    feed = Feed(DataSet.CUSTOMERS)
    feed.publish(str(LI), CustomerRecord(LI, (theirs,)))
    shop.do(lambda db: apply_reference(db, feed.page(), moment()))
    kept = shop.do(lambda db: find_customer(db, LI))
    assert kept == Customer(LI, "HQ1", True, "Li Wei", None, "+6591234567")
    assert update(shop, code="C3").code == "C3"


def test_what_the_store_keeps_is_what_the_protocol_merges(shop: Shop) -> None:
    create(shop, code="C1")
    update(shop, code="C2")
    update(shop, name="Li", active=False)
    changes = [
        change
        for fact in shop.facts()
        if isinstance(fact, CustomerChanged)
        for change in fact.fields
    ]
    assert {change.source for change in changes} == {STORE}
    merged = merge(LI, (), changes)
    assert [(c.field.value, c.hlc) for c in merged.fields] == [
        (row[1], row[2]) for row in shop.rows("customer_field")
    ]


@pytest.fixture
def crowd(shop: Shop) -> Shop:
    create(
        shop,
        CustomerId(uuid4()),
        name="Li Wei",
        code="C1",
        email="li@example.com",
        phone="+6591234567",
    )
    create(
        shop,
        CustomerId(uuid4()),
        name="Tan Ah Kow",
        code="C2",
        email="tan@example.com",
        phone="81234599",
    )
    create(shop, CustomerId(uuid4()), name="Wei Ling Tan", code="X100")
    return shop


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("c1", ["Li Wei"]),
        ("wei", ["Wei Ling Tan", "Li Wei"]),
        ("tan wei", ["Wei Ling Tan"]),
        ("tan@", ["Tan Ah Kow"]),
        ("1234", ["Li Wei", "Tan Ah Kow"]),
        ("9123 4567", ["Li Wei"]),
        ("12", []),
        ("%", []),
        ("_i", []),
        ("\\", []),
        ("nobody", []),
        ("", ["Li Wei", "Tan Ah Kow", "Wei Ling Tan"]),
    ],
)
def test_customers_are_found_by_code_name_email_and_phone(
    crowd: Shop, text: str, names: list[str]
) -> None:
    found = crowd.do(lambda db: search_customers(db, text, 50, 0))
    assert [customer.name for customer in found] == names


def test_the_list_of_all_walks_an_index(crowd: Shop) -> None:
    plan = crowd.do(
        lambda db: db.execute(f"EXPLAIN QUERY PLAN {customers._LIST}", (9, 0)).fetchall()
    )
    steps = [step[-1] for step in plan]
    assert ["ix_customer_name" in step for step in steps if "SCAN" in step] == [True]
    assert not [step for step in steps if "TEMP B-TREE" in step]


def test_lists_go_page_by_page(crowd: Shop) -> None:
    pages = [
        [c.name for c in crowd.do(lambda db, at=at: list_customers(db, 2, at))]  # type: ignore[misc]  # mypy cannot infer it
        for at in (0, 2, 4)
    ]
    assert pages == [["Li Wei", "Tan Ah Kow"], ["Wei Ling Tan"], []]


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "Li\nWei"},
        {"name": "Li\u202eWei"},
        {"name": "x" * 201},
        {"name": "Li", "email": "no address"},
        {"name": "Li", "email": "a@b@c"},
        {"name": "Li", "email": "a@b\n"},
        {"name": "Li", "phone": "call me"},
        {"name": "Li", "phone": "12\n"},
        {"name": "Li", "code": "has space"},
        {"name": "Li", "code": "C1\n"},
        {"name": "Li", "nickname": "Lee"},
    ],
)
def test_fields_that_cannot_be_are_not_even_read(body: dict[str, str]) -> None:
    raw = msgspec.json.encode(body | {"operator_id": "ann"})
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(raw, type=CreateCustomer)
