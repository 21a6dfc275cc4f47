"""Goods between shops: each books its own end, and head office hears that they are one transfer."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from edge.db.transfers import list_transfers
from edge.domain.item import UnknownItem
from edge.domain.stock import TooMuchAtOnce
from edge.domain.transfer import TransferToItself
from edge.usecases.transfer.book import SendGoods, SentLine, TakeIn, send_goods, take_in
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.facts import StockTransferred, TransferDirection
from sync.protocol.identity import ItemId, MovementId
from sync.protocol.transfers import intent_of
from tests.builders import ANNA, COMPANY, moment
from tests.edge_store import MILK
from tests.integration.count_fixtures import Counting
from tests.integration.office_fixtures import Browser, browser
from tests.integration.test_edge_office_stock import STOCK, receive

__all__ = ["browser"]
TRANSFERS = f"{STOCK}/transfers"
ITEM = ItemId("I01")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Counting]:
    made = Counting(tmp_path / "store.sqlite3")
    yield made
    made.close()


def sending(milli: int = 6_000, to: str = "S02", item: ItemId = ITEM) -> SendGoods:
    lines = (SentLine(item, milli, "L7"),)
    return SendGoods(MovementId(uuid4()), ANNA, to, "they ran out", lines)


def taking(number: str, milli: int = 5_000) -> TakeIn:
    lines = (SentLine(ITEM, milli),)
    return TakeIn(MovementId(uuid4()), ANNA, number, "one was broken", lines)


def test_what_leaves_is_a_fact_with_the_number_for_its_paper(shop: Counting) -> None:
    shop.receive("I01", 10_000, unit_cost_minor=150)
    end = send_goods(shop.db, sending(to="s02"), moment())
    assert shop.on_hand("I01") == 4_000
    event = shop.events()[-1]
    assert end.number.startswith("S01-S02-2")
    assert end.number.endswith(f"-{event.seq}")
    fact = event.fact
    assert isinstance(fact, StockTransferred)
    assert (fact.direction, fact.document) == (TransferDirection.OUT, end.number)
    assert fact.intent_id == intent_of(COMPANY, end.number)
    (line,) = fact.lines
    assert (line.quantity_milli, line.lot, line.cost_minor) == (-6_000, "L7", -900)


def test_goods_come_under_their_number_though_nobody_heard_that_they_were_sent(
    shop: Counting,
) -> None:
    number = "S02-S01-1AABBCCDD-57"
    end = take_in(shop.db, taking(number.lower()), moment())
    assert shop.on_hand("I01") == 5_000
    fact = shop.events()[-1].fact
    assert isinstance(fact, StockTransferred)
    assert fact.intent_id == end.intent_id == intent_of(COMPANY, number)
    assert (fact.direction, fact.reason) == (TransferDirection.IN, "one was broken")


def test_a_store_sends_nothing_to_itself_and_nothing_that_it_does_not_know(
    shop: Counting,
) -> None:
    with pytest.raises(TransferToItself):
        send_goods(shop.db, sending(to="s01"), moment())
    with pytest.raises(UnknownItem):
        send_goods(shop.db, sending(item=ItemId("no such")), moment())
    with pytest.raises(TooMuchAtOnce):
        send_goods(shop.db, sending(FIGURE_MAX + 1), moment())
    assert list_transfers(shop.db, 10, 0) == ()


async def test_the_page_sends_and_receives_by_a_line_for_each_item(browser: Browser) -> None:
    await browser.enter()
    await receive(browser, "item-1", 10_000)
    goods = f"{MILK} 2\r\n{MILK}"
    form = {"other_store": "S02", "reason": "they ran out", "goods": goods}
    sent = await browser.send_from(TRANSFERS, f"{TRANSFERS}/out", event_id=str(uuid4()), **form)
    assert sent.status_code == 303, sent.text
    page = await browser.text(sent.headers["location"])
    assert "Write this number on the paper" in page
    assert "S01-S02-1" in page
    assert (await browser.till.call("GET", "/stock/item-1")).json()["on_hand_milli"] == 7_000
    came = {"number": "S02-S01-1-9", "reason": "as on the paper", "goods": f"{MILK} 4"}
    taken = await browser.send_from(TRANSFERS, f"{TRANSFERS}/in", event_id=str(uuid4()), **came)
    assert taken.status_code == 303, taken.text
    listed = (await browser.till.call("GET", "/transfers")).json()["transfers"]
    assert [(one["direction"], one["lines"][0][3]) for one in listed] == [
        ("in", 4_000),
        ("out", 3_000),
    ]
    wrong = await browser.send_from(
        TRANSFERS, f"{TRANSFERS}/out", event_id=str(uuid4()), **{**form, "goods": "nothing 1"}
    )
    assert wrong.status_code == 422
    assert "nothing 1" in wrong.text
