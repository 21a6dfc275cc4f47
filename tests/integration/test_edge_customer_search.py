"""Customers are found by what people type, the likeliest first, and are not made twice unasked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import uuid_utils.compat

from edge.db import ranking
from edge.db.customers import Customer, find_customer, search_customers
from edge.domain.customer import CustomerPhoneTaken
from edge.usecases.customer.create import CreateCustomer, create_customer, draw
from edge.usecases.customer.take import take_customers
from edge.usecases.customer.update import UpdateCustomer, update_customer
from sync.engine.sealing import seal
from sync.protocol.clock import Hlc
from sync.protocol.identity import CustomerId, EventId
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange, PersonalKey
from tests.edge_store import open_store
from tests.integration.edge_fixtures import ANN, COMPANY, NOON_MS, Shop, moment, named, new_shop

KEY = b"k" * 32


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = new_shop(tmp_path / "store.sqlite3")
    yield made
    made.writer.close_now()


def create(shop: Shop, name: str, **fields: Any) -> Customer:
    own = {"customer_id": CustomerId(uuid_utils.compat.uuid7())}
    request, drawn = CreateCustomer(operator_id=ANN, name=name, **own | fields), draw()
    return shop.once(
        request.customer_id,
        request,
        Customer,
        lambda db: create_customer(db, request, drawn, moment()),
    )


def update(shop: Shop, customer_id: CustomerId, **fields: Any) -> Customer:
    request, event_id, drawn = UpdateCustomer(ANN, **fields), EventId(uuid4()), draw()
    return shop.do(lambda db: update_customer(db, customer_id, request, event_id, drawn, moment()))


def deactivate(shop: Shop, customer: Customer) -> None:
    update(shop, customer.customer_id, active=False)


def pulled(shop: Shop, name: str, phone: str) -> CustomerId:
    """A customer of head office's, spelled as head office spells."""
    customer_id = CustomerId(named(name))

    def sealed(field: CustomerField, text: str) -> FieldChange:
        box = seal(KEY, customer_id, field, text, field.value.encode().ljust(12, b"0"))
        return FieldChange(field, Hlc(NOON_MS << 16), COMPANY, None, box)

    record = CustomerRecord(
        customer_id, (sealed(CustomerField.NAME, name), sealed(CustomerField.PHONE, phone))
    )
    shop.do(lambda db: take_customers(db, [record], (), [PersonalKey(customer_id, KEY)], moment()))
    return customer_id


def found(shop: Shop, text: str, limit: int = 50, offset: int = 0) -> list[str | None]:
    listed = shop.do(lambda db: search_customers(db, text, limit, offset))
    return [customer.name for customer in listed]


@pytest.mark.parametrize("text", ["MÜLLER", "muller", "Müll", "jose", "JOSÉ mü", "üller"])
def test_customers_are_found_in_any_case_and_without_accents(shop: Shop, text: str) -> None:
    """B4: MÜLLER and jose find José Müller."""
    create(shop, "José Müller")
    assert found(shop, text) == ["José Müller"]


@pytest.mark.parametrize("kept", ["+65 9123 4567", "9123 4567", "0065 91234567"])
@pytest.mark.parametrize(
    "text", ["+65 9123 4567", "0065 9123 4567", "09123 4567", "9123-4567", "09123", "234 567"]
)
def test_a_phone_number_is_found_in_any_spelling(shop: Shop, kept: str, text: str) -> None:
    """B4: trunk zero, 00, + and blanks, whole or in part."""
    create(shop, "Li Wei", phone=kept)
    assert found(shop, text) == ["Li Wei"]


@pytest.mark.parametrize("text", ["+65 8001 0234", "80010234", "8001 0234", "080010234", "0234"])
def test_a_sample_customer_is_found_by_the_phone_that_is_shown(shop: Shop, text: str) -> None:
    """B23: head office spells them with blanks."""
    customer_id = pulled(shop, "Mei Ling Tan", "+65 8001 0234")
    shown = shop.do(lambda db: find_customer(db, customer_id))
    assert shown is not None
    assert shown.phone == "+65 8001 0234"
    assert found(shop, text) == ["Mei Ling Tan"]


def test_the_beginning_of_a_number_stands_before_its_end_and_its_middle(shop: Shop) -> None:
    """B4: as the customer reads it out, or its last digits."""
    for name, phone in (("Mid", "91845671"), ("End", "91118456"), ("Begin", "84561111")):
        create(shop, name, phone=phone)
    assert found(shop, "8456") == ["Begin", "End", "Mid"]
    assert found(shop, "8456 1111") == ["Begin"]
    assert found(shop, "845 67") == ["Mid"]


def test_a_number_without_its_country_is_found_by_the_whole_one(shop: Shop) -> None:
    """B4: it was written down where nobody knew the country."""
    pulled(shop, "Anna", "030 1234567")
    assert found(shop, "+49 30 1234567") == ["Anna"]


def test_deactivated_customers_never_hide_active_ones(shop: Shop) -> None:
    """B4: ten deactivated customers of a name, and the active one stands first."""
    for number in range(12):
        deactivate(shop, create(shop, f"Tan {number:02d}"))
    create(shop, "Ah Tan")
    assert found(shop, "tan", limit=2) == ["Ah Tan", "Tan 00"]
    assert len(found(shop, "tan")) == 13
    back = shop.do(lambda db: search_customers(db, "tan 05", 1, 0))[0]
    update(shop, back.customer_id, active=True)
    assert found(shop, "tan", limit=2) == ["Tan 05", "Ah Tan"]


def test_the_exact_one_stands_first_then_beginnings_then_the_rest(shop: Shop) -> None:
    """B4: code, name, beginning of the name, words in it, parts of it."""
    for name in ("Rosemary", "Anna Rose", "Ambrose", "Rose Lim", "Rose", "Zoe Rosen"):
        create(shop, name)
    create(shop, "Adam", code="rose")
    create(shop, "Bea", code="ROSE-7")
    assert found(shop, "Rose") == [
        *("Adam", "Rose", "Rose Lim", "Rosemary", "Anna Rose", "Zoe Rosen", "Bea", "Ambrose"),
    ]
    assert found(shop, "Rose", limit=2, offset=1) == ["Rose", "Rose Lim"]


def test_text_with_an_at_sign_is_an_address(shop: Shop) -> None:
    """B4: a name with the same word is not offered."""
    create(shop, "Tan Ah Kow", email="tan@example.com")
    create(shop, "Tan Wei", email="wei@example.com")
    assert found(shop, "TAN@") == ["Tan Ah Kow"]
    assert found(shop, "Tan@Example.com") == ["Tan Ah Kow"]


def test_very_many_of_a_name_are_still_listed_active_ones_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B4: more than can be put in order by their whole names."""
    monkeypatch.setattr(ranking, "RANKED_MAX", 3)
    names = [f"{letter} Tan" for letter in "hgfedcba"]
    made = [create(shop, name) for name in names]
    deactivate(shop, made[-1])
    assert found(shop, "tan") == [*sorted(names)[1:], "a Tan"]


def test_an_erased_customer_is_found_by_nothing_and_leaves_no_trace(shop: Shop) -> None:
    """B4: search keeps no copy of what was erased."""
    pulled(shop, "Zebedee Quux", "+65 8777 6655")
    shop.do(lambda db: take_customers(db, (), [CustomerId(named("Zebedee Quux"))], (), moment()))
    for text in ("Zebedee", "quux", "87776655", "776"):
        assert found(shop, text) == []
    for table in ("customer_name", "customer_words_content", "customer_parts_content"):
        assert shop.rows(table) == []


def test_a_second_customer_with_a_phone_is_not_made_unasked(shop: Shop) -> None:
    """B11: the same phone may be given to two customers, but not silently; B23."""
    tan = pulled(shop, "Mei Ling Tan", "+65 8001 0234")
    for spelling in ("80010234", "+65 8001 0234", "0065 80010234"):
        with pytest.raises(CustomerPhoneTaken, match="Mei Ling Tan") as refused:
            create(shop, "Mei", phone=spelling)
        assert refused.value.holder == tan
    second = create(shop, "Mei", phone="80010234", same_phone_ok=True)
    assert found(shop, "80010234") == ["Mei", "Mei Ling Tan"]
    other = create(shop, "Bo", phone="91234567")
    with pytest.raises(CustomerPhoneTaken):
        update(shop, other.customer_id, phone="80010234")
    assert update(shop, other.customer_id, phone="80010234", same_phone_ok=True).phone == (
        second.phone
    )


def test_a_deactivated_customers_phone_is_free(shop: Shop) -> None:
    """B11: who does not come any more holds no number."""
    deactivate(shop, create(shop, "Old", phone="91234567"))
    assert create(shop, "New", phone="91234567").phone == "+6591234567"


def test_the_same_request_again_is_not_a_second_customer(shop: Shop) -> None:
    """B11: a repeat gives the same answer, whoever has the phone."""
    wanted = {"customer_id": CustomerId(uuid_utils.compat.uuid7()), "phone": "91234567"}
    assert create(shop, "Li", **wanted) == create(shop, "Li", **wanted)


async def test_the_refusal_names_who_has_the_phone_and_what_to_do(tmp_path: Path) -> None:
    """B11: as a problem document."""
    async with open_store(tmp_path / "S01") as till:
        body = {
            "operator_id": "anna",
            "customer_id": str(uuid4()),
            "name": "Li Wei",
            "phone": "81234567",
        }
        first = await till.call("POST", "/customers", body)
        body["customer_id"] = str(uuid4())
        again = await till.call("POST", "/customers", body | {"name": "Other"})
        assert (again.status_code, again.json()["field"]) == (409, "phone")
        assert again.json()["type"].endswith("customer-phone-taken")
        assert "Li Wei" in again.json()["detail"]
        assert first.json()["customer_id"] in again.json()["detail"]
        assert "same_phone_ok" in again.json()["remedy"]
        shared = await till.call("POST", "/customers", body | {"same_phone_ok": True})
        assert shared.status_code == 201
