"""Orders as head office hears of them, in whatever order, and what they come to."""

from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import unit_of_work
from central.reports.purchases import Purchase, purchases
from central.reports.sales import Page
from central.reports.supplier_returns import supplier_returns
from sync.protocol.codec import encode
from sync.protocol.facts import (
    OrderLine,
    PurchaseOrderClosed,
    PurchaseOrderSent,
    StockLine,
    StockMoved,
    StockMovementKind,
    SupplierCredited,
)
from sync.protocol.identity import CompanyId, EventId, ItemId, MovementId
from sync.protocol.purchase_order import OrderState
from tests.integration.test_central_reports import arrived, engine, postgres_template
from tests.shop_journal import ANNA, COMPANY, DAY, Shop

__all__ = ["engine", "postgres_template"]
BUN, TEA, MILK = ItemId("I1"), ItemId("I2"), ItemId("I3")
ORDER, EARLIER = UUID(int=71), UUID(int=72)


def sent(shop: Shop, order_id: UUID, *lines: OrderLine) -> None:
    shop.append(PurchaseOrderSent(order_id, "ACME", ANNA, DAY, lines, None, f"PO-{order_id.int}"))


def came(shop: Shop, order_id: UUID, *lines: StockLine) -> None:
    movement, kind = MovementId(shop.new_id()), StockMovementKind.RECEIPT
    what = (kind, ANNA, DAY, "delivery", lines, "DN-7", order_id, "ACME")
    shop.append(StockMoved(movement, *what))


async def told(engine: AsyncEngine) -> dict[UUID, Purchase]:
    async with unit_of_work(engine) as db:
        found = await purchases(db, COMPANY, None, Page(10, 0))
    return {one.order_id: one for one in found}


@pytest.mark.parametrize("goods_first", [False, True])
async def test_what_was_ordered_came_and_is_open_is_told_order_by_order(
    engine: AsyncEngine, goods_first: bool
) -> None:
    shop = Shop(1)
    shop.open()
    goods = (StockLine(BUN, 6_000, None, None, 1_575), StockLine(TEA, 7_000))
    also = StockLine(MILK, 1_000, 300)
    if goods_first:
        came(shop, ORDER, *goods, also)
    sent(shop, ORDER, OrderLine(BUN, 12_000, None, "A", 3_000), OrderLine(TEA, 5_000))
    if not goods_first:
        came(shop, ORDER, *goods, also)
    await arrived(engine, shop)
    one = (await told(engine))[ORDER]
    assert (one.store, one.number, one.supplier_id) == ("S01", "PO-71", "ACME")
    assert (one.state, one.difference_minor, one.reasons) == (OrderState.PARTLY, 75, "")
    lines = {line.item_id: line for line in one.lines}
    assert [line.item_id for line in one.lines] == [BUN, TEA, MILK]
    bun, tea, milk = lines[BUN], lines[TEA], lines[MILK]
    assert (bun.open_milli, bun.received_minor, bun.difference_minor) == (6_000, 1_575, 75)
    assert (tea.open_milli, tea.over_milli, tea.difference_minor) == (0, 2_000, None)
    assert (milk.ordered_milli, milk.over_milli, milk.received_minor) == (0, 1_000, 300)


async def test_how_an_order_ended_is_told_and_another_companys_is_not(engine: AsyncEngine) -> None:
    shop = Shop(1)
    shop.open()
    sent(shop, ORDER, OrderLine(BUN, 1_000))
    sent(shop, EARLIER, OrderLine(BUN, 1_000))
    for order_id, cancelled in ((ORDER, False), (EARLIER, True)):
        closing = MovementId(shop.new_id())
        shop.append(PurchaseOrderClosed(closing, order_id, ANNA, DAY, cancelled, "no more"))
    await arrived(engine, shop)
    found = await told(engine)
    assert found[ORDER].state is OrderState.CLOSED
    assert found[EARLIER].state is OrderState.CANCELLED
    assert found[ORDER].reasons == "no more"
    async with unit_of_work(engine) as db:
        assert await purchases(db, COMPANY, None, Page(1, 1)) != ()
        assert await purchases(db, COMPANY, None, Page(1, 2)) == ()
        other = CompanyId(UUID(int=5))
        assert await purchases(db, other, None, Page(10, 0)) == ()


async def test_what_went_back_and_what_was_credited_for_it_is_told(engine: AsyncEngine) -> None:
    shop = Shop(1)
    shop.open()
    movement, kind = MovementId(shop.new_id()), StockMovementKind.SUPPLIER_RETURN
    lines = (StockLine(BUN, -4_000, None, None, -600), StockLine(TEA, -1_000, None, None, -100))
    what = (kind, ANNA, DAY, "stale", lines, "RMA-7", None, "ACME")
    for number, amount in (("CN-2", 200), ("CN-1", 450)):
        credit = MovementId(shop.new_id())
        shop.append(SupplierCredited(credit, movement, "ACME", ANNA, DAY, number, amount))
    fact = StockMoved(movement, *what)
    shop.append_body(*fact.KIND, encode(fact), EventId(movement))
    await arrived(engine, shop)
    async with unit_of_work(engine) as db:
        (one,) = await supplier_returns(db, COMPANY, None, Page(10, 0))
    assert (one.store, one.supplier_id, one.movement_id) == ("S01", "ACME", movement)
    assert (one.quantity_milli, one.cost_minor, one.credited_minor) == (5_000, 700, 650)
    assert (one.open_minor, one.numbers) == (50, "CN-1, CN-2")
