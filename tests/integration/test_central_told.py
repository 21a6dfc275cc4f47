"""Facts that stores are told of: rows that head office makes of what stores wrote, once, the same
in whatever order it heard of them and however often it looks again."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import driver_of, snapshot, unit_of_work
from central.usecases.feed.publish import PublishedRow
from central.usecases.feed.read_published import published_rows
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.telling.tell import tell_due, to_publish
from sync.protocol.facts import (
    OrderLine,
    PurchaseOrderClosed,
    StockLine,
    StockTransferred,
    TransferDirection,
)
from sync.protocol.identity import ItemId, MovementId
from sync.protocol.reference import DataSet
from sync.protocol.told import (
    PART_LINES_MAX,
    OrderNews,
    OrderTold,
    ToldLine,
    TransferNews,
    TransferTold,
)
from sync.protocol.transfers import intent_of
from tests.integration.test_central_purchases import BUN, ORDER, TEA, came, sent
from tests.integration.test_central_reports import arrived, engine, postgres_template
from tests.integration.test_central_transfers import NUMBER, end
from tests.shop_journal import ANNA, COMPANY, DAY, Shop

__all__ = ["engine", "postgres_template"]


async def told(
    engine: AsyncEngine, data_set: DataSet, shop: Shop, now_ms: int = 0
) -> list[OrderTold | TransferTold]:
    """What is published for the shop, after head office looked."""
    await tell_due(engine, now_ms)
    async with snapshot(engine) as db:
        rows = await published_rows(db, COMPANY, data_set, str(shop.store_id))
    return list(rows.values())


async def is_known(engine: AsyncEngine, shop: Shop) -> None:
    """A store of which head office has heard nothing yet."""
    async with unit_of_work(engine) as db:
        await (await driver_of(db)).execute(
            "INSERT INTO store (store_id, company_id, code, name, price_zone, zone, settings,"
            " last_epoch_number) VALUES ($1, $2, $3, $3, '', 'Asia/Singapore', '', 1)",
            *(shop.store_id, COMPANY, shop.code),
        )


async def publications(engine: AsyncEngine) -> int:
    await tell_due(engine)
    await drain_publications(engine)
    async with snapshot(engine) as db:
        counted: int = await (await driver_of(db)).fetchval("SELECT count(*) FROM feed_log")
    return counted


def ordering() -> Shop:
    """An order that came in part, and whose rest was given up."""
    shop = Shop(1)
    shop.open()
    sent(shop, ORDER, OrderLine(BUN, 12_000, None, "A", 3_000), OrderLine(TEA, 5_000))
    came(shop, ORDER, StockLine(BUN, 6_000, None, None, 1_575))
    closing = MovementId(shop.new_id())
    shop.append(PurchaseOrderClosed(closing, ORDER, ANNA, DAY, False, "no more"))
    return shop


async def test_a_store_is_told_of_its_orders_and_what_came_of_them(engine: AsyncEngine) -> None:
    shop = ordering()
    await arrived(engine, shop)
    rows = await told(engine, DataSet.PURCHASE_ORDERS, shop)
    found = {row.news: row for row in rows if isinstance(row, OrderTold)}
    assert found.keys() == set(OrderNews)
    order, delivery, ended = (found[news] for news in OrderNews)
    assert (order.number, order.supplier_id, order.operator_id) == ("PO-71", "ACME", ANNA)
    assert order.lines == (ToldLine(1, BUN, 12_000, 3_000, "A"), ToldLine(2, TEA, 5_000))
    assert delivery.lines == (ToldLine(1, BUN, 6_000, 1_575),)
    assert (ended.cancelled, ended.reason, ended.lines) == (False, "no more", ())


async def test_an_order_of_many_lines_is_told_in_parts(engine: AsyncEngine) -> None:
    shop = Shop(1)
    shop.open()
    lines = [OrderLine(ItemId(f"I{n}"), 1_000) for n in range(2 * PART_LINES_MAX + 1)]
    sent(shop, ORDER, *lines)
    await arrived(engine, shop)
    rows = await told(engine, DataSet.PURCHASE_ORDERS, shop)
    assert [len(row.lines) for row in rows] == [PART_LINES_MAX, PART_LINES_MAX, 1]
    assert [line.item_id for row in rows for line in row.lines] == [one.item_id for one in lines]


async def test_to_look_again_and_to_rebuild_tell_nothing_twice(engine: AsyncEngine) -> None:
    await arrived(engine, ordering())
    await arrived(engine, end(Shop(2), TransferDirection.OUT, intent_of(COMPANY, NUMBER), I1=5))
    before = await publications(engine)
    assert before > 0
    assert await publications(engine) == before
    await rebuild_projections(engine)
    async with snapshot(engine) as db:
        due = await (await driver_of(db)).fetchval("SELECT count(*) FROM telling_due")
    assert due > 0
    assert await publications(engine) == before


async def test_a_fact_that_no_box_could_take_stays_at_head_office_and_others_go(
    engine: AsyncEngine,
) -> None:
    shop = Shop(1)
    shop.open()
    sent(shop, ORDER, *(OrderLine(ItemId(f"{n}" + "x" * 3_000), 1_000) for n in range(40)))
    sent(shop, UUID(int=72), OrderLine(BUN, 1_000))
    await arrived(engine, shop)
    rows = await told(engine, DataSet.PURCHASE_ORDERS, shop)
    assert [row.order_id for row in rows if isinstance(row, OrderTold)] == [UUID(int=72)]


@pytest.mark.parametrize("first", [0, 1])
async def test_both_ends_of_a_transfer_come_down_to_both_shops(
    engine: AsyncEngine, first: int
) -> None:
    intent = intent_of(COMPANY, NUMBER)
    ends = [
        end(Shop(1), TransferDirection.OUT, intent, I1=10_000, I2=3_000),
        end(Shop(2), TransferDirection.IN, intent, I1=8_000, I2=3_000),
    ]
    for shop in ends:
        await is_known(engine, shop)
    await arrived(engine, ends[first])
    for shop in ends:
        rows = await told(engine, DataSet.TRANSFERS, shop)
        assert [said(row) for row in rows] == [
            [(TransferNews.SENT, 10_000, 3_000)],
            [(TransferNews.CAME, 8_000, 3_000)],
        ][first]
    await arrived(engine, ends[1 - first])
    for shop in ends:
        rows = await told(engine, DataSet.TRANSFERS, shop)
        assert sorted(map(said, rows)) == [
            (TransferNews.CAME, 8_000, 3_000),
            (TransferNews.SENT, 10_000, 3_000),
        ]
        codes = {(row.from_code, row.to_code, row.number) for row in ours(rows)}
        assert codes == {("S01", "S02", NUMBER)}


def ours(rows: Iterable[OrderTold | TransferTold]) -> list[TransferTold]:
    return [row for row in rows if isinstance(row, TransferTold)]


def said(row: OrderTold | TransferTold) -> tuple[object, ...]:
    return row.news, *(line.quantity_milli for line in row.lines)


async def test_a_shop_that_has_nothing_to_do_with_it_is_told_nothing(engine: AsyncEngine) -> None:
    other = Shop(3)
    other.open()
    shop = end(Shop(1), TransferDirection.OUT, intent_of(COMPANY, NUMBER), I1=10_000)
    await arrived(engine, shop)
    await arrived(engine, other)
    assert await told(engine, DataSet.TRANSFERS, shop) != []
    assert await told(engine, DataSet.TRANSFERS, other) == []


async def test_a_mark_that_another_unit_of_work_holds_is_left_to_it(engine: AsyncEngine) -> None:
    """Whoever takes marks waits for none: what is held was caused by something not yet here."""
    shop = ordering()
    await arrived(engine, shop)
    async with unit_of_work(engine) as db:
        await (await driver_of(db)).execute("SELECT FROM telling_due FOR UPDATE")
        assert await told(engine, DataSet.PURCHASE_ORDERS, shop) == []
    assert len(await told(engine, DataSet.PURCHASE_ORDERS, shop)) == 3


async def test_a_lot_is_told_with_its_last_day_and_a_serial_number(engine: AsyncEngine) -> None:
    """Whoever receives the goods says the same of them."""
    shop, day = Shop(1), date(2026, 12, 31)
    await is_known(engine, shop)
    shop.open()
    lines = (
        StockLine(BUN, -4_000, None, "L-7", -400, day),
        StockLine(BUN, -1_000, None, None, -100, None, "SN-1"),
    )
    what = (intent_of(COMPANY, NUMBER), None, ANNA, DAY, "they ran out", lines, NUMBER)
    shop.append(StockTransferred(MovementId(shop.new_id()), TransferDirection.OUT, *what))
    await arrived(engine, shop)
    (row,) = await told(engine, DataSet.TRANSFERS, shop)
    assert row.lines == (
        ToldLine(1, BUN, 4_000, -400, None, "L-7", day),
        ToldLine(2, BUN, 1_000, -100, None, None, None, "SN-1"),
    )


def moved_once(epoch_number: int, number: str, transfer: MovementId) -> Shop:
    """Goods left the first shop, as a box of an epoch wrote it."""
    shop = Shop(1, epoch_number=epoch_number)
    shop.open()
    lines = (StockLine(BUN, -1_000),)
    what = (intent_of(COMPANY, number), None, ANNA, DAY, "sent", lines, number)
    shop.append(StockTransferred(transfer, TransferDirection.OUT, *what))
    return shop


async def test_a_shop_is_told_no_more_of_what_a_lower_place_says_of_others(
    engine: AsyncEngine,
) -> None:
    transfer, wrong, right = MovementId(UUID(int=7)), "S01-S03-2AABBCCDD-2", "S01-S02-1AABBCCDD-2"
    second, third = Shop(2), Shop(3)
    for shop in (second, third):
        await is_known(engine, shop)
    sender = await arrived(engine, moved_once(2, wrong, transfer))
    assert [len(await told(engine, DataSet.TRANSFERS, one)) for one in (sender, third)] == [1, 1]
    await arrived(engine, moved_once(1, right, transfer))
    assert await told(engine, DataSet.TRANSFERS, third) == []
    for shop in (sender, second):
        (row,) = await told(engine, DataSet.TRANSFERS, shop)
        assert isinstance(row, TransferTold)
        assert (row.number, row.to_code) == (right, "S02")


async def test_of_an_order_that_a_lower_place_says_otherwise_nothing_stays_told(
    engine: AsyncEngine,
) -> None:
    """Its sending is the order's own event: no wish of head office's, which would stay."""
    rows = {("S", f"{ORDER}@{ORDER}@0"): b"said before"}
    gone = [PublishedRow(f"{ORDER}@{ORDER}@0", None)]
    assert to_publish(DataSet.PURCHASE_ORDERS, {}, rows) == {"S": gone}
    assert to_publish(DataSet.TRANSFERS, {}, rows) == {}
