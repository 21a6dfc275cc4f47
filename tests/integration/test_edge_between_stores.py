"""Goods between this shop and others: what it wrote and what head office told it are one; it sends
what somebody wished, receives what was sent, asks another shop, settles what differs."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from edge.db.between_stores import find_between, known_between
from edge.db.published import Read, put_in_force
from edge.domain.rights import PermissionNeeded
from edge.domain.transfer import (
    NothingToSettle,
    TransferToItself,
    UnknownTransfer,
    WishedTwice,
    WishEnded,
)
from edge.usecases.stock.receive_goods import GoodsLine, ReceiveGoods, receive_goods
from edge.usecases.transfer.book import SendGoods, SentLine, TakeIn, send_goods, take_in
from edge.usecases.transfer.note import (
    AskForGoods,
    Noted,
    SayOfTransfer,
    ask_for_goods,
    end_wish,
    settle_transfer,
    store_here,
)
from sync.protocol.between_stores import Between, GoodsState, Marked
from sync.protocol.facts import StockTransferred, TransferNote, TransferNoted
from sync.protocol.feeds import ROWS
from sync.protocol.identity import ItemId, MovementId, OperatorId
from sync.protocol.lots import Mark
from sync.protocol.reference import DataSet
from sync.protocol.told import ToldLine, TransferNews, TransferTold
from sync.protocol.transfers import intent_of
from tests.builders import ANNA, COMPANY, NOW_MS, STORE, moment
from tests.edge_store import MILK
from tests.integration.count_fixtures import Counting
from tests.integration.office_fixtures import Browser, browser
from tests.pins import publish_person

__all__ = ["browser"]
BUN, TEA = ItemId("I01"), ItemId("I02")
NUMBER = "S02-S01-1AABBCCDD-57"
OTHER, WISH = UUID(int=0x5002), UUID(int=77)
TRANSFERS = "/office/stock/transfers"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Counting]:
    made = Counting(tmp_path / "store.sqlite3")
    made.receive("I01", 10_000, unit_cost_minor=150)
    yield made
    made.close()


def told(
    news: TransferNews,
    subject: UUID,
    *lines: ToldLine,
    out: bool = False,
    number: str = "",
    wish: UUID | None = None,
    event: UUID | None = None,
    by: UUID | None = OTHER,
) -> TransferTold:
    """What head office tells of; ``out``: from this shop, else to it."""
    ends = ((STORE, "S01"), (OTHER, "S02")) if out else ((OTHER, "S02"), (STORE, "S01"))
    return TransferTold(
        subject_id=subject,
        event_id=event or uuid4(),
        part=0,
        news=news,
        wish_id=wish,
        from_store_id=ends[0][0],
        from_code=ends[0][1],
        to_store_id=ends[1][0],
        to_code=ends[1][1],
        store_id=by,
        number=number,
        said_by="bo",
        reason=f"{news.value} there",
        at_ms=NOW_MS,
        lines=lines,
    )


def hear(shop: Counting, *rows: TransferTold) -> None:
    data_set = DataSet.TRANSFERS
    keys = [ROWS[data_set].key_of(row) for row in rows]
    put_in_force(shop.db, data_set, keys, [Read(1, row) for row in rows], [], 0)


def one(shop: Counting, subject: UUID) -> Between:
    found = find_between(shop.db, store_here(shop.db), subject, NOW_MS)
    assert found is not None
    return found


def send(shop: Counting, milli: int, wish: UUID | None = None) -> UUID:
    asked = SendGoods(
        MovementId(uuid4()), ANNA, "S02", "they ran out", (SentLine(BUN, milli),), None, wish
    )
    return intent_of(COMPANY, send_goods(shop.db, asked, moment()).number)


def take(shop: Counting, milli: int, number: str = NUMBER) -> UUID:
    asked = TakeIn(MovementId(uuid4()), ANNA, number, "as it came", (SentLine(BUN, milli),))
    return take_in(shop.db, asked, moment()).intent_id


def say(shop: Counting, subject: UUID, by: OperatorId = ANNA) -> SayOfTransfer:
    return SayOfTransfer(MovementId(uuid4()), by, subject, "one was broken")


def test_what_another_shop_sent_is_on_its_way_and_comes_in_at_what_it_cost_there(
    shop: Counting,
) -> None:
    transfer = intent_of(COMPANY, NUMBER)
    hear(shop, told(TransferNews.SENT, transfer, ToldLine(1, BUN, 6_000, -600), number=NUMBER))
    coming = one(shop, transfer)
    assert (coming.state, coming.from_code, coming.number) == (
        GoodsState.IN_TRANSIT,
        "S02",
        NUMBER,
    )
    assert take(shop, 5_000) == transfer
    fact = shop.events()[-1].fact
    assert isinstance(fact, StockTransferred)
    assert (fact.other_store_id, fact.lines[0].cost_minor) == (OTHER, 500)
    differs = one(shop, transfer)
    assert (differs.state, differs.lines[0].differs_milli) == (GoodsState.DIFFERS, 1_000)
    assert take(shop, 1_000) == transfer
    assert one(shop, transfer).state is GoodsState.ARRIVED


def test_a_wish_is_a_task_that_is_fulfilled_in_parts(shop: Counting) -> None:
    wished = told(TransferNews.WISHED, WISH, ToldLine(1, BUN, 6_000), out=True, event=WISH, by=None)
    hear(shop, wished)
    assert (one(shop, WISH).state, one(shop, WISH).is_open) == (GoodsState.WISHED, True)
    transfer = send(shop, 4_000, WISH)
    fact = shop.events()[-1].fact
    assert isinstance(fact, StockTransferred)
    assert fact.intent_id == WISH
    assert fact.document is not None
    assert intent_of(COMPANY, fact.document) == transfer
    assert (one(shop, WISH).state, one(shop, WISH).is_open) == (GoodsState.IN_TRANSIT, True)
    send(shop, 2_000, WISH)
    assert not one(shop, WISH).is_open
    number = one(shop, transfer).number
    came = told(TransferNews.CAME, transfer, ToldLine(1, BUN, 4_000), out=True, number=number)
    hear(shop, came)
    assert one(shop, transfer).state is GoodsState.ARRIVED
    with pytest.raises(WishEnded):
        end_wish(shop.db, say(shop, WISH), moment())


def test_what_it_wrote_itself_and_is_told_again_counts_once(shop: Counting) -> None:
    transfer = send(shop, 4_000)
    own = shop.events()[-1].fact
    assert isinstance(own, StockTransferred)
    again = told(TransferNews.SENT, transfer, ToldLine(1, BUN, 4_000), out=True)
    hear(shop, replace(again, event_id=own.transfer_id))
    assert one(shop, transfer).lines[0].sent_milli == 4_000


def test_it_asks_another_shop_and_ends_what_it_asked_for(shop: Counting) -> None:
    lines = (SentLine(BUN, 6_000), SentLine(TEA, 1_000))
    asked = AskForGoods(MovementId(uuid4()), ANNA, "s02", "for Sunday", lines)
    done = ask_for_goods(shop.db, asked, moment())
    assert (done.note, one(shop, done.subject_id).state) == (
        TransferNote.WISHED,
        GoodsState.WISHED,
    )
    fact = shop.events()[-1].fact
    assert isinstance(fact, TransferNoted)
    assert (fact.note, fact.other_code, len(fact.lines)) == (TransferNote.WISHED, "S02", 2)
    wish = one(shop, done.subject_id)
    assert (wish.from_code, wish.to_code) == ("S02", "S01")
    assert isinstance(end_wish(shop.db, say(shop, done.subject_id), moment()), Noted)
    assert one(shop, done.subject_id).state is GoodsState.CANCELLED
    with pytest.raises(WishEnded):
        end_wish(shop.db, say(shop, done.subject_id), moment())


def test_either_end_settles_what_differs_with_a_reason_once(shop: Counting) -> None:
    transfer = send(shop, 4_000)
    on_hand = shop.on_hand("I01")
    hear(shop, told(TransferNews.CAME, transfer, ToldLine(1, BUN, 3_000), out=True))
    assert one(shop, transfer).state is GoodsState.DIFFERS
    settle_transfer(shop.db, say(shop, transfer), moment())
    fact = shop.events()[-1].fact
    assert isinstance(fact, TransferNoted)
    assert (fact.note, fact.subject_id, fact.number) == (
        TransferNote.SETTLED,
        transfer,
        one(shop, transfer).number,
    )
    closed = one(shop, transfer)
    assert closed.state is GoodsState.CLOSED
    assert (ANNA, "one was broken") in closed.said
    assert shop.on_hand("I01") == on_hand
    with pytest.raises(NothingToSettle):
        settle_transfer(shop.db, say(shop, transfer), moment())


def test_what_is_wrong_is_said(shop: Counting) -> None:
    def asking(*lines: SentLine, to: str = "S02") -> AskForGoods:
        return AskForGoods(MovementId(uuid4()), ANNA, to, "for Sunday", lines)

    with pytest.raises(TransferToItself):
        ask_for_goods(shop.db, asking(SentLine(BUN, 1_000), to="s01"), moment())
    with pytest.raises(WishedTwice):
        ask_for_goods(shop.db, asking(SentLine(BUN, 1_000), SentLine(BUN, 1_000)), moment())
    transfer = send(shop, 1_000)
    publish_person(shop.db, "cas", "cashier", "7391")
    for wrong, subject in ((end_wish, transfer), (settle_transfer, WISH), (end_wish, WISH)):
        with pytest.raises(UnknownTransfer):
            wrong(shop.db, say(shop, subject), moment())
        with pytest.raises(PermissionNeeded):
            wrong(shop.db, say(shop, subject, OperatorId("cas")), moment())
    assert len(known_between(shop.db, store_here(shop.db), NOW_MS)) == 1


def test_lots_and_serial_numbers_are_told_as_they_were_sent(shop: Counting) -> None:
    """By this shop's own rows, too: a label that says a lot says its last day once."""
    day = date(2026, 12, 31)
    came = (GoodsLine(BUN, 10_000, None, None, "L-7", day),)
    receive_goods(shop.db, ReceiveGoods(MovementId(uuid4()), ANNA, "dairy", came), moment())
    lines = (SentLine(BUN, 4_000, "L-7"), SentLine(BUN, 1_000, None, None, "SN-1"))
    asked = SendGoods(MovementId(uuid4()), ANNA, "S02", "they ran out", lines)
    number = send_goods(shop.db, asked, moment()).number
    assert one(shop, intent_of(COMPANY, number)).rest == (
        Marked(BUN, Mark("L-7", day), 4_000),
        Marked(BUN, Mark(None, None, "SN-1"), 1_000),
    )


def lines_of(page: str) -> list[str]:
    """What the form of goods says before anybody types."""
    found = re.findall(r'<textarea name="goods"[^>]*>([^<]*)</textarea>', page)
    return [line for text in found for line in text.splitlines()]


async def test_lots_go_from_shop_to_shop_by_the_form_as_it_is_filled_in(browser: Browser) -> None:
    """What expires first is proposed to whoever sends, and what was sent to whoever receives."""
    item, transfer = ItemId("item-1"), intent_of(COMPANY, NUMBER)
    day = date(2026, 12, 31)
    await browser.enter()
    body = by_anna("movement_id", reason="dairy")
    lots = [("L-2", "2027-01-31", 4_000), ("L-1", "2026-12-31", 2_000)]
    body["lines"] = [
        {"item_id": item, "quantity_milli": milli, "lot": lot, "expires_on": until}
        for lot, until, milli in lots
    ]
    assert (await browser.till.call("POST", "/stock/receipts", body)).status_code == 201
    wished = told(TransferNews.WISHED, WISH, ToldLine(1, item, 7_000), out=True, event=WISH)
    sent_there = ToldLine(1, item, 3_000, -300, None, "L-9", day)
    coming = told(TransferNews.SENT, transfer, sent_there, number=NUMBER)

    def put(db: sqlite3.Connection) -> None:
        data_set = DataSet.TRANSFERS
        for row in (wished, coming):
            put_in_force(db, data_set, [ROWS[data_set].key_of(row)], [Read(1, row)], [], 0)

    await browser.do(put)
    filled = lines_of(await browser.text(f"{TRANSFERS}?about={WISH}"))
    assert filled == ["item-1 2, L-1, 2026-12-31", "item-1 4, L-2, 2027-01-31", "item-1 1"]
    form = {"other_store": "S02", "reason": "asked for", "goods": ";".join(filled[:2])}
    out = await browser.send_from(TRANSFERS, f"{TRANSFERS}/out", event_id=str(uuid4()), **form)
    assert out.status_code == 303, out.text
    assert "L-9" in await browser.text(TRANSFERS)
    filled = lines_of(await browser.text(f"{TRANSFERS}?about={transfer}"))
    assert filled == ["item-1 3, L-9, 2026-12-31"]
    form = {"number": NUMBER, "reason": "all there", "goods": filled[0]}
    came = await browser.send_from(TRANSFERS, f"{TRANSFERS}/in", event_id=str(uuid4()), **form)
    assert came.status_code == 303, came.text
    held = (await browser.till.call("GET", "/stock/item-1/lots")).json()["lots"]
    assert [(lot["lot"], lot["expires_on"], lot["quantity_milli"]) for lot in held] == [
        ("L-9", "2026-12-31", 3_000),
    ]
    serials = {**form, "goods": "item-1 2, , , SN-1"}
    wrong = await browser.send_from(TRANSFERS, f"{TRANSFERS}/in", event_id=str(uuid4()), **serials)
    assert wrong.status_code == 422
    for goods in ("item-1 1, L, 2026-99-99", "item-1 1, L, , S, more"):
        said = await browser.send_from(
            TRANSFERS, f"{TRANSFERS}/in", event_id=str(uuid4()), **{**form, "goods": goods}
        )
        assert said.status_code in (400, 422), goods


def by_anna(own_id: str, **more: object) -> dict[str, object]:
    return {own_id: str(uuid4()), "operator_id": "anna", **more}


async def test_a_program_asks_ends_and_settles_as_the_page_does(browser: Browser) -> None:
    call = browser.till.call
    await browser.enter()
    lines = [{"item_id": "item-1", "quantity_milli": 3_000}]
    body = by_anna("note_id", other_store="S02", reason="for Sunday", lines=lines)
    asked = await call("POST", "/transfers/wishes", body)
    assert asked.status_code == 201, asked.text
    assert (await call("POST", "/transfers/wishes", body)).json() == asked.json()
    wish = asked.json()["subject_id"]
    known = (await call("GET", "/transfers/known")).json()["between"]
    assert [(one["subject_id"], one["state"]) for one in known] == [(wish, "wished")]
    over = by_anna("note_id", subject_id=wish, reason="no more")
    assert (await call("POST", "/transfers/wishes/end", over)).status_code == 201
    again = by_anna("note_id", subject_id=wish, reason="no more")
    ended = await call("POST", "/transfers/wishes/end", again)
    assert (ended.status_code, ended.json()["type"].rpartition(":")[2]) == (409, "wish-ended")
    await call("POST", "/stock/receipts", by_anna("movement_id", reason="d", lines=lines))
    gone = by_anna("transfer_id", other_store="S02", reason="they ran out", lines=lines)
    sent = await call("POST", "/transfers/out", gone)
    assert sent.status_code == 201, sent.text
    lost = by_anna("note_id", subject_id=sent.json()["intent_id"], reason="the van burnt")
    assert (await call("POST", "/transfers/settle", lost)).status_code == 201
    known = (await call("GET", "/transfers/known?limit=1")).json()["between"]
    assert [(one["number"], one["state"]) for one in known] == [(sent.json()["number"], "closed")]
    nothing = by_anna("note_id", subject_id=str(uuid4()), reason="?")
    assert (await call("POST", "/transfers/settle", nothing)).status_code == 404


async def test_the_page_has_tasks_and_goods_that_come_and_fills_their_forms(
    browser: Browser,
) -> None:
    wished = told(
        TransferNews.WISHED, WISH, ToldLine(1, ItemId("item-1"), 2_000), out=True, event=WISH
    )
    transfer = UUID(int=78)
    coming = told(TransferNews.SENT, transfer, ToldLine(1, ItemId("item-1"), 3_000), number=NUMBER)

    def put(db: object) -> None:
        data_set = DataSet.TRANSFERS
        for row in (wished, coming):
            put_in_force(db, data_set, [ROWS[data_set].key_of(row)], [Read(1, row)], [], 0)  # type: ignore[arg-type]  # a connection

    await browser.do(put)
    await browser.enter()
    page = await browser.text(TRANSFERS)
    for words in ("Asked of this shop", "On its way here", NUMBER, "Wished", "On its way"):
        assert words in page
    filled = await browser.text(f"{TRANSFERS}?about={WISH}")
    assert "item-1 2" in filled
    assert "Will not be sent" in filled
    form = {"other_store": "S02", "goods": f"{MILK} 2", "reason": "asked for"}
    sent = await browser.send_from(
        TRANSFERS, f"{TRANSFERS}/out", event_id=str(uuid4()), wish_id=str(WISH), **form
    )
    assert sent.status_code == 303, sent.text
    assert "Nobody waits for goods from here" in await browser.text(TRANSFERS)
    filled = await browser.text(f"{TRANSFERS}?about={transfer}")
    assert "item-1 3" in filled
    settled = await browser.send_from(
        TRANSFERS,
        f"{TRANSFERS}/settle",
        event_id=str(uuid4()),
        subject_id=str(transfer),
        reason="the van burnt",
    )
    assert settled.status_code == 303, settled.text
    assert "Settled, though it differs" in await browser.text(TRANSFERS)
    asked = await browser.send_from(
        TRANSFERS, f"{TRANSFERS}/ask", event_id=str(uuid4()), **{**form, "reason": "for Sunday"}
    )
    assert asked.status_code == 303, asked.text
    assert "for Sunday" in await browser.text(TRANSFERS)


def test_from_where_goods_came_is_what_head_office_reads_in_their_number(shop: Counting) -> None:
    """The shop knows no other one yet, and nobody typed one."""
    intent, came = intent_of(COMPANY, NUMBER), MovementId(uuid4())
    lines = (SentLine(BUN, 1_000),)
    take_in(shop.db, TakeIn(came, ANNA, NUMBER, "came", lines), moment())
    assert one(shop, intent).from_code == ""
    hear(shop, told(TransferNews.CAME, intent, ToldLine(1, BUN, 1_000), event=came, by=STORE))
    assert (one(shop, intent).from_code, one(shop, intent).state) == ("S02", GoodsState.UNHEARD)
