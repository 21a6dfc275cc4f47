"""Two records that head office knows for one person are one customer at the till."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.db.customers import find_customer, find_person, list_customers, search_customers
from edge.db.sale_reads import points_here, read_buyer, read_counter, rights_left
from edge.db.sales import _change_debt
from edge.usecases.customer.create import draw
from edge.usecases.customer.update import UpdateCustomer, update_customer
from sync.protocol.clock import Hlc
from sync.protocol.identity import CustomerId, EventId, SaleId, WorkstationId
from sync.protocol.reference import CustomerAlias, DataSet, Grant
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange
from tests.integration.edge_fixtures import (
    ANN,
    COMPANY,
    STORE,
    Feed,
    Shop,
    moment,
    named,
    new_shop,
)

KEPT, ALIAS, THIRD = (CustomerId(named(name)) for name in ("kept", "alias", "third"))
NEW_SALE, W1 = SaleId(named("a new sale")), WorkstationId("W1")
CODES = {KEPT: "C-1", ALIAS: "C-2", THIRD: "C-3"}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = new_shop(tmp_path / "store.sqlite3")
    feed = Feed(DataSet.CUSTOMERS)
    for customer_id, code in CODES.items():
        fields = (FieldChange(CustomerField.CODE, Hlc(1), COMPANY, code, None),)
        feed.publish(str(customer_id), CustomerRecord(customer_id, fields))
    made.apply(feed.page())
    grants = Feed(DataSet.GRANTS, str(STORE))
    for name, customer_id, points in (("g1", KEPT, 100), ("g2", ALIAS, 50), ("g3", THIRD, 7)):
        grant = Grant(named(name), customer_id, points, 1)
        grants.publish(str(grant.grant_id), grant)
    made.apply(grants.page())
    yield made
    made.writer.close_now()


def join(shop: Shop, *pairs: tuple[CustomerId, CustomerId]) -> Feed:
    feed = Feed(DataSet.CUSTOMER_ALIASES)
    for alias, kept in pairs:
        feed.publish(str(alias), CustomerAlias(alias, kept))
    shop.apply(feed.page())
    return feed


def test_either_id_and_either_code_finds_the_one(shop: Shop) -> None:
    join(shop, (ALIAS, KEPT))
    for customer_id in (KEPT, ALIAS):
        found = shop.do(lambda db, one=customer_id: find_person(db, one))  # type: ignore[misc]  # mypy cannot infer it
        assert found is not None
        assert found.customer_id == KEPT
    for text in ("C-1", "C-2", "C-"):
        ids = [one.customer_id for one in shop.do(lambda db, t=text: search_customers(db, t, 9, 0))]  # type: ignore[misc]  # mypy cannot infer it
        assert ids[:1] == [KEPT]
        assert ALIAS not in ids
    listed = [one.customer_id for one in shop.do(lambda db: list_customers(db, 9, 0))]
    assert sorted(listed) == sorted([KEPT, THIRD])


def test_what_either_may_spend_is_the_persons(shop: Shop) -> None:
    join(shop, (ALIAS, KEPT))
    for customer_id in (KEPT, ALIAS):
        assert shop.do(lambda db, one=customer_id: points_here(db, one)) == 150  # type: ignore[misc]  # mypy cannot infer it
        rights = shop.do(lambda db, one=customer_id: rights_left(db, one))  # type: ignore[misc]  # mypy cannot infer it
        assert sorted(right.points_left for right in rights) == [50, 100]
    assert shop.do(lambda db: points_here(db, THIRD)) == 7


def test_a_debt_of_one_is_paid_off_by_the_other(shop: Shop) -> None:
    join(shop, (ALIAS, KEPT), (THIRD, KEPT))
    shop.do(lambda db: _change_debt(db, ALIAS.bytes, 30))
    shop.do(lambda db: _change_debt(db, THIRD.bytes, 5))
    assert shop.do(lambda db: read_buyer(db, KEPT))[1] == 35
    shop.do(lambda db: _change_debt(db, KEPT.bytes, -33))
    assert shop.do(lambda db: read_buyer(db, ALIAS))[1] == 2
    shop.do(lambda db: _change_debt(db, KEPT.bytes, -9))
    assert shop.do(lambda db: read_buyer(db, THIRD))[1] == 0


def test_at_the_counter_a_person_owes_what_they_owe_under_each_of_their_ids(shop: Shop) -> None:
    join(shop, (ALIAS, KEPT))
    owed = {KEPT: 2, ALIAS: 30, THIRD: 5}
    for customer_id, points in owed.items():
        shop.do(lambda db, one=customer_id, due=points: _change_debt(db, one.bytes, due))  # type: ignore[misc]  # mypy cannot infer it
    found = [
        shop.do(lambda db, one=one: read_counter(db, NEW_SALE, W1, ANN, one).points_owed)  # type: ignore[misc]  # mypy cannot infer it
        for one in (KEPT, ALIAS, THIRD, None)
    ]
    assert found == [32, 32, 5, 0]


def test_parted_they_are_two_again_with_what_each_had(shop: Shop) -> None:
    feed = join(shop, (ALIAS, KEPT))
    feed.publish(str(ALIAS), None)
    shop.apply(feed.page(1))
    assert shop.do(lambda db: find_person(db, ALIAS)) == shop.do(
        lambda db: find_customer(db, ALIAS)
    )
    assert shop.do(lambda db: (points_here(db, ALIAS), points_here(db, KEPT))) == (50, 100)


def test_an_alias_of_somebody_who_is_not_here_yet_stays_findable(shop: Shop) -> None:
    join(shop, (ALIAS, CustomerId(named("nobody yet"))))
    found = shop.do(lambda db: find_person(db, ALIAS))
    assert found is not None
    assert found.code == "C-2"


def test_the_persons_other_code_is_not_somebody_elses(shop: Shop) -> None:
    join(shop, (ALIAS, KEPT))
    drawn, event = draw(), EventId(named("event"))
    wanted = UpdateCustomer(ANN, code="C-2")
    changed = shop.do(lambda db: update_customer(db, KEPT, wanted, event, drawn, moment()))
    assert changed.code == "C-2"
