"""What was in force when a basket was tendered holds until it is written: the customer has paid.

Each change below reaches the box between the tender and the arrival of the sale, by a page of the
same feed as in life; the sale is finished as it was quoted, and the next basket is not.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from edge.db.connection.engine import open_connection
from edge.db.customers import Customer, find_customer, write_customers
from edge.domain.customer import InactiveCustomer, UnknownCustomer
from edge.domain.item import InactiveItem, UnknownScanCode
from edge.domain.operator import InactiveOperator, UnknownOperator
from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.completed import CompletedSale
from edge.domain.sale.refusals.prices import (
    PriceMissing,
    TaxRateMissing,
    TenderedTooLongAgo,
    TotalDiffers,
)
from edge.domain.sale.refusals.tenders import InactiveTender, UnknownTender
from edge.usecases.customer.create import draw
from edge.usecases.customer.update import deactivate_customer
from edge.usecases.feed.apply_reference import apply_reference
from edge.usecases.sale.look_up import look_up_sale
from edge.usecases.sale.quote import QuoteSale, quote_sale
from sync.protocol.clock import Hlc
from sync.protocol.errors import Refusal
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.identity import EventId, ItemId, TenderId
from sync.protocol.reference import DataSet, Item, Operator, Price, TaxRate, Tender
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange
from tests.books import faults_of
from tests.builders import (
    ANNA,
    CARD,
    COMPANY,
    DAY_MS,
    ITEMS,
    MEMBER,
    NOW_MS,
    SETTINGS,
    STOCK_MILLI,
    STORE,
    W1,
    moment,
    new_store,
)
from tests.integration.edge_fixtures import Feed
from tests.sale_builders import line, sale_id, sale_request, sell, tender

MINUTE_MS = 60_000
CHANGED_MS, ARRIVED_MS = MINUTE_MS, 2 * MINUTE_MS
"""After the tender, which is at NOW."""
I01, I02 = ItemId("I01"), ItemId("I02")
CODE = ITEMS[I01].scan_code


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_connection(new_store(tmp_path / "store.sqlite3"), writer=True)) as opened:
        opened.execute("BEGIN")
        yield opened
        assert faults_of(opened, STOCK_MILLI) == []


def publish(
    db: sqlite3.Connection, data_set: DataSet, *rows: tuple[str, Any], after_ms: int = CHANGED_MS
) -> None:
    """A page of head office's with these rows, taken at an instant after the tender."""
    feed = Feed(data_set, {DataSet.SETTINGS: str(STORE), DataSet.PRICES: "sg"}.get(data_set, ""))
    for key, value in rows:
        feed.publish(key, value)
    apply_reference(db, feed.page(), moment(after_ms))


def item(item_id: ItemId = I01, **changes: Any) -> Item:
    """A seeded item as head office publishes it."""
    seeded = ITEMS[item_id]
    published = Item(item_id, seeded.name, "grocery", seeded.tax_class, (seeded.scan_code,))
    return msgspec.structs.replace(published, **changes)


def customer(active: str) -> CustomerRecord:
    change = FieldChange(CustomerField.ACTIVE, Hlc((NOW_MS + 1) << 16), COMPANY, active, None)
    return CustomerRecord(MEMBER, (change,))


def deactivate_at_the_store(db: sqlite3.Connection) -> None:
    event = EventId(sale_id("deactivated"))
    deactivate_customer(db, MEMBER, ANNA, event, draw(), moment(CHANGED_MS))


class Change(NamedTuple):
    """What is changed, and how the next basket finds out."""

    does: Callable[[sqlite3.Connection], None]
    refused: type[Refusal]


PRICE_KEY = f"I01@{NOW_MS - 30 * DAY_MS}"
CHANGES = {
    "the item is deactivated": Change(
        lambda db: publish(db, DataSet.ITEMS, (I01, item(active=False))), InactiveItem
    ),
    "the item is withdrawn": Change(
        lambda db: publish(db, DataSet.ITEMS, (I01, None)), UnknownScanCode
    ),
    "its code is taken away": Change(
        lambda db: publish(db, DataSet.ITEMS, (I01, item(scan_codes=()))), UnknownScanCode
    ),
    "its code is another item's": Change(
        lambda db: publish(
            db,
            DataSet.ITEMS,
            (I01, item(scan_codes=())),
            (I02, item(I02, scan_codes=(CODE,))),
        ),
        TotalDiffers,
    ),
    "its tax class has no rate": Change(
        lambda db: publish(db, DataSet.ITEMS, (I01, item(tax_class=TaxClass.REDUCED))),
        TaxRateMissing,
    ),
    "a new price holds since before": Change(
        lambda db: publish(db, DataSet.PRICES, (f"I01@{NOW_MS - 1}", Price(I01, NOW_MS - 1, 175))),
        TotalDiffers,
    ),
    "its price is mended": Change(
        lambda db: publish(db, DataSet.PRICES, (PRICE_KEY, Price(I01, NOW_MS - 30 * DAY_MS, 149))),
        TotalDiffers,
    ),
    "its price is withdrawn": Change(
        lambda db: publish(db, DataSet.PRICES, (PRICE_KEY, None)), PriceMissing
    ),
    "the rate is withdrawn": Change(
        lambda db: publish(db, DataSet.TAXES, ("standard@2024-01-01", None)), TaxRateMissing
    ),
    "the tender is deactivated": Change(
        lambda db: publish(
            db, DataSet.TENDERS, (CARD, Tender(CARD, "Card", TenderKind.CARD, active=False))
        ),
        InactiveTender,
    ),
    "the tender is withdrawn": Change(
        lambda db: publish(db, DataSet.TENDERS, (CARD, None)), UnknownTender
    ),
    "the operator is deactivated": Change(
        lambda db: publish(
            db, DataSet.OPERATORS, (ANNA, Operator(ANNA, "Anna", "cashier", active=False))
        ),
        InactiveOperator,
    ),
    "the operator is withdrawn": Change(
        lambda db: publish(db, DataSet.OPERATORS, (ANNA, None)), UnknownOperator
    ),
    "the customer is deactivated by head office": Change(
        lambda db: publish(db, DataSet.CUSTOMERS, (str(MEMBER), customer("false"))),
        InactiveCustomer,
    ),
    "the customer is deactivated at the store": Change(deactivate_at_the_store, InactiveCustomer),
    "the customer is erased": Change(
        lambda db: publish(db, DataSet.CUSTOMERS, (str(MEMBER), None)), UnknownCustomer
    ),
    "tax is added from now on": Change(
        lambda db: publish(
            db,
            DataSet.SETTINGS,
            ("store", msgspec.structs.replace(SETTINGS, tax_included=False)),
        ),
        TotalDiffers,
    ),
}


def basket(name: str, tendered_at: datetime | None = None) -> SaleRequest:
    """One piece by its code and another by the item's id, for a member, by card."""
    by_id = msgspec.structs.replace(line(), scan_code=None, item_id=I01)
    request = sale_request(name, [line()], customer_id=MEMBER, total_minor=300)
    lines = (request.lines[0], msgspec.structs.replace(by_id, line_no=2))
    at = tendered_at or request.tendered_at
    return msgspec.structs.replace(request, lines=lines, tendered_at=at)


def quoted(db: sqlite3.Connection, request: SaleRequest) -> int:
    asked = QuoteSale(
        request.operator_id,
        request.lines,
        request.tenders,
        request.customer_id,
        request.tendered_at,
    )
    return quote_sale(db, asked, W1, moment(ARRIVED_MS)).total_minor


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_in_force_at_the_tender_holds_when_the_sale_arrives(
    db: sqlite3.Connection, change: Change
) -> None:
    """A14: the customer has paid; only the next basket meets what has changed."""
    change.does(db)
    paid, late = basket("paid"), basket("next", after(CHANGED_MS))
    assert quoted(db, paid) == 300
    done = sell(db, paid, at=moment(ARRIVED_MS))
    assert isinstance(done, CompletedSale)
    assert (done.total_minor, {each.item_id for each in done.fact.lines}) == (300, {I01})
    assert done.fact.lines[0].description == ITEMS[I01].name
    found = look_up_sale(db, paid.sale_id)
    assert isinstance(found, CompletedSale)
    assert found.receipt == done.receipt
    db.execute("SAVEPOINT unit")
    with pytest.raises(change.refused):
        sell(db, late, at=moment(ARRIVED_MS))
    db.execute("ROLLBACK TO unit")
    if change.refused is not TotalDiffers:
        with pytest.raises(change.refused):
            quoted(db, late)


def after(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=NOW_MS + milliseconds)


def test_the_latest_change_after_the_tender_is_not_what_counts(db: sqlite3.Connection) -> None:
    """A14: of several changes, the first after the tender says what held."""
    tenders = Feed(DataSet.TENDERS)
    for number, (name, active) in enumerate([("B", True), ("C", False), ("D", False)], start=1):
        tenders.publish(CARD, Tender(CARD, name, TenderKind.CARD, active=active))
        apply_reference(db, tenders.page(number - 1), moment(number * MINUTE_MS))
    at = moment(5 * MINUTE_MS)
    assert sell(db, basket("a"), at=at).total_minor == 300
    assert sell(db, basket("b", after(90_000)), at=at).total_minor == 300
    with pytest.raises(InactiveTender):
        sell(db, basket("c", after(150_000)), at=at)


def test_a_changed_name_of_a_code_that_did_not_exist_changes_nothing(
    db: sqlite3.Connection,
) -> None:
    """A14: what is new since the tender was nothing before, and is taken as it is now."""
    new = Item(ItemId("NEW"), "New", "grocery", TaxClass.STANDARD, ("20000001",))
    publish(db, DataSet.ITEMS, ("NEW", new))
    db.execute("INSERT INTO stock_level VALUES ('NEW', ?, 0, NULL)", (STOCK_MILLI,))
    publish(db, DataSet.PRICES, ("NEW@0", Price(ItemId("NEW"), 0, 300)))
    request = basket("a")
    lines = (msgspec.structs.replace(request.lines[0], scan_code="20000001"),)
    done = sell(db, msgspec.structs.replace(request, lines=lines), at=moment(ARRIVED_MS))
    assert done.fact.lines[0].item_id == "NEW"


def test_the_past_is_kept_as_long_as_a_basket_may_take(db: sqlite3.Connection) -> None:
    """A14: within the same age as prices; what nobody can ask for any more is forgotten."""
    assert SETTINGS.tender_age_max_s is not None
    age_ms = SETTINGS.tender_age_max_s * 1_000
    publish(db, DataSet.ITEMS, (I01, item(active=False)))
    with pytest.raises(TenderedTooLongAgo):
        sell(db, basket("a"), at=moment(age_ms + MINUTE_MS))
    assert past_kinds(db) == ["item", "code"]
    for number, last in ((1, 0), (2, CHANGED_MS + MINUTE_MS)):
        feed = Feed(DataSet.OPERATORS)
        feed.publish(ANNA, Operator(ANNA, f"Anna {number - 1}", "cashier"))
        feed.publish(ANNA, Operator(ANNA, f"Anna {number}", "cashier"))
        apply_reference(db, feed.page(number - 1, 1), moment(age_ms + last))
    assert past_kinds(db) == ["operator", "operator"]


def past_kinds(db: sqlite3.Connection) -> list[str]:
    return [row[0] for row in db.execute("SELECT kind FROM past_row ORDER BY kind DESC")]


def test_a_change_that_a_wrong_clock_dated_ahead_does_not_bring_the_past_back(
    db: sqlite3.Connection,
) -> None:
    """A14: the clock was a year ahead when the item was deactivated; put right, it is not sold."""
    publish(db, DataSet.ITEMS, (I01, item(active=False)), after_ms=365 * DAY_MS)
    with pytest.raises(InactiveItem):
        sell(db, basket("a", after(CHANGED_MS)), at=moment(ARRIVED_MS))


def test_the_same_rows_again_are_no_change(db: sqlite3.Connection) -> None:
    """A14: a feed that is loaded anew leaves no history behind."""
    publish(db, DataSet.TENDERS, (CARD, Tender(CARD, "Card", TenderKind.CARD)))
    publish(db, DataSet.OPERATORS, (ANNA, Operator(ANNA, "Anna", "manager")))
    write_customers(db, [find_customer(db, MEMBER) or Customer(MEMBER)])
    assert past_kinds(db) == []


def test_a_rate_that_is_published_late_is_not_charged_to_who_has_paid(
    db: sqlite3.Connection,
) -> None:
    """A14: the day's rate rises after the tender; the receipt has the rate that was known."""
    rate = TaxRate(TaxClass.STANDARD, date(2026, 3, 1), 1_000, "GST 10 %")
    publish(db, DataSet.TAXES, ("standard@2026-03-01", rate))
    paid = sell(db, basket("a"), at=moment(ARRIVED_MS)).fact
    assert {each.tax_rate_bp for each in paid.lines} == {900}
    late = sell(db, basket("b", after(CHANGED_MS)), at=moment(ARRIVED_MS)).fact
    assert {each.tax_rate_bp for each in late.lines} == {1_000}


def test_points_can_be_paid_by_a_tender_that_is_withdrawn_meanwhile(
    db: sqlite3.Connection,
) -> None:
    """A14: a points tender needs the customer's rights, whatever it is by now."""
    points = TenderId("points")
    publish(db, DataSet.TENDERS, (points, None))
    request = basket("a")
    paid = (tender(points, 100), tender(CARD, 200))
    done = sell(db, msgspec.structs.replace(request, tenders=paid), at=moment(ARRIVED_MS))
    assert done.points_spent == 100


def test_an_id_in_the_place_of_a_code_is_looked_up_in_the_past_too(db: sqlite3.Connection) -> None:
    """A14: a scan that is no code may be an item's id, then as now."""
    publish(db, DataSet.ITEMS, (I01, item(active=False)))
    request = basket("a")
    lines = tuple(msgspec.structs.replace(each, scan_code="I01") for each in request.lines)
    done = sell(db, msgspec.structs.replace(request, lines=lines), at=moment(ARRIVED_MS))
    assert done.total_minor == 300
