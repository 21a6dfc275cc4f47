"""Returns, exchanges, points, and refusals that leave nothing behind."""

import sqlite3
from datetime import date

import pytest
from msgspec.structs import replace

from edge.db.customers import forget_customers
from edge.domain.business_day import NoOpenBusinessDay
from edge.domain.customer import InactiveCustomer, UnknownCustomer
from edge.domain.item import UnknownScanCode
from edge.domain.operator import InactiveOperator, UnknownOperator
from edge.domain.sale.basket import LineRequest, SaleRequest
from edge.domain.sale.completed import CompletedSale
from edge.domain.sale.refusals.lines import QuantityTooLarge
from edge.domain.sale.refusals.points import MorePointsThanRights
from edge.domain.sale.refusals.prices import TenderedTooLongAgo
from edge.domain.sale.refusals.returns import (
    CurrencyDiffers,
    CustomerDiffers,
    NothingReturned,
    OriginalNotFound,
    ReturnedMoreThanSold,
)
from edge.domain.sale.refusals.sale_id import (
    SaleIdReused,
)
from edge.domain.sale.refusals.tenders import (
    ChangeFromOtherThanCash,
    InactiveTender,
    TenderMissing,
    TendersBelowTotal,
    UnknownTender,
)
from edge.domain.till import NoOpenTill
from edge.usecases.sale.look_up import look_up_sale
from sync.protocol.codec import decode_fact
from sync.protocol.errors import Refusal
from sync.protocol.facts import Spend, TakeBack
from sync.protocol.identity import CustomerId, ItemId, OperatorId, TenderId
from tests import builders
from tests.builders import (
    BEN,
    CARD,
    CASH,
    CHEQUE,
    FORMER,
    GRANTS,
    MEMBER,
    NEWCOMER,
    POINTS,
    SETTINGS,
    W3,
    settle_settings,
)
from tests.integration.sale_fixtures import db, points_of, refused
from tests.sale_builders import (
    digest_of,
    later,
    line,
    return_line,
    sale_id,
    sale_request,
    sell,
    tender,
)

__all__ = ["db"]


def test_a_return_takes_back_money_tax_stock_and_points(db: sqlite3.Connection) -> None:
    sold = sell(db, sale_request("a", [line("I15", 2)], customer_id=NEWCOMER))
    assert (sold.points_earned, points_of(db, NEWCOMER)) == (19, 19)
    back = sale_request("b", [return_line("a")], [tender(CARD, -9990)], total_minor=-9990)
    done = sell(db, back, require_return=True)
    assert done.fact.customer_id == NEWCOMER
    assert done.fact.take_back == TakeBack(10, (Spend(sale_id("a"), 1, 10),), 0)
    assert (done.points_taken_back, points_of(db, NEWCOMER)) == (10, 9)
    rest = sale_request("c", [return_line("a")], [tender(CARD, -9990)], total_minor=-9990)
    last = sell(db, rest, require_return=True)
    for figure in ("tax_minor", "amount_minor", "quantity_milli", "points"):
        parts = [getattr(sale.fact.lines[0], figure) for sale in (sold, done, last)]
        assert sum(parts) == 0
    assert points_of(db, NEWCOMER) == 0
    again = sale_request("d", [return_line("a")], [tender(CARD, -9990)], total_minor=-9990)
    refused(db, again, ReturnedMoreThanSold)


def test_points_that_are_spent_already_become_a_debt(db: sqlite3.Connection) -> None:
    sell(db, sale_request("a", [line("I15")], customer_id=NEWCOMER))
    paid = [tender(POINTS, 9), tender(CARD, 141)]
    sell(db, sale_request("b", tenders=paid, customer_id=NEWCOMER))
    back = sale_request("c", [return_line("a")], [tender(CARD, -9990)], total_minor=-9990)
    done = sell(db, back)
    assert done.fact.take_back == TakeBack(9, (), 9)
    assert db.execute("SELECT sum(points_debt) FROM sale").fetchone() == (9,)


def test_an_exchange_pays_only_the_difference(db: sqlite3.Connection) -> None:
    sell(db, sale_request("a", [line("I05"), line("I15")], customer_id=MEMBER))
    lines = [return_line("a", 1), line("I07"), line("I05")]
    done = sell(db, sale_request("b", lines, [tender(CASH, 500)], total_minor=-380 + 450 + 380))
    assert (done.total_minor, done.change_minor) == (450, 50)
    even = sale_request("c", [return_line("b", 3), line("I05")], [], total_minor=0)
    assert sell(db, even).total_minor == 0


def test_a_return_in_cash_is_rounded_as_its_sale_was(db: sqlite3.Connection) -> None:
    sold = sell(db, sale_request("a", [line("I06")], [tender(CASH, 400)]))
    back = sale_request("b", [return_line("a")], [tender(CASH, -400)], total_minor=-399)
    assert sell(db, back).rounding_minor == -sold.rounding_minor == -1


def test_a_spend_uses_the_oldest_rights_and_names_them(db: sqlite3.Connection) -> None:
    request = sale_request("a", [line("I07")], [tender(POINTS, 450)], customer_id=MEMBER)
    done = sell(db, request)
    oldest = sorted(GRANTS, key=lambda grant: grant[0].bytes)
    (first, first_points), (second, _) = oldest
    expected = (Spend(first, 0, first_points), Spend(second, 0, 450 - first_points))
    assert done.fact.tenders[0].spends == expected
    assert done.points_here == 50
    poor = sale_request("b", tenders=[tender(POINTS, 51), tender(CARD, 99)], customer_id=MEMBER)
    assert isinstance(refused(db, poor, MorePointsThanRights), MorePointsThanRights)


def test_what_a_sale_earns_can_be_spent_in_the_next_one(db: sqlite3.Connection) -> None:
    sell(db, sale_request("a", [line("I15")], customer_id=NEWCOMER))
    paid = [tender(POINTS, 9), tender(CARD, 141)]
    done = sell(db, sale_request("b", tenders=paid, customer_id=NEWCOMER))
    assert done.fact.tenders[0].spends == (Spend(sale_id("a"), 1, 9),)


def test_one_customer_s_points_are_not_taken_for_another_s_purchase(
    db: sqlite3.Connection,
) -> None:
    sell(db, sale_request("a", [line("I15")], customer_id=MEMBER))
    request = sale_request(
        "b", [return_line("a")], [tender(CARD, -9990)], total_minor=-9990, customer_id=NEWCOMER
    )
    refused(db, request, CustomerDiffers)


UNKNOWN = CustomerId(sale_id("nobody"))


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (sale_request("a", operator_id=OperatorId("eve")), UnknownOperator),
        (sale_request("a", operator_id=BEN), InactiveOperator),
        (sale_request("a", customer_id=UNKNOWN), UnknownCustomer),
        (sale_request("a", customer_id=FORMER), InactiveCustomer),
        (sale_request("a", tenders=[]), TenderMissing),
        (sale_request("a", tenders=[tender(CASH, 145)]), TendersBelowTotal),
        (sale_request("a", tenders=[tender(CARD, 151)]), ChangeFromOtherThanCash),
        (sale_request("a", tenders=[tender(CHEQUE, 150)]), InactiveTender),
        (sale_request("a", tenders=[tender(TenderId("x"), 150)]), UnknownTender),
        (
            sale_request("a", [replace(line(), scan_code="' OR 1=1 --")], total_minor=0),
            UnknownScanCode,
        ),
        (
            sale_request("a", [return_line("nothing")], [tender(CARD, -1)], total_minor=-1),
            OriginalNotFound,
        ),
        (
            sale_request("a", [return_line("a")], [tender(CARD, -1)], total_minor=-1),
            OriginalNotFound,
        ),
        (sale_request("a", tendered_at=later(-49)), TenderedTooLongAgo),
        (
            sale_request("a", tenders=[tender(POINTS, 150)], customer_id=NEWCOMER),
            MorePointsThanRights,
        ),
    ],
)
def test_a_refused_sale_leaves_nothing_behind(
    db: sqlite3.Connection, request_: SaleRequest, kind: type[Refusal]
) -> None:
    refusal = refused(db, request_, kind)
    assert refusal.field is not None
    assert refusal.keep is None


def test_a_return_must_return_something(db: sqlite3.Connection) -> None:
    with pytest.raises(NothingReturned):
        sell(db, sale_request("a"), require_return=True)


def test_without_an_open_till_or_day_the_refusal_names_the_command(
    db: sqlite3.Connection,
) -> None:
    with pytest.raises(NoOpenTill, match="W3") as no_till:
        sell(db, sale_request("a"), W3)
    assert "POST /till-sessions" in no_till.value.remedy
    db.execute("UPDATE till_session SET state = 'settled'")
    refused(db, sale_request("a"), NoOpenTill)
    db.execute("UPDATE business_day SET state = 'closed'")
    no_day = refused(db, sale_request("a"), NoOpenBusinessDay)
    assert "POST /business-days" in no_day.remedy


def test_a_store_without_a_limit_takes_a_basket_of_any_age(db: sqlite3.Connection) -> None:
    settle_settings(db, replace(SETTINGS, tender_age_max_s=None))
    builders.price(db, ItemId("I01"), 100, 0, version=1)
    done = sell(db, sale_request("a", total_minor=100, tendered_at=later(-24 * 365)))
    assert done.fact.lines[0].price_version == 1


HOSTILE = [
    "'; DROP TABLE sale; --",
    '"); DELETE FROM journal; --',
    "<script>alert(1)</script>",
    "%s %n {0} ${HOME} \\",
    "مرحبا ‍ 😀 é",
    "x" * 64,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_it_is_and_does_nothing(db: sqlite3.Connection, text: str) -> None:
    sold: LineRequest = line("OPEN", price_minor=100, serial=text, lot=text)
    request = sale_request(
        "a",
        [replace(sold, open_price_reason=text)],
        [tender(CARD, 100, reference=text)],
        note=text,
    )
    done = sell(db, request)
    fact = decode_fact("retail_transaction", 3, done.kept.envelope.body)
    assert fact == done.fact
    assert (done.fact.note, done.fact.lines[0].serial) == (text, text)
    assert db.execute("SELECT reference FROM sale_tender").fetchall() == [(text,)]


def test_a_return_keeps_lot_and_last_day_of_what_came_back(db: sqlite3.Connection) -> None:
    """Or goods that came back under a last day alone would be of no lot."""
    sell(db, sale_request("a"))
    day = date(2030, 1, 31)
    back = replace(return_line("a"), lot="L-7", expires_on=day)
    sold = sell(db, sale_request("a-again", [line()])).fact
    amount = -sold.lines[0].amount_minor
    done = sell(db, sale_request("b", [back], [tender(CASH, amount)], total_minor=amount))
    (one,) = done.fact.lines
    assert (one.lot, one.expires_on) == ("L-7", day)


def test_a_thousand_lines_fit_one_receipt(db: sqlite3.Connection) -> None:
    request = sale_request("a", [line(f"I{n % 15 + 1:02d}") for n in range(1_000)])
    assert len(sell(db, request).fact.lines) == 1_000


def test_a_digest_of_other_bytes_is_another_content(db: sqlite3.Connection) -> None:
    request = sale_request("a")
    sell(db, request)
    changed = replace(request, note="changed")
    assert digest_of(changed) != digest_of(request)
    refused(db, changed, SaleIdReused)


def test_a_reprint_shows_the_names_that_the_receipt_showed(db: sqlite3.Connection) -> None:
    """B27: names, not ids, and for ever those of the day: a reprint differs by its mark alone."""
    done = sell(db, sale_request("a", customer_id=MEMBER))
    assert {"Served by Anna", "Customer Customer M1"} <= set(done.receipt.split("\n"))
    for table in ("operator", "customer", "item", "tender"):
        db.execute(f"UPDATE {table} SET name = 'Renamed'")
    reprint = look_up_sale(db, done.sale_id, copy=True)
    assert isinstance(reprint, CompletedSale)
    mark, rest = reprint.receipt.split("\n", 1)
    assert (mark.strip(), rest) == ("*** COPY ***", done.receipt)


def test_an_erased_customer_s_name_is_on_no_reprint(db: sqlite3.Connection) -> None:
    """B27: the names that receipts keep go with the key."""
    done = sell(db, sale_request("a", customer_id=MEMBER))
    forget_customers(db, [MEMBER])
    reprint = look_up_sale(db, done.sale_id)
    assert isinstance(reprint, CompletedSale)
    assert reprint.receipt == done.receipt.replace("Customer Customer M1\n", "")


def test_a_return_names_the_customer_of_its_original(db: sqlite3.Connection) -> None:
    """B27: whose points go back stands on the paper, also where the request names nobody."""
    sell(db, sale_request("a", [line("I15")], customer_id=MEMBER))
    back = sale_request("b", [return_line("a")], [tender(CARD, -9990)], total_minor=-9990)
    assert "Customer Customer M1" in sell(db, back).receipt


@pytest.mark.parametrize(("before", "total"), [(True, 890), (False, 970)])
def test_a_return_after_the_tax_mode_changed_gives_back_what_was_paid(
    db: sqlite3.Connection, before: bool, total: int
) -> None:
    """A13: the mode, rate and names that stood on the receipt, whatever the settings are by now."""
    settle_settings(db, replace(SETTINGS, tax_included=before))
    paid = [tender(CARD, total)]
    done = sell(db, sale_request("a", [line("I10")], paid, total_minor=total))
    settle_settings(db, replace(SETTINGS, tax_included=not before))
    db.execute("UPDATE item SET name = 'Renamed', unit = 'kg', tax_class = 'zero'")
    back = sale_request("b", [return_line("a")], [tender(CARD, -total)], total_minor=-total)
    mirrored = sell(db, back).fact.lines[0]
    assert (mirrored.description, mirrored.unit, mirrored.tax_minor) == (
        done.fact.lines[0].description,
        "each",
        -done.fact.lines[0].tax_minor,
    )
    again = look_up_sale(db, done.sale_id)
    assert isinstance(again, CompletedSale)
    assert again.receipt == done.receipt


def test_a_return_in_another_currency_is_refused(db: sqlite3.Connection) -> None:
    """A13: what was sold in dollars is not paid out in ringgit."""
    sell(db, sale_request("a"))
    settle_settings(db, replace(SETTINGS, currency="MYR"))
    back = sale_request("b", [return_line("a")], [tender(CARD, -150)], total_minor=-150)
    assert "SGD" in refused(db, back, CurrencyDiffers).detail


def test_a_receipt_that_nobody_could_read_again_is_refused(db: sqlite3.Connection) -> None:
    """A1: 1,000 lines of a million pieces each."""
    lines = [line(quantity_milli=10**9)] * 1_000
    assert refused(db, sale_request("a", lines), QuantityTooLarge).field == "lines"


def test_a_sale_asks_as_much_for_forty_lines_as_for_one(db: sqlite3.Connection) -> None:
    """Rules that look at more (points owed, names, what has changed since the tender) ask in the
    statements that are there: no question more, and none a line."""
    asked: dict[int, int] = {}
    for count in (1, 40):
        seen: list[str] = []
        db.set_trace_callback(seen.append)
        sell(db, sale_request(f"{count}", [line()] * count, customer_id=MEMBER))
        db.set_trace_callback(None)
        asked[count] = sum(statement.startswith("SELECT") for statement in seen)
    assert asked[1] == asked[40] <= 7
