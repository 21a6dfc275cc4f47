"""What happens again after somebody ended the first: an alarm that was cleared, a pairing that was
ended, a row that could not be taken at first."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from edge.db.alarms import list_alarms
from edge.db.connection.writer import InlineWriter
from edge.db.reference import Feed, PublishedRow, write_rows
from edge.db.workstations import Device, list_codes, token_hash, token_hashes
from edge.domain.item import UnknownScanCode
from edge.domain.sale.refusals.sale_id import SaleIdReused
from edge.domain.workstation import PairingRefused, WorkstationKind
from edge.usecases.box.clear_alarm import ClearAlarm, clear_alarm
from edge.usecases.feed.retry_rows import retry_rows
from edge.usecases.workstation.issue_pairing_code import LIFETIME_MS, issue_pairing_code
from edge.usecases.workstation.pair import Paired, PairWorkstation, pair_workstation
from edge.usecases.workstation.unpair import unpair_workstation
from sync.protocol.codec import encode
from sync.protocol.identity import EventId, ItemId
from sync.protocol.reference import DataSet, FeedRow, Item
from tests.builders import ITEMS, W1, W2, moment, new_store
from tests.integration.edge_fixtures import Shop, new_shop
from tests.integration.edge_fixtures import moment as shop_moment
from tests.sale_builders import later, line, sale_id, sale_request, sell

CODE, NEXT_CODE = "7Q4-M0K-XV2", "7Q4-M0K-XV3"
TOKEN = "t" * 43
I01 = ItemId("I01")
CHANGED_MS, ARRIVED_MS = 60_000, 120_000


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[InlineWriter]:
    opened = InlineWriter.open(new_store(tmp_path / "store.sqlite3"))
    yield opened
    opened.close_now()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = new_shop(tmp_path / "store.sqlite3", published=False)
    yield made
    made.writer.close_now()


def test_the_same_wrong_content_is_refused_and_alarms_anew_after_its_alarm_was_cleared(
    writer: InlineWriter,
) -> None:
    """A27: the till sends the same bytes again by itself, also after somebody cleared the alarm;
    that was a 500 for ever."""
    writer.run_now(lambda db: sell(db, sale_request("a")))
    other = sale_request("a", [line("I02")])

    def send(after_ms: int) -> None:
        with pytest.raises(SaleIdReused):
            writer.run_now(lambda db: sell(db, other, W2, moment(after_ms)))

    send(1)
    send(2)
    (first,) = writer.run_now(list_alarms)
    assert first.times == 2
    clearing, event = ClearAlarm("Ann", "looked"), EventId(sale_id("cleared"))
    writer.run_now(lambda db: clear_alarm(db, clearing, first.alarm_id, event, moment(3)))
    send(4)
    (second,) = writer.run_now(list_alarms)
    assert second.alarm_id != first.alarm_id
    assert second.times == 1


def _pair(shop: Shop, code: str) -> None:
    request = PairWorkstation(W1, code, TOKEN)
    shop.once(
        request.request_id,
        request,
        Paired,
        lambda db: pair_workstation(db, request, shop_moment()),
    )


def test_a_pairing_that_was_ended_is_not_answered_again_and_its_device_can_be_let_in(
    shop: Shop,
) -> None:
    """A29: a device keeps the token it drew; a new code lets it in under it."""
    shop.do(lambda db: issue_pairing_code(db, W1, CODE, shop_moment()))
    _pair(shop, CODE)
    shop.do(lambda db: unpair_workstation(db, W1))
    with pytest.raises(PairingRefused):
        _pair(shop, CODE)
    shop.do(lambda db: issue_pairing_code(db, W1, NEXT_CODE, shop_moment()))
    _pair(shop, NEXT_CODE)
    assert shop.do(token_hashes) == {token_hash(TOKEN): Device(W1, WorkstationKind.TILL)}


def test_a_code_that_is_over_is_not_listed_as_one_that_may_be_used(shop: Shop) -> None:
    """A29: a list of what opens something names nothing that does not."""
    shop.do(lambda db: issue_pairing_code(db, W1, CODE, shop_moment()))
    over_ms = shop_moment().wall_ms + LIFETIME_MS
    assert shop.do(lambda db: list_codes(db, over_ms - 1)) == {W1: over_ms}
    assert shop.do(lambda db: list_codes(db, over_ms)) == {}


def test_a_row_that_is_taken_at_a_start_holds_from_then_on_and_not_before(tmp_path: Path) -> None:
    """A14, A18: a basket that was tendered before is finished as it was quoted."""
    with closing(sqlite3.connect(new_store(tmp_path / "store.sqlite3"))) as db:
        db.isolation_level = None
        db.execute("BEGIN")
        body = encode(Item(I01, "Other", "grocery", ITEMS[I01].tax_class, ()))
        aside = PublishedRow(FeedRow(9_000, I01, body), "an earlier version could not take it")
        write_rows(db, Feed(DataSet.ITEMS, ""), [aside])
        assert retry_rows(db, moment(CHANGED_MS)) == 1
        done = sell(db, sale_request("paid"), at=moment(ARRIVED_MS))
        assert done.fact.lines[0].description == ITEMS[I01].name
        late = msgspec.structs.replace(sale_request("next"), tendered_at=later(1))
        with pytest.raises(UnknownScanCode):
            sell(db, late, at=moment(3_600_000))
