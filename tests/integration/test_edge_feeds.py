"""What a store makes of feeds that it did not expect: of data sets it does not know, of a head
office that was restored, with rows that it cannot take. It sells on through all of it.
"""

import sqlite3
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from edge.box.clock import StoreClock
from edge.box.folder import database_of
from edge.box.settings import read_settings
from edge.commands.cli import app
from edge.db.connection.writer import InlineWriter
from edge.db.reference import Feed, PublishedRow, count_aside, read_cursors, write_rows
from edge.db.store import take_settings, today
from edge.exchange.rounds import Loading, health_of, load_over
from edge.server.serving import serving
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.feed import retry_rows as retrying
from edge.usecases.feed.retry_rows import retry_rows
from edge.usecases.till.open import OpenTill, open_till
from sync.engine.transport import Request, Response
from sync.protocol.codec import encode
from sync.protocol.facts import TaxClass
from sync.protocol.feeds import RowUnreadable, read_row
from sync.protocol.identity import (
    BootId,
    EventId,
    Incarnation,
    ItemId,
    OperatorId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.reference import EMPTY_SET_HASH, DataSet, FeedHead, FeedRow, Item, Price
from tests.edge_store import make_store, settings
from tests.integration.exchange_fixtures import Shop, shop

__all__ = ["shop"]

JAM = Item(ItemId("jam"), "Jam", "grocery", TaxClass.ZERO, ("777",))


async def heartbeat(shop: Shop) -> None:
    shop.exchange.beat_due = True
    await shop.exchange.round()


async def price_of(shop: Shop, item_id: str) -> Any:
    answer = await shop.till.call("GET", f"/items?q={item_id}")
    return next(one for one in answer.json()["items"] if one["item_id"] == item_id)[
        "unit_price_minor"
    ]


async def test_a_data_set_that_this_box_does_not_know_is_skipped_and_nothing_is_lost(
    shop: Shop,
) -> None:
    """A3: an acknowledgement that lists a feed of a newer head office is read as any other."""
    shop.central.newer = (FeedHead("wishes", "x", 7, bytes(32)),)
    shop.central.publish_shop()
    loaded: list[Loading] = []
    await load_over(shop.till.box, shop.line, loaded.append)
    assert (loaded[-1].done, loaded[-1].whole) == (15, 15)
    assert {text.split()[0] for text in shop.central.pulled} <= set(DataSet)
    await shop.sell()
    await shop.exchange.round()
    state = await shop.send_state()
    assert state.acknowledged_through == state.head.seq
    assert await price_of(shop, "item-1") == 345


async def test_a_feed_of_a_restored_head_office_is_loaded_anew(shop: Shop) -> None:
    """A41: the price before the restore (50.00) and another after it (3.00) have one pub_seq: the
    set's hash in the head tells them apart, and the box says so once."""
    shop.central.publish_shop()
    shop.central.publish(DataSet.PRICES, "item-1@0", Price(ItemId("item-1"), 0, 5_000))
    await heartbeat(shop)
    assert await price_of(shop, "item-1") == 5_000
    shop.central.feeds[DataSet.PRICES].pop()
    shop.central.publish(DataSet.PRICES, "item-1@0", Price(ItemId("item-1"), 0, 300))
    for _ in range(3):
        await heartbeat(shop)
    assert await price_of(shop, "item-1") == 300
    assert shop.central.pulled.count("prices after 0") == 2
    status: Any = await shop.status()
    assert [(one["kind"], one["subject"]) for one in status["alarms"]] == [
        ("central_rewound", "prices")
    ]
    assert status["needs_a_person"] is True


async def test_a_cursor_beyond_head_offices_head_loads_the_feed_anew(shop: Shop) -> None:
    """A41: a restored head office has fewer rows than this box took."""
    shop.central.publish_shop()
    shop.central.publish(DataSet.ITEMS, "jam", JAM)
    await heartbeat(shop)
    shop.central.feeds[DataSet.ITEMS].pop()
    shop.central.publish(DataSet.ITEMS, "item-2", msgspec.structs.replace(JAM, item_id="item-2"))
    shop.central.feeds[DataSet.ITEMS].pop(0)
    shop.central.feeds[DataSet.ITEMS] = [
        FeedRow(number, row.key, row.body)
        for number, row in enumerate(shop.central.feeds[DataSet.ITEMS], start=1)
    ]
    await heartbeat(shop)
    found = (await shop.till.call("GET", "/items?q=")).json()["items"]
    assert {"jam", "item-1"}.isdisjoint({one["item_id"] for one in found})


async def test_a_box_asks_at_its_cursor_before_it_loads_anew_and_goes_on_with_who_answers(
    shop: Shop,
) -> None:
    """Head office finds out by that question that it was put back, and is another from then on."""
    shop.central.publish_shop()
    await heartbeat(shop)
    shop.central.feeds[DataSet.ITEMS].pop()
    began, away = Incarnation(uuid4()), True

    def asked(request: Request) -> Response | None:
        if "items" not in request.path or "after=5" not in request.path:
            return None
        if not away:
            was = shop.central.genesis
            assert was is not None
            shop.central.genesis = msgspec.structs.replace(was, incarnation=began)
        return Response(503, {}, b"") if away else None

    shop.central.instead = asked
    await heartbeat(shop)
    assert (await shop.status())["alarms"] == []
    away = False
    with capture_logs() as logged:
        await heartbeat(shop)
    told = [one["event"] for one in logged if one["log_level"] == "error"]
    assert told == ["feeds begun anew"]
    cursors = await shop.till.box.reader.read(read_cursors)
    assert {one.incarnation for one in cursors.values()} == {began}
    assert cursors[Feed(DataSet.ITEMS, "")].pub_seq == 4


async def test_a_head_office_whose_pages_never_come_out_at_its_head_is_not_asked_for_ever(
    shop: Shop,
) -> None:
    """A41: each head begins a feed anew once, whatever comes of it."""
    shop.central.publish_shop()
    await heartbeat(shop)
    honest = shop.central._head

    def wrong(data_set: DataSet) -> FeedHead:
        head = honest(data_set)
        lied = EMPTY_SET_HASH if data_set is DataSet.PRICES else head.set_hash
        return msgspec.structs.replace(head, set_hash=lied)

    shop.central._head = wrong  # type: ignore[method-assign] # a head office with a defect
    for _ in range(4):
        await heartbeat(shop)
    assert shop.central.pulled.count("prices after 0") == 2


async def test_a_row_that_cannot_be_taken_is_shown_and_the_shop_goes_on(shop: Shop) -> None:
    """A18: status, what head office is told, and one log line; the feed's next rows are taken."""
    shop.central.publish_shop()
    await heartbeat(shop)
    odd = msgspec.to_builtins(JAM)
    odd[5] = "dozen"
    shop.central.publish(DataSet.ITEMS, "jam", odd)
    shop.central.publish(DataSet.SETTINGS, "store", msgspec.structs.replace(settings(), zone="X/Y"))
    shop.central.publish(DataSet.PRICES, "item-2@0", Price(ItemId("item-2"), 0, 400))
    with capture_logs() as logged:
        await heartbeat(shop)
    assert [one["event"] for one in logged if one["log_level"] == "error"] == ["rows set aside"] * 2
    assert await price_of(shop, "item-2") == 400
    await shop.sell()
    status: Any = await shop.status()
    assert (status["rows_set_aside"], status["needs_a_person"]) == (2, True)
    assert (status["first_set_aside"]["data_set"], status["first_set_aside"]["key"]) == (
        "items",
        "jam",
    )
    assert "dozen" in status["first_set_aside"]["reason"]
    assert (await health_of(shop.till.box)).alarms == ("rows_set_aside",)
    shop.central.publish(DataSet.ITEMS, "jam", JAM)
    shop.central.publish(DataSet.SETTINGS, "store", settings())
    await heartbeat(shop)
    assert (await shop.status())["rows_set_aside"] == 0
    assert (await health_of(shop.till.box)).alarms == ()


async def test_a_row_set_aside_is_taken_by_the_version_that_can_read_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A3: the bytes were kept, so nothing has to be published again."""

    def older(data_set: DataSet, key: str, body: bytes) -> Any:
        if key == "jam":
            raise RowUnreadable("this version knows no jam")
        return read_row(data_set, key, body)

    shop.central.publish_shop()
    shop.central.publish(DataSet.ITEMS, "jam", JAM)
    box = shop.till.box
    with monkeypatch.context() as patched:
        patched.setattr("edge.db.published.read_row", older)
        patched.setattr(retrying, "read_row", older)
        await heartbeat(shop)
        assert await box.writer.run(lambda db: retry_rows(db, box.clock.moment())) == 0
    assert await box.reader.read(count_aside) == 1
    assert (await shop.till.call("GET", "/items?q=jam")).json()["items"] == []
    assert await box.writer.run(lambda db: retry_rows(db, box.clock.moment())) == 1
    assert await box.reader.read(count_aside) == 0
    found = (await shop.till.call("GET", "/items?q=jam")).json()["items"]
    assert [one["item_id"] for one in found] == ["jam"]


async def test_a_start_takes_what_an_earlier_version_set_aside(tmp_path: Path) -> None:
    """A3: nobody has to ask for it."""
    folder = tmp_path / "S01"
    make_store(folder)
    row = PublishedRow(FeedRow(9, "jam", encode(JAM)), "an earlier version knew no jam")
    async with InlineWriter.open(database_of(folder)) as writer:
        writer.run_now(lambda db: write_rows(db, Feed(DataSet.ITEMS, ""), [row]))
    async with serving(folder, read_settings(folder), exchange=False) as (box, _):
        assert await box.reader.read(count_aside) == 0
        sold = "SELECT item_id, version FROM item WHERE item_id = 'jam'"
        assert await box.reader.read(lambda db: db.execute(sold).fetchall()) == [("jam", 9)]


def test_totals_are_printed_with_the_decimals_of_the_stores_currency(tmp_path: Path) -> None:
    """A19: 12,525,000 dong are not 125,250.00."""
    folder = tmp_path / "S01"
    make_store(folder)
    moment = StoreClock(BootId(uuid4())).moment()
    dong = msgspec.structs.replace(settings(), currency="VND", decimals=0)
    operator = OperatorId("anna")

    def trade(db: sqlite3.Connection) -> None:
        take_settings(db, dong)
        day = today(dong, moment.wall_ms)
        open_business_day(db, OpenBusinessDay(operator, day), EventId(uuid4()), moment)
        till = OpenTill(TillSessionId(uuid4()), operator, 12_525_000)
        open_till(db, till, WorkstationId("W1"), moment)

    writer = InlineWriter.open(database_of(folder))
    writer.run_now(trade)
    writer.close_now()
    told = CliRunner().invoke(app, ["totals", "--data", str(folder)]).stdout
    assert " 12,525,000\n" in told
    assert ".00" not in told


def test_status_says_what_is_set_aside_and_what_to_do_in_one_line(tmp_path: Path) -> None:
    """A18: a person is called, by the exit code too; what a key holds cannot steer the terminal."""
    folder = tmp_path / "S01"
    make_store(folder)
    row = PublishedRow(FeedRow(9, "ja\x1bm", encode(JAM)), "its key is another row's")
    writer = InlineWriter.open(database_of(folder))
    writer.run_now(lambda db: write_rows(db, Feed(DataSet.ITEMS, ""), [row]))
    writer.close_now()
    told = CliRunner().invoke(app, ["status", "--data", str(folder)])
    assert told.exit_code == 1
    line = next(one for one in told.stdout.splitlines() if "set aside" in one)
    assert "items ja\ufffdm: its key is another row's" in line
    assert "update this box's software" in line
    assert "\x1b" not in told.stdout
