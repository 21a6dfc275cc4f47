"""A sale from its request to rows, journal and receipt, over a real SQLite file."""

import sqlite3
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from edge.db.connection.writer import InlineWriter
from edge.db.epochs import begin_epoch
from edge.domain.operator import InactiveOperator, UnknownOperator
from edge.domain.sale.completed import CompletedSale
from edge.domain.sale.refusals.prices import TotalDiffers
from edge.domain.sale.refusals.sale_id import (
    SaleArchived,
    SaleDamaged,
    SaleFinished,
    SaleIdAbandoned,
    SaleIdReused,
    SaleIdTaken,
)
from edge.usecases.sale.abandon import abandon_sale
from edge.usecases.sale.look_up import Abandoned, NotKnown, look_up_sale
from sync.protocol.change import Epoch, link
from sync.protocol.codec import decode_fact, encode
from sync.protocol.errors import Refusal
from sync.protocol.facts import AlarmRaised, TaxClass
from sync.protocol.identity import ItemId, OperatorId, SaleId
from tests import builders
from tests.books import faults_of, rows, rows_of
from tests.builders import (
    ANNA,
    BEN,
    BUSINESS_DATE,
    CARD,
    CASH,
    DAY_MS,
    MEMBER,
    MEMBER_POINTS,
    NOW_MS,
    POINTS,
    SETTINGS,
    STOCK_MILLI,
    STORE,
    W1,
    W2,
    moment,
    new_store,
    settle_settings,
)
from tests.faults import contents
from tests.integration.sale_fixtures import db, points_of, refused
from tests.sale_builders import (
    line,
    return_line,
    sale_id,
    sale_request,
    sell,
    tender,
)

__all__ = ["db"]


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


@pytest.mark.parametrize("legible", [True, False])
def test_of_a_sale_whose_record_the_disk_spoilt_no_other_receipt_is_told(
    db: sqlite3.Connection, legible: bool
) -> None:
    """The simulation's damages, seed 12: asked again, the box answered with what stood there, or
    broke on it."""
    done = sell(db, sale_request("a"))
    told = done.kept.envelope
    spoilt = encode(replace(done.fact, note="another")) if legible else told.body[:-1] + b"\xc1"
    db.execute("SAVEPOINT unit")
    db.execute("UPDATE journal SET body = ? WHERE seq = ?", (spoilt, told.seq))
    with pytest.raises(SaleDamaged, match=done.receipt_number):
        look_up_sale(db, done.sale_id)
    with pytest.raises(SaleDamaged, match=done.receipt_number):
        sell(db, sale_request("a"))
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
