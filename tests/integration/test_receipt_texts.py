"""What a shop prints of its own above and below each receipt: it comes down like its settings, and
a receipt that was printed once is printed so for ever."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from central.db.engine import unit_of_work
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.store.set import open_store, set_settings
from edge.db.connection.engine import open_connection
from edge.usecases.feed.apply_reference import apply_reference
from edge.usecases.sale.look_up import look_up_receipt
from sync.protocol.codec import decode
from sync.protocol.reference import DataSet, ReceiptTexts
from tests.builders import NOW_MS, SETTINGS, STORE, moment, new_store, settle_settings
from tests.central_fixtures import postgres_template, serving
from tests.integration.edge_fixtures import Feed
from tests.sale_builders import sale_request, sell

__all__ = ["postgres_template"]

OLD = ReceiptTexts(("Since 1931",), ("Keep this receipt.",))
NEW = ReceiptTexts(("Under new management",))
MINUTE_MS = 60_000


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_connection(new_store(tmp_path / "store.sqlite3"), writer=True)) as opened:
        opened.execute("BEGIN")
        yield opened


def publish(
    db: sqlite3.Connection, *publications: ReceiptTexts | None, at_ms: int = NOW_MS
) -> None:
    """All that head office ever said, as a box takes it at ``at_ms``."""
    feed = Feed(DataSet.RECEIPT_TEXTS, str(STORE))
    for texts in publications:
        feed.publish("store", texts)
    apply_reference(db, feed.page(), moment(at_ms - NOW_MS))


def test_a_receipt_is_printed_again_as_it_was_after_head_and_foot_changed(
    db: sqlite3.Connection,
) -> None:
    bare = sell(db, sale_request("bare"))
    publish(db, OLD)
    first = sell(db, sale_request("a"))
    publish(db, OLD, NEW)
    second = sell(db, sale_request("b"))
    settle_settings(db, replace(SETTINGS, supplier_name="Moved Ltd."))
    publish(db, OLD, NEW, None)
    third = sell(db, sale_request("c"))
    assert "Since 1931" in first.receipt
    assert "Keep this receipt." in first.receipt
    assert "Under new management" in second.receipt
    assert "Keep this receipt." not in second.receipt
    assert "Moved Ltd." in third.receipt
    assert "Under new management" not in third.receipt
    for done in (bare, first, second, third):
        again = look_up_receipt(db, done.receipt_number)
        assert again is not None
        assert again.receipt.split("\n")[1:] == done.receipt.split("\n")
    assert sell(db, sale_request("a")).receipt == first.receipt


def test_a_basket_that_was_tendered_before_a_change_prints_what_held_then(
    db: sqlite3.Connection,
) -> None:
    publish(db, OLD, at_ms=NOW_MS - MINUTE_MS)
    publish(db, OLD, NEW, at_ms=NOW_MS + MINUTE_MS)
    late = sell(db, sale_request("late"), at=moment(2 * MINUTE_MS))
    assert "Since 1931" in late.receipt


def test_texts_that_come_before_the_settings_hold_with_them(db: sqlite3.Connection) -> None:
    """The settings' own row may have been set aside, and be taken later."""
    db.execute("DELETE FROM settings")
    publish(db, OLD)
    assert db.execute("SELECT count(*) FROM settings").fetchone() == (0,)
    settle_settings(db, SETTINGS)
    assert "Since 1931" in sell(db, sale_request("a")).receipt


async def test_a_store_alone_is_told_its_texts_and_only_when_they_change(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        for typed in ({"header": "Since 1931"}, {"name": "Orchard"}, {"header": " Since 1931 | "}):
            async with unit_of_work(served.engine) as db:
                await open_store(db, company_id, "S01", typed)
        async with unit_of_work(served.engine) as db:
            await open_store(db, company_id, "S02", {})
            await set_settings(db, company_id, "S01", {"header": "", "footer": "Bye|Bye"})
        await drain_publications(served.engine)
        rows = await served.rows(
            "SELECT s.code, f.body FROM feed_log f JOIN store s ON s.store_id::text = f.scope"
            " WHERE f.data_set = 'receipt_texts' ORDER BY f.pub_seq"
        )
        told = [(code, decode(ReceiptTexts, body)) for code, body in rows]
        assert told == [
            ("S01", ReceiptTexts(("Since 1931",))),
            ("S01", ReceiptTexts((), ("Bye", "Bye"))),
        ]
