"""Goods come in once, levels are the sum of movements, and each unit says where it came from."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.db.stock import stock_history, stock_level
from edge.domain.item import UnknownItem
from edge.domain.operator import InactiveOperator
from edge.domain.request import RequestIdReused
from edge.usecases.stock.receive_goods import GoodsLine, ReceivedGoods, ReceiveGoods, receive_goods
from sync.protocol.errors import Refusal
from sync.protocol.facts import StockLine, StockMoved, StockMovementKind
from sync.protocol.identity import ItemId, MovementId, OperatorId
from tests.integration.edge_fixtures import (
    ANN,
    BOB,
    BOOK,
    DAY,
    MILK,
    NOON_MS,
    TEA,
    Shop,
    moment,
    named,
    new_shop,
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = new_shop(tmp_path / "store.sqlite3")
    yield made
    made.writer.close_now()


def receive(
    shop: Shop, *lines: tuple[ItemId, int], name: str = "delivery", operator: OperatorId = ANN
) -> ReceivedGoods:
    goods = tuple(GoodsLine(item, quantity, 100) for item, quantity in lines)
    request = ReceiveGoods(MovementId(named(name)), operator, "from the wholesaler", goods)
    return shop.once(
        request.movement_id,
        request,
        ReceivedGoods,
        lambda db: receive_goods(db, request, moment()),
    )


def refused(shop: Shop, kind: type[Refusal], act: Callable[[], Any]) -> Refusal:
    """``act`` is refused as ``kind`` and leaves nothing at all."""
    before = shop.contents()
    with pytest.raises(kind) as caught:
        act()
    assert shop.contents() == before
    return caught.value


def level(shop: Shop, item: ItemId) -> int:
    return shop.do(lambda db: stock_level(db, item)).on_hand_milli


def test_goods_raise_the_level_line_by_line(shop: Shop) -> None:
    received = receive(shop, (TEA, 500), (MILK, 12_000), (TEA, 250))
    assert [line.on_hand_after_milli for line in received.lines] == [500, 12_000, 750]
    assert (level(shop, TEA), level(shop, MILK), level(shop, BOOK)) == (750, 12_000, 0)


def test_goods_that_came_are_a_fact(shop: Shop) -> None:
    shop.open_day()
    receive(shop, (TEA, 500))
    assert shop.facts()[-1] == StockMoved(
        MovementId(named("delivery")),
        StockMovementKind.RECEIPT,
        ANN,
        DAY,
        "from the wholesaler",
        (StockLine(TEA, 500, 100),),
    )


def test_goods_may_come_before_the_day_opens(shop: Shop) -> None:
    receive(shop, (TEA, 500))
    fact = shop.facts()[-1]
    assert isinstance(fact, StockMoved)
    assert fact.business_date is None


def test_the_same_movement_again_changes_nothing(shop: Shop) -> None:
    first = receive(shop, (TEA, 500))
    receive(shop, (TEA, 100), name="second")
    before = shop.contents()
    assert receive(shop, (TEA, 500)) == first
    assert shop.contents() == before


def test_a_movements_id_means_its_lines(shop: Shop) -> None:
    receive(shop, (TEA, 500))
    refused(shop, RequestIdReused, lambda: receive(shop, (TEA, 501)))
    refused(shop, RequestIdReused, lambda: receive(shop, (TEA, 500), (MILK, 1)))


def test_an_unknown_item_is_named_by_its_line(shop: Shop) -> None:
    refusal = refused(
        shop, UnknownItem, lambda: receive(shop, (TEA, 1), (ItemId("no-such"), 1), (TEA, 1))
    )
    assert refusal.field == "lines[1].item_id"


def test_somebody_who_left_books_nothing(shop: Shop) -> None:
    refused(shop, InactiveOperator, lambda: receive(shop, (TEA, 1), operator=BOB))


def test_what_was_oversold_is_explained_by_what_comes_in(shop: Shop) -> None:
    shop.do(
        lambda db: db.execute(f"INSERT INTO stock_level VALUES ('{TEA}', -800, 0, NULL)") and None
    )
    receive(shop, (TEA, 500))
    receive(shop, (TEA, 500), name="second")
    history = shop.do(lambda db: stock_history(db, TEA, 10, 0))
    assert [(m.on_hand_after_milli, m.oversold) for m in history] == [(200, False), (-300, True)]


def test_history_comes_newest_first_and_page_by_page(shop: Shop) -> None:
    for number in range(5):
        receive(shop, (TEA, number + 1), (MILK, 7), name=f"delivery {number}")
    pages = [
        shop.do(lambda db, at=at: stock_history(db, TEA, 2, at))  # type: ignore[misc]  # mypy cannot infer it
        for at in (0, 2, 4, 6)
    ]
    assert [[m.quantity_milli for m in page] for page in pages] == [[5, 4], [3, 2], [1], []]
    newest = pages[0][0]
    assert (newest.event_id, newest.line_no) == (named("delivery 4"), 1)
    assert (newest.kind, newest.moved_at_ms) == ("receipt", NOON_MS)
