"""A sale from its request to rows, journal and receipt, over a real SQLite file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from edge.db import sale_statements, sale_writes
from edge.db.connection.engine import open_connection
from edge.db.connection.writer import InlineWriter
from edge.db.customers import forget_customers
from edge.domain.business_day import NoOpenBusinessDay
from edge.domain.customer import InactiveCustomer, UnknownCustomer
from edge.domain.item import UnknownScanCode
from edge.domain.operator import InactiveOperator, UnknownOperator
from edge.domain.sale.basket import LineRequest, SaleRequest
from edge.domain.sale.completed import CompletedSale
from edge.domain.sale.refusals.lines import QuantityTooLarge
from edge.domain.sale.refusals.points import MorePointsThanRights
from edge.domain.sale.refusals.prices import TenderedTooLongAgo, TotalDiffers
from edge.domain.sale.refusals.returns import (
    CurrencyDiffers,
    CustomerDiffers,
    NothingReturned,
    OriginalNotFound,
    ReturnedMoreThanSold,
)
from edge.domain.sale.refusals.sale_id import (
    SaleArchived,
    SaleFinished,
    SaleIdAbandoned,
    SaleIdReused,
    SaleIdTaken,
)
from edge.domain.sale.refusals.tenders import (
    ChangeFromOtherThanCash,
    InactiveTender,
    TenderMissing,
    TendersBelowTotal,
    UnknownTender,
)
from edge.domain.till import NoOpenTill
from edge.usecases.sale.abandon import abandon_sale
from edge.usecases.sale.look_up import Abandoned, NotKnown, look_up_sale
from sync.engine.journal import begin_epoch
from sync.protocol.change import Epoch, link
from sync.protocol.codec import decode_fact
from sync.protocol.errors import Refusal
from sync.protocol.facts import AlarmRaised, Spend, TakeBack, TaxClass
from sync.protocol.identity import CustomerId, ItemId, OperatorId, SaleId, TenderId
from tests import builders
from tests.books import faults_of, rows, rows_of
from tests.builders import (
    ANNA,
    BEN,
    BUSINESS_DATE,
    CARD,
    CASH,
    CHEQUE,
    DAY_MS,
    FORMER,
    GRANTS,
    MEMBER,
    MEMBER_POINTS,
    NEWCOMER,
    NOW_MS,
    POINTS,
    SETTINGS,
    STOCK_MILLI,
    STORE,
    W1,
    W2,
    W3,
    digest_of,
    later,
    line,
    moment,
    new_store,
    return_line,
    sale_id,
    sale_request,
    sell,
    settle_settings,
    tender,
)
from tests.faults import contents


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A seeded store, inside one unit of work; what it sold adds up at the end."""
    with closing(open_connection(new_store(tmp_path / "store.sqlite3"), writer=True)) as opened:
        opened.execute("BEGIN")
        yield opened
        assert faults_of(opened, STOCK_MILLI) == []


def refused(db: sqlite3.Connection, request: SaleRequest, kind: type[Refusal]) -> Refusal:
    """The refusal of a request, that leaves nothing behind (the writer rolls back to here)."""
    before = contents(db)
    db.execute("SAVEPOINT unit")
    with pytest.raises(kind) as caught:
        sell(db, request)
    db.execute("ROLLBACK TO unit")
    db.execute("RELEASE unit")
    assert contents(db) == before
    return caught.value


def points_of(db: sqlite3.Connection, customer: CustomerId) -> int:
    sql = "SELECT coalesce(sum(points - spent), 0) FROM points_right WHERE customer_id = ?"
    points: int = db.execute(sql, (customer.bytes,)).fetchone()[0]
    return points


# --- what a sale writes


def test_the_statements_fit_the_migrated_schema(db: sqlite3.Connection) -> None:
    for statement in (*sale_writes.STATEMENTS, *sale_statements.STATEMENTS):
        statement.hold_against(db)


def test_a_sale_s_rows_are_its_fact(db: sqlite3.Connection) -> None:
    lines = [
        line("I01", 2),
        line("WEIGHED", quantity_milli=755),
        line("ZERO"),
        line("I01"),
        line("OPEN", price_minor=1234, serial="SN-1", lot="L7"),
        line("GIFT"),
    ]
    tenders = [tender(POINTS, 200), tender(CARD, 1000, reference="ref 9"), tender(CASH, 5000)]
    request = sale_request("a", lines, tenders, customer_id=MEMBER, note="hello")
    done = sell(db, request)
    assert rows_of(db, request.sale_id) == rows(done.fact)
    assert done.total_minor == request.total_minor == 300 + 301 + 1000 + 150 + 1234 + 2000
    assert (done.rounding_minor, done.due_minor, done.change_minor) == (0, 4985, 1215)
    assert done.points_spent == 200
    assert done.points_earned == (4985 - 200 - 2000) // 1000
    assert done.points_here == points_of(db, MEMBER) == MEMBER_POINTS - 200 + 2
    assert not done.repeated


def test_its_event_is_the_chain_s_next_link_and_its_envelope_proves_it(
    db: sqlite3.Connection,
) -> None:
    first, second = sell(db, sale_request("a")), sell(db, sale_request("b"))
    kept = second.kept
    assert kept.envelope.seq == first.kept.envelope.seq + 1
    assert kept.prev_hash == first.kept.hash
    place = link(kept.store_id, kept.epoch, kept.envelope, kept.prev_hash)
    assert place.hash == kept.hash
    assert kept.envelope.event_id == sale_id("b")
    assert kept.signature == b""
    envelope = kept.envelope
    assert decode_fact(envelope.kind, envelope.kind_version, envelope.body) == second.fact
    assert second.receipt.endswith(f"E{kept.epoch}-{envelope.seq} {kept.hash[:8].hex()}")
    assert second.head.hash == kept.hash


def test_receipt_numbers_are_gapless_for_each_workstation(db: sqlite3.Connection) -> None:
    numbers = [
        sell(db, sale_request(str(n)), workstation).receipt_number
        for n, workstation in enumerate((W1, W2, W1, W1, W2))
    ]
    refused(db, sale_request("bad", total_minor=1, tenders=[tender(CARD, 1)]), TotalDiffers)
    numbers.append(sell(db, sale_request("next")).receipt_number)
    assert numbers == [
        "S01-W1-E1-000001",
        "S01-W2-E1-000001",
        "S01-W1-E1-000002",
        "S01-W1-E1-000003",
        "S01-W2-E1-000002",
        "S01-W1-E1-000004",
    ]


def test_a_new_epoch_has_its_own_series_and_its_first_sale_can_be_recalled(
    db: sqlite3.Connection,
) -> None:
    old = sell(db, sale_request("a"))
    begin_epoch(db, STORE, Epoch(2, b"\x01\x02\x03\x04"), b"g" * 32)
    first = sell(db, sale_request("b"))
    assert first.receipt_number == "S01-W1-E2-000001"
    assert (first.kept.envelope.seq, first.kept.prev_hash) == (1, b"g" * 32)
    for done in (old, first):
        found = look_up_sale(db, done.sale_id)
        assert isinstance(found, CompletedSale)
        assert (found.kept, found.receipt) == (done.kept, done.receipt)


def test_a_sale_whose_journal_entry_has_left_says_where_it_is(db: sqlite3.Connection) -> None:
    done = sell(db, sale_request("a"))
    db.execute("SAVEPOINT unit")
    db.execute("DELETE FROM journal WHERE seq = ?", (done.kept.envelope.seq,))
    with pytest.raises(SaleArchived, match=done.receipt_number):
        look_up_sale(db, sale_id("a"))
    db.execute("ROLLBACK TO unit")


def test_more_than_there_is_can_be_sold_and_is_marked(db: sqlite3.Connection) -> None:
    request = sale_request("a", [line("I01", 6), line("I02"), line("I01", 5)])
    sell(db, request)
    movements = db.execute(
        "SELECT item_id, quantity_milli, on_hand_after_milli, oversold FROM stock_movement"
        " WHERE event_id = ? ORDER BY line_no",
        (request.sale_id.bytes,),
    ).fetchall()
    assert movements == [
        ("I01", -6_000, 4_000, 0),
        ("I02", -1_000, 9_000, 0),
        ("I01", -5_000, -1_000, 1),
    ]


def test_a_price_is_the_one_in_force_when_the_basket_was_tendered(
    db: sqlite3.Connection,
) -> None:
    builders.price(db, ItemId("I01"), 175, NOW_MS + 1, version=12)
    assert sell(db, sale_request("a", total_minor=150), at=moment(60_000)).total_minor == 150
    builders.price(db, ItemId("I01"), 160, NOW_MS, version=13)
    done = sell(db, sale_request("b", total_minor=160))
    assert done.fact.lines[0].price_version == 13


def test_tax_is_the_business_date_s(db: sqlite3.Connection) -> None:
    builders.tax_rate(db, TaxClass.STANDARD, 1000, BUSINESS_DATE, version=21)
    builders.tax_rate(db, TaxClass.STANDARD, 2000, date(2026, 3, 3), version=22)
    done = sell(db, sale_request("a", [line("I10")]))
    assert (done.fact.lines[0].tax_rate_bp, done.fact.lines[0].tax_version) == (1000, 21)
    assert done.fact.taxes[0].tax_minor == 81


def test_tax_on_top_balances_too(db: sqlite3.Connection) -> None:
    settle_settings(db, replace(SETTINGS, tax_included=False))
    request = sale_request("a", [line("I10")], [tender(CASH, 1000)], total_minor=970)
    done = sell(db, request)
    assert (done.total_minor, done.change_minor) == (970, 30)
    back = sale_request("b", [return_line("a")], [tender(CASH, -970)], total_minor=-970)
    assert sell(db, back).total_minor == -970


def test_no_rounding_where_the_store_has_none(db: sqlite3.Connection) -> None:
    settle_settings(db, replace(SETTINGS, cash_rounding_step_minor=1))
    done = sell(db, sale_request("a", [line("I06")], [tender(CASH, 400)]))
    assert (done.rounding_minor, done.change_minor) == (0, 1)


# --- the same id again


def test_the_same_request_again_gives_the_same_answer(db: sqlite3.Connection) -> None:
    request = sale_request("a", [line("I15")], customer_id=MEMBER)
    first = sell(db, request)
    sell(db, sale_request("between"), W2)
    before = contents(db)
    again = sell(db, request, W2, moment(DAY_MS * 3))
    assert again.repeated
    assert (again.fact, again.kept, again.receipt) == (first.fact, first.kept, first.receipt)
    assert again.points_here == first.points_here
    assert contents(db) == before


def test_the_same_request_prints_the_same_receipt_after_the_stores_settings_changed(
    db: sqlite3.Connection,
) -> None:
    request = sale_request("a")
    first = sell(db, request)
    was = first.settings
    moved = replace(was, supplier_name="Moved Ltd.", supplier_address="2 New Road", zone="UTC")
    builders.settle_settings(db, moved)
    again, other = sell(db, request), sell(db, sale_request("b"))
    assert again.receipt == first.receipt
    assert "Moved Ltd." in other.receipt
    builders.settle_settings(db, was)
    assert sell(db, sale_request("c")).settings == was
    assert db.execute("SELECT count(*), sum(current) FROM settings").fetchone() == (2, 1)


def test_a_repeated_return_tells_the_original_again(db: sqlite3.Connection) -> None:
    sell(db, sale_request("a", [line("I15")], customer_id=MEMBER))
    request = sale_request("b", [return_line("a")], [tender(CARD, -9990)], total_minor=-9990)
    first, again = sell(db, request), sell(db, request)
    assert "RETURN of S01-W1-E1-000001, line 1" in first.receipt
    assert (again.receipt, again.fact) == (first.receipt, first.fact)


def test_the_same_id_with_another_content_is_refused_and_raises_one_alarm(tmp_path: Path) -> None:
    writer = InlineWriter.open(new_store(tmp_path / "store.sqlite3"))
    first, other = sale_request("a"), sale_request("a", [line("I02")])
    done = writer.run_now(lambda db: sell(db, first))
    for _ in range(3):
        with pytest.raises(SaleIdReused) as caught:
            writer.run_now(lambda db: sell(db, other, W2))
        assert caught.value.receipt_number == done.receipt_number
    alarms = writer.run_now(lambda db: db.execute("SELECT kind, subject FROM alarm").fetchall())
    events = writer.run_now(
        lambda db: db.execute(
            "SELECT kind, kind_version, body FROM journal WHERE seq > ?",
            (done.kept.envelope.seq,),
        ).fetchall()
    )
    assert alarms == [("sale_id_reused", str(sale_id("a")))]
    facts = [decode_fact(*event) for event in events]
    assert [type(fact) for fact in facts] == [AlarmRaised]
    assert writer.run_now(lambda db: faults_of(db, STOCK_MILLI)) == []
    assert writer.run_now(lambda db: sell(db, first)).receipt == done.receipt
    writer.close_now()


def test_an_id_that_belongs_to_another_event_is_refused(db: sqlite3.Connection) -> None:
    (till,) = db.execute("SELECT event_id FROM journal WHERE seq = 2").fetchone()
    sale = SaleId(UUID(bytes=till))
    refused(db, replace(sale_request(), sale_id=sale), SaleIdTaken)
    with pytest.raises(SaleIdTaken):
        abandon_sale(db, sale, W1, ANNA, moment())


# --- giving an id up, looking it up


def test_an_abandoned_id_is_never_finished(db: sqlite3.Connection) -> None:
    assert look_up_sale(db, sale_id("a")) == NotKnown(sale_id("a"))
    given_up = abandon_sale(db, sale_id("a"), W1, ANNA, moment())
    assert abandon_sale(db, sale_id("a"), W2, ANNA, moment(5_000)) == given_up
    refused(db, sale_request("a"), SaleIdAbandoned)
    assert look_up_sale(db, sale_id("a")) == Abandoned(sale_id("a"), NOW_MS)
    events = db.execute("SELECT count(*) FROM journal WHERE kind = 'id_abandoned'").fetchone()
    assert events == (1,)


def test_a_finished_sale_cannot_be_abandoned(db: sqlite3.Connection) -> None:
    sell(db, sale_request("a"))
    with pytest.raises(SaleFinished):
        abandon_sale(db, sale_id("a"), W1, ANNA, moment())


@pytest.mark.parametrize(
    ("operator", "refusal"), [(OperatorId("eve"), UnknownOperator), (BEN, InactiveOperator)]
)
def test_only_an_operator_gives_an_id_up(
    db: sqlite3.Connection, operator: OperatorId, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        abandon_sale(db, sale_id("a"), W1, operator, moment())


def test_a_look_up_gives_the_answer_and_a_reprint_is_marked(db: sqlite3.Connection) -> None:
    done = sell(db, sale_request("a"))
    found, reprint = (look_up_sale(db, sale_id("a"), copy=copy) for copy in (False, True))
    assert isinstance(found, CompletedSale)
    assert isinstance(reprint, CompletedSale)
    assert (found.receipt, found.kept) == (done.receipt, done.kept)
    assert reprint.receipt.split("\n", 1)[1] == done.receipt
    assert "COPY" in reprint.receipt


# --- goods that come back, and points


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


# --- refusals


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
    fact = decode_fact("retail_transaction", 1, done.kept.envelope.body)
    assert fact == done.fact
    assert (done.fact.note, done.fact.lines[0].serial) == (text, text)
    assert db.execute("SELECT reference FROM sale_tender").fetchall() == [(text,)]


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
