"""Stock by lot at the box: under each name what moved, first expired first, counted by lot, and
lots that come to the level whatever the order in which things were booked."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from edge.db.lots import named_lots, serials_of
from edge.db.published import Read, put_in_force
from edge.db.stock import held_of
from edge.domain.stock import GoodsWithoutLot, GoodsWithoutSerial, SerialOfSeveral
from edge.usecases.stock.receive_goods import GoodsLine, ReceiveGoods, receive_goods
from edge.usecases.stock.take_out import TakenFor, TakenLine, TakeOut, take_out
from edge.usecases.supplier_return.send_back import GoodsBack, SendBack, send_back
from edge.usecases.transfer.book import SendGoods, SentLine, TakeIn, send_goods, take_in
from sync.protocol.buying import Supplier
from sync.protocol.errors import InvalidField, Refusal
from sync.protocol.facts import StockCounted, StockMoved
from sync.protocol.identity import ItemId, MovementId
from sync.protocol.lots import NO_LOT, Lot, lots_held
from sync.protocol.reference import DataSet, ItemRule
from tests.builders import ANNA, moment
from tests.integration.count_fixtures import Counting
from tests.integration.office_fixtures import Browser, browser

__all__ = ["browser"]
ITEM = ItemId("I01")
RECEIVE, WASTE = "/office/orders/receive", "/office/stock/waste"
MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Counting]:
    made = Counting(tmp_path / "store.sqlite3")
    yield made
    made.close()


def came(milli: int, *mark: Any) -> Any:
    line = GoodsLine(ITEM, milli, 100, None, *mark)
    asked = ReceiveGoods(MovementId(uuid4()), ANNA, "delivery", (line,))
    return lambda db: receive_goods(db, asked, moment())


def went(milli: int, *mark: Any) -> Any:
    line = TakenLine(ITEM, -milli, *mark)
    asked = TakeOut(MovementId(uuid4()), ANNA, TakenFor.WASTE, "spoilt", (line,))
    return lambda db: take_out(db, asked, moment())


def lots(db: sqlite3.Connection) -> tuple[Lot, ...]:
    level = held_of(db, [ITEM])[ITEM].on_hand_milli
    held = lots_held(level, named_lots(db, [ITEM]).get(ITEM, ()))
    assert sum(one.quantity_milli for one in held) == level
    return held


def test_what_goes_without_a_lot_is_of_what_expires_first(shop: Counting) -> None:
    for act in (came(6_000, "B", JUNE), came(4_000, "A", MAY), went(5_000)):
        act(shop.db)
    assert lots(shop.db) == (Lot("B", JUNE, 5_000),)


def test_lots_are_the_same_in_whatever_order_they_were_booked(tmp_path: Path) -> None:
    acts = [came(6_000, "B", JUNE), came(4_000, "A"), came(1_000, "A", MAY), went(5_500)]
    acts.append(went(1_000, "B"))
    found = set()
    for number, order in enumerate(permutations(acts)):
        if number % 17:  # of 120 orders seven
            continue
        made = Counting(tmp_path / f"{number}.sqlite3")
        for act in order:
            act(made.db)
        found.add(lots(made.db))
        made.close()
    assert found == {(Lot("B", JUNE, 4_500),)}


def test_a_last_day_that_was_once_read_of_a_lot_stays_known(shop: Counting) -> None:
    for act in (came(4_000, "A", MAY), came(1_000, "B")):
        act(shop.db)
    shop.say("I01", 2_000, lot="B")
    shop.book()
    came(500, "A")(shop.db)
    assert lots(shop.db) == (Lot("A", MAY, 500), Lot("B", None, 2_000))


def test_goods_with_a_last_day_alone_are_named_by_it(shop: Counting) -> None:
    came(2_000, None, MAY)(shop.db)
    assert lots(shop.db) == (Lot("2026-05-31", MAY, 2_000),)
    fact = shop.events()[-1].fact
    assert isinstance(fact, StockMoved)
    assert (fact.lines[0].lot, fact.lines[0].expires_on) == (None, MAY)


def test_a_lot_of_which_more_went_than_came_is_told(shop: Counting) -> None:
    came(2_000, "A", MAY)(shop.db)
    went(3_000, "A")(shop.db)
    came(5_000, "B", JUNE)(shop.db)
    assert lots(shop.db) == (Lot("A", MAY, -1_000), Lot("B", JUNE, 5_000))


def test_a_count_that_says_lots_says_all_of_them_and_what_moves_later_comes_on_top(
    shop: Counting,
) -> None:
    came(6_000, "A", MAY)(shop.db)
    came(4_000, "B", JUNE)(shop.db)
    shop.say(ITEM, 3_000, lot="B")
    shop.say(ITEM, 1_000)
    went(500, "B")(shop.db)
    shop.book()
    assert lots(shop.db) == (Lot("B", JUNE, 2_500), Lot(NO_LOT, None, 1_000))
    fact = shop.events()[-1].fact
    assert isinstance(fact, StockCounted)
    assert [line.lot for line in fact.lines] == ["B", None]


def test_a_sale_that_comes_home_after_a_count_of_lots_moves_a_lot_where_it_was_not_seen(
    shop: Counting,
) -> None:
    came(6_000, "A", MAY)(shop.db)
    shop.say(ITEM, 5_000, lot="A")
    shop.book()
    shop.bring(ITEM, 2, seq=3, lot="A")
    assert lots(shop.db) == (Lot("A", MAY, 5_000),)
    shop.bring(ITEM, 1, seq=9, lot="A")
    assert lots(shop.db) == (Lot("A", MAY, 4_000),)


def test_a_count_without_lots_leaves_them_and_what_is_missing_expired_first(
    shop: Counting,
) -> None:
    came(6_000, "A", MAY)(shop.db)
    came(4_000, "B", JUNE)(shop.db)
    shop.say(ITEM, 7_000)
    shop.book()
    assert lots(shop.db) == (Lot("A", MAY, 3_000), Lot("B", JUNE, 4_000))


def test_a_serial_number_is_one_piece_s_and_sold_twice_it_is_shown(shop: Counting) -> None:
    with pytest.raises(SerialOfSeveral):
        came(2_000, None, None, "SN-1")(shop.db)
    with pytest.raises(InvalidField):
        came(2_000, "A", date.max)(shop.db)
    came(1_000, None, None, "SN-1")(shop.db)
    (met,) = serials_of(shop.db, ITEM)
    assert (met.serial, met.kind, met.twice) == ("SN-1", "receipt", False)
    for event in (b"1" * 16, b"2" * 16):
        shop.db.execute(
            "INSERT INTO stock_movement VALUES (?, 1, ?, 'sale', -1000, 0, 0, NULL, 0, NULL, NULL,"
            " 0, 'SN-1')",
            (event, ITEM),
        )
    assert [one.twice for one in serials_of(shop.db, ITEM)] == [True, True, False]


BOOKED: Mapping[str, Callable[..., Any]] = {
    "received": lambda mark: came(1_000, *mark),
    "sent to a shop": lambda mark: left(SentLine(ITEM, 1_000, *mark)),
    "come from a shop": lambda mark: arrived(SentLine(ITEM, 1_000, *mark)),
    "sent back to a supplier": lambda mark: back(GoodsBack(ITEM, 1_000, *mark)),
}
"""Goods that somebody stands before as they come or go."""


def left(line: SentLine) -> Any:
    made = SendGoods(MovementId(uuid4()), ANNA, "S02", "they ran out", (line,))
    return lambda db: send_goods(db, made, moment())


def arrived(line: SentLine) -> Any:
    made = TakeIn(MovementId(uuid4()), ANNA, "S02-S01-1AABBCCDD-57", "all there", (line,))
    return lambda db: take_in(db, made, moment())


def back(line: GoodsBack) -> Any:
    made = SendBack(MovementId(uuid4()), ANNA, "ACME", "spoilt", (line,))
    return lambda db: send_back(db, made, moment())


@pytest.mark.parametrize("way", BOOKED)
@pytest.mark.parametrize(
    ("asks", "refused", "without", "mark"),
    [
        ("asks_lot", GoodsWithoutLot, (None, MAY), ("A", MAY)),
        ("asks_serial", GoodsWithoutSerial, ("A",), (None, None, "SN-1")),
    ],
)
def test_goods_are_booked_with_the_lot_or_serial_number_that_their_item_asks_for(
    shop: Counting, way: str, asks: str, refused: type[Refusal], without: Any, mark: Any
) -> None:
    """What is thrown away may have lost it, and says nothing all the same."""
    rule = ItemRule(ITEM, asks_lot=asks == "asks_lot", asks_serial=asks == "asks_serial")
    acme = Supplier("ACME", "Acme Foods")
    put_in_force(shop.db, DataSet.SUPPLIERS, ["ACME"], [Read(1, acme)], [], 0)
    BOOKED[way](without)(shop.db)
    put_in_force(shop.db, DataSet.ITEM_RULES, [ITEM], [Read(1, rule)], [], 0)
    before = len(shop.events())
    for nothing in ((), without):
        with pytest.raises(refused) as told:
            BOOKED[way](nothing)(shop.db)
        assert str(ITEM) in told.value.detail
    assert len(shop.events()) == before
    BOOKED[way](mark)(shop.db)
    went(1_000)(shop.db)
    assert len(shop.events()) == before + 2


LABEL = "(01)04006381333931(17){}(10)L7"


async def test_a_scanned_lot_is_received_listed_and_thrown_away(browser: Browser) -> None:
    await browser.till.open_shop()
    await browser.enter()
    soon = datetime.now(ZoneInfo("Asia/Singapore")).date() + timedelta(days=3)
    label = LABEL.format(soon.strftime("%y%m%d"))
    shown = await browser.send_from(RECEIVE, f"{RECEIVE}/lines", scan=label)
    assert 'name="lot_1" value="L7"' in shown.text
    assert f'name="expires_1" value="{soon.isoformat()}"' in shown.text
    rows = {"item_1": "item-1", "quantity_1": "12", "cost_1": "24.00"}
    marks = {"lot_1": "L7", "expires_1": soon.isoformat()}
    done = await browser.send_from(RECEIVE, RECEIVE, **rows, **marks)
    assert done.status_code == 303, done.text
    page = await browser.text("/office/stock/expiring?days=7")
    assert "1 lot expires within these days." in page
    assert "L7" in page
    assert "24.00" in page
    assert "/office/stock/waste?text=item-1&amp;quantity=12&amp;lot=L7" in page
    assert "Nothing expires" in await browser.text("/office/stock/expiring?days=0")
    csv = await browser.text("/office/stock/expiring?days=7&as=csv")
    assert "L7" in csv
    form = await browser.text(
        f"/office/stock/waste?text=item-1&quantity=12&lot=L7&expires_on={soon}"
    )
    assert 'name="lot" maxlength="64" autocomplete="off" value="L7"' in form
    waste = {"kind": "waste", "text": "item-1", "quantity": "12", "reason": "expired"}
    gone = await browser.send_from(WASTE, WASTE, **waste, lot="L7")
    assert gone.status_code == 303, gone.text
    assert "Nothing expires" in await browser.text("/office/stock/expiring?days=7")
    answer = await browser.till.call("GET", "/stock/item-1/lots")
    assert answer.json()["lots"] == []
    assert (await browser.till.call("GET", "/stock-expiring?days=30")).json()["lots"] == []
