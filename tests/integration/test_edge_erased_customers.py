"""Who was erased is forgotten for good: nothing of them is left in a box's files, or comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.db.customers import Customer, find_customer, search_customers
from edge.db.reference import Feed as FeedName
from edge.db.reference import begin_anew
from edge.domain.customer import CustomerErased, CustomerNotKnown
from edge.usecases.customer.create import CreateCustomer, create_customer, draw
from edge.usecases.customer.update import UpdateCustomer, update_customer
from edge.usecases.request.answer_once import Asked, answer_once, digest_of
from sync.engine.sealing import seal
from sync.protocol.clock import Hlc
from sync.protocol.identity import CustomerId, EventId
from sync.protocol.reference import DataSet, ErasedCustomer
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange, PersonalKey
from tests.integration.edge_fixtures import (
    ANN,
    COMPANY,
    NOON_MS,
    Feed,
    Shop,
    moment,
    named,
    new_shop,
)

LI, TAN = (CustomerId(named(name)) for name in ("li", "tan"))
KEY = b"\x9a\x17" * 16
SAID = {"name": "Xanthippe Quux", "email": "xanthippe@quux.example", "phone": "+6591234567"}
TRACES = (b"anthippe", b"ANTHIPPE", b"quux", b"Quux", b"QUUX", b"91234567", b"76543219", KEY)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = new_shop(tmp_path / "store.sqlite3")
    yield made
    made.writer.close_now()


def record(customer_id: CustomerId = LI, at: int = 0) -> CustomerRecord:
    fields = [FieldChange(CustomerField.ACTIVE, Hlc((NOON_MS << 16) + at), COMPANY, "true", None)]
    for name, text in SAID.items():
        field = CustomerField(name)
        sealed = seal(KEY, customer_id, field, text, bytes([at]) * 12)
        fields.append(FieldChange(field, Hlc((NOON_MS << 16) + at), COMPANY, None, sealed))
    return CustomerRecord(customer_id, tuple(sorted(fields, key=lambda change: change.field)))


def known(shop: Shop, customer_id: CustomerId = LI) -> Feed:
    feed = Feed(DataSet.CUSTOMERS, keys=[PersonalKey(customer_id, KEY)])
    feed.publish(str(customer_id), record(customer_id))
    shop.apply(feed.page())
    return feed


def erase(shop: Shop, *customer_ids: CustomerId) -> Feed:
    feed = Feed(DataSet.ERASED_CUSTOMERS)
    for customer_id in customer_ids:
        feed.publish(str(customer_id), ErasedCustomer(customer_id))
    shop.apply(feed.page())
    return feed


async def test_no_byte_of_them_is_left_in_the_boxs_files(shop: Shop) -> None:
    """Readable rows, what search folds and what it cuts into parts, answers that are kept to be
    given again, and the log: the journal keeps ciphertext that no key opens."""
    drawn = draw()
    request = CreateCustomer(ANN, SAID["name"], TAN, email=SAID["email"], phone=SAID["phone"])
    asked = Asked(TAN, digest_of("POST", "/customers", "W1", b"{}"))
    shop.do(
        lambda db: answer_once(
            db,
            asked,
            Customer,
            lambda: create_customer(db, request, drawn, moment()),
            customer_id=TAN,
        )
    )
    for number in range(200):  # rows come and go, so that pages are freed and used again
        fields = UpdateCustomer(ANN, name=f"{SAID['name']} {number}")
        change, event = draw(), EventId(named(f"change {number}"))
        shop.do(lambda db: update_customer(db, TAN, fields, event, change, moment()))  # noqa: B023 - runs at once
    written = b"".join(path.read_bytes() for path in shop.path.parent.iterdir())
    assert all(trace in written for trace in (b"anthippe", b"quux", b"91234567", drawn.key))
    erase(shop, TAN)
    assert await shop.writer.empty_log()
    left = b"".join(path.read_bytes() for path in shop.path.parent.iterdir())
    assert [trace for trace in (*TRACES, drawn.key) if trace in left] == []
    assert len(shop.rows("journal WHERE kind = 'customer_changed'")) == 201


def test_nothing_that_comes_later_brings_them_back(shop: Shop) -> None:
    feed = known(shop)
    erase(shop, LI)
    feed.publish(str(LI), record(at=5))
    shop.apply(feed.page(1))
    for table in ("customer", "customer_field", "customer_key", "customer_name"):
        assert shop.rows(table) == []
    assert shop.do(lambda db: search_customers(db, "Xanthippe", 9, 0)) == ()


def test_the_id_is_barred_for_ever(shop: Shop) -> None:
    known(shop)
    erase(shop, LI)
    request, drawn = CreateCustomer(ANN, "Li Wei", LI), draw()
    with pytest.raises(CustomerErased):
        shop.do(lambda db: create_customer(db, request, drawn, moment()))
    changing, event = UpdateCustomer(ANN, name="Li"), EventId(named("event"))
    with pytest.raises(CustomerNotKnown):
        shop.do(lambda db: update_customer(db, LI, changing, event, drawn, moment()))


def test_a_row_that_is_taken_away_un_erases_nobody(shop: Shop) -> None:
    """Head office was put back to a day before, and its feed is loaded anew."""
    feed = erase(shop, LI)
    feed.publish(str(LI), None)
    shop.apply(feed.page(1))
    shop.do(lambda db: begin_anew(db, FeedName(DataSet.ERASED_CUSTOMERS, "")))
    shop.apply(Feed(DataSet.ERASED_CUSTOMERS).page())
    known(shop)
    assert shop.do(lambda db: find_customer(db, LI)) is None


def test_one_who_stays_is_not_touched(shop: Shop) -> None:
    feed = known(shop)
    feed.keys.append(PersonalKey(TAN, KEY))
    feed.publish(str(TAN), record(TAN))
    shop.apply(feed.page(1))
    erase(shop, LI)
    found = shop.do(lambda db: search_customers(db, "Xanthippe", 9, 0))
    assert [one.customer_id for one in found] == [TAN]


def test_they_are_forgotten_before_anything_else_is_taken() -> None:
    assert next(iter(DataSet)) is DataSet.ERASED_CUSTOMERS
