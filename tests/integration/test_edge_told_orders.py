"""Orders that a box knows from head office alone, because the one before it sent them: they are
listed, received against, closed and counted as on order, and nothing that it knows itself counts
twice."""

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from edge.db.buying import items_with_points
from edge.db.published import Read, put_in_force
from edge.db.purchase_orders import list_orders
from edge.domain.purchase_order import OrderCancelled, OrderClosed, OrderReceived
from edge.usecases.purchase_order.look_up import look_up_order
from edge.usecases.stock.receive_goods import GoodsLine
from sync.protocol.buying import ReorderPoint
from sync.protocol.facts import PurchaseOrderClosed, StockMoved
from sync.protocol.feeds import ROWS
from sync.protocol.purchase_order import OrderState
from sync.protocol.reference import DataSet
from sync.protocol.told import OrderNews, OrderTold, ToldLine
from tests.builders import NOW_MS
from tests.integration.test_edge_office_orders import says
from tests.integration.test_edge_purchase_orders import BUN, TEA, Buying

NUMBER = "PO-S01-1AABBCCDD-57"
ORDERED = (ToldLine(1, BUN, 12_000, 3_000, "A-17"), ToldLine(2, TEA, 5_000, 1_000))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Buying]:
    made = Buying(tmp_path / "store.db")
    yield made
    made.close()


def news(
    shop: Buying,
    what: OrderNews,
    *lines: ToldLine,
    event_id: UUID | None = None,
    part: int = 0,
    cancelled: bool = False,
) -> OrderTold:
    """Of the order that the box before sent."""
    event = shop.order_id if what is OrderNews.SENT else event_id or uuid4()
    head = (shop.order_id, event, part, what, "ACME", NUMBER, date(2026, 12, 1), "ben")
    return OrderTold(*head, cancelled, "no more" if what is OrderNews.ENDED else "", NOW_MS, lines)


def hear(shop: Buying, *rows: OrderTold) -> None:
    data_set = DataSet.PURCHASE_ORDERS
    keys = [ROWS[data_set].key_of(row) for row in rows]
    put_in_force(shop.db, data_set, keys, [Read(1, row) for row in rows], [], 0)


def test_an_open_order_of_the_box_before_is_received_against(shop: Buying) -> None:
    came = news(shop, OrderNews.CAME, ToldLine(1, BUN, 6_000, 1_575))
    hear(shop, came, news(shop, OrderNews.SENT, *ORDERED))
    order = look_up_order(shop.db, shop.order_id)
    assert (order.state, order.number, order.supplier_name) == (
        OrderState.PARTLY,
        NUMBER,
        "Acme Foods",
    )
    bun = order.lines[0]
    assert (bun.open_milli, bun.difference_minor, bun.code) == (6_000, 75, "A-17")
    assert shop.on_hand("I01") == 0
    part = shop.come(GoodsLine(BUN, 6_000))
    assert part.lines[0].open_milli == 0
    fact = shop.facts(StockMoved)[-1]
    assert (fact.order_id, fact.lines[0].cost_minor) == (shop.order_id, 1_500)
    assert shop.come(GoodsLine(TEA, 5_000)).state is OrderState.RECEIVED
    assert shop.on_hand("I01") == 6_000
    with pytest.raises(OrderReceived):
        shop.end()
    assert list_orders(shop.db, 10, 0) == (look_up_order(shop.db, shop.order_id),)


def test_what_the_box_received_itself_counts_once_however_it_is_told(shop: Buying) -> None:
    hear(shop, news(shop, OrderNews.SENT, *ORDERED))
    movement = uuid4()
    shop.come(GoodsLine(BUN, 6_000), movement_id=movement)
    hear(shop, news(shop, OrderNews.CAME, ToldLine(1, BUN, 6_000, 1_500), event_id=movement))
    assert look_up_order(shop.db, shop.order_id).lines[0].received_milli == 6_000


def test_the_boxs_own_order_is_what_it_wrote_and_what_another_box_received_comes_on_top(
    shop: Buying,
) -> None:
    shop.save()
    sent = shop.send()
    hear(shop, news(shop, OrderNews.SENT, *ORDERED))
    assert list_orders(shop.db, 10, 0) == (sent,)
    hear(shop, news(shop, OrderNews.CAME, ToldLine(1, BUN, 12_000, 3_000)))
    assert look_up_order(shop.db, shop.order_id).lines[0].open_milli == 0


@pytest.mark.parametrize(("cancelled", "refused"), [(False, OrderClosed), (True, OrderCancelled)])
def test_an_order_that_ended_before_is_not_received_against(
    shop: Buying, cancelled: bool, refused: type[Exception]
) -> None:
    hear(shop, news(shop, OrderNews.ENDED, cancelled=cancelled))
    assert list_orders(shop.db, 10, 0) == ()
    hear(shop, news(shop, OrderNews.SENT, *ORDERED))
    assert look_up_order(shop.db, shop.order_id).reason == "no more"
    with pytest.raises(refused):
        shop.come(GoodsLine(BUN, 1_000))


def test_it_is_closed_here_as_one_of_its_own(shop: Buying) -> None:
    hear(shop, news(shop, OrderNews.SENT, *ORDERED))
    shop.come(GoodsLine(BUN, 1_000))
    closed = shop.end()
    assert (closed.state, closed.number) == (OrderState.CLOSED, NUMBER)
    (fact,) = shop.facts(PurchaseOrderClosed)
    assert (fact.order_id, fact.cancelled) == (shop.order_id, False)
    assert len(look_up_order(shop.db, shop.order_id).lines) == 2


def test_what_is_on_order_is_proposed_no_more(shop: Buying) -> None:
    says(ReorderPoint(BUN, 10_000, 20_000))(shop.db)  # type: ignore[operator]  # a unit of work
    (before,) = items_with_points(shop.db, NOW_MS)
    hear(shop, news(shop, OrderNews.SENT, *ORDERED))
    hear(shop, news(shop, OrderNews.CAME, ToldLine(1, BUN, 5_000)))
    (after,) = items_with_points(shop.db, NOW_MS)
    assert after[-1] - before[-1] == 7_000


def test_parts_and_news_make_one_order_in_whatever_order_they_come(shop: Buying) -> None:
    rows = [
        news(shop, OrderNews.SENT, ORDERED[0]),
        news(shop, OrderNews.SENT, ORDERED[1], part=1),
        news(shop, OrderNews.CAME, ToldLine(1, BUN, 6_000, 1_575)),
        news(shop, OrderNews.CAME, ToldLine(1, TEA, 5_000, 1_000)),
    ]
    found = set()
    for seed in range(6):
        drop = [ROWS[DataSet.PURCHASE_ORDERS].key_of(row) for row in rows]
        put_in_force(shop.db, DataSet.PURCHASE_ORDERS, drop, [], drop, 0)
        assert list_orders(shop.db, 10, 0) == ()
        for row in random.Random(seed).sample(rows, len(rows)):
            hear(shop, row)
        order = look_up_order(shop.db, shop.order_id)
        found.add(
            (order.state, tuple(sorted((one.item_id, one.open_milli) for one in order.lines)))
        )
    assert found == {(OrderState.PARTLY, ((BUN, 6_000), (TEA, 0)))}
