"""A store's stock by lot at head office: what the box itself says of the same journal, whatever the
order in which it was booked; and a serial number that two shops sold."""

from datetime import date

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import unit_of_work
from central.reports.lots import lots_of_store, serials_sold_twice
from central.reports.sales import Page
from sync.protocol.facts import CountLine, StockCounted, StockLine, StockMoved, StockMovementKind
from sync.protocol.identity import ItemId, MovementId
from tests.integration.test_central_reports import arrived, engine, postgres_template
from tests.shop_journal import ANNA, COMPANY, DAY, Shop

__all__ = ["engine", "postgres_template"]
TEA = ItemId("I1")
MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
PAGE = Page(10, 0)


def moved(shop: Shop, *lines: StockLine) -> None:
    kind = StockMovementKind.ADJUSTMENT
    shop.append(StockMoved(MovementId(shop.new_id()), kind, ANNA, DAY, "as told", lines))


def counted(shop: Shop, seen: int, *lots: tuple[int, str | None]) -> None:
    lines = tuple(CountLine(TEA, milli, seen, lot) for milli, lot in lots)
    shop.append(StockCounted(MovementId(shop.new_id()), ANNA, DAY, "week 48", None, lines))


async def lots(engine: AsyncEngine, shop: Shop) -> list[tuple[str, date | None, int]]:
    async with unit_of_work(engine) as db:
        found = await lots_of_store(db, shop.store_id, PAGE)
    return [(one.lot, one.expires_on, one.quantity_milli) for one in found]


async def test_what_goes_unnamed_is_of_what_expires_first(engine: AsyncEngine) -> None:
    shop = Shop(1)
    shop.open()
    moved(shop, StockLine(TEA, 6_000, None, "B", None, JUNE), StockLine(TEA, 4_000, None, "A"))
    moved(shop, StockLine(TEA, 1_000, None, "A", None, MAY), StockLine(TEA, -7_000))
    await arrived(engine, shop)
    assert await lots(engine, shop) == [("B", JUNE, 4_000)]


async def test_a_count_that_says_lots_says_all_and_what_it_has_not_seen_comes_on_top(
    engine: AsyncEngine,
) -> None:
    shop = Shop(1)
    shop.open()
    moved(shop, StockLine(TEA, 6_000, None, "A", None, MAY))
    moved(shop, StockLine(TEA, 4_000, None, "B", None, JUNE))
    seen = len(shop.events)
    moved(shop, StockLine(TEA, -500, None, "B"))
    counted(shop, seen, (3_000, "B"), (1_000, None))
    await arrived(engine, shop)
    assert await lots(engine, shop) == [("B", JUNE, 2_500), ("", None, 1_000)]


async def test_a_count_without_lots_leaves_them(engine: AsyncEngine) -> None:
    shop = Shop(1)
    shop.open()
    moved(shop, StockLine(TEA, 6_000, None, "A", None, MAY))
    moved(shop, StockLine(TEA, 4_000, None, "B", None, JUNE))
    counted(shop, len(shop.events), (7_000, None))
    await arrived(engine, shop)
    assert await lots(engine, shop) == [("A", MAY, 3_000), ("B", JUNE, 4_000)]


async def test_a_last_day_that_was_once_read_of_a_lot_stays_known(engine: AsyncEngine) -> None:
    shop = Shop(1)
    shop.open()
    kind = MovementId(shop.new_id())
    said = (CountLine(TEA, 3_000, 1, "A", MAY), CountLine(TEA, 1_000, 1, "B"))
    shop.append(StockCounted(kind, ANNA, DAY, "week 47", None, said))
    counted(shop, len(shop.events), (2_000, "B"))
    moved(shop, StockLine(TEA, 500, None, "A"))
    await arrived(engine, shop)
    assert await lots(engine, shop) == [("A", MAY, 500), ("B", None, 2_000)]


@pytest.mark.parametrize("times", [1, 2])
async def test_a_serial_number_that_two_shops_sold_is_told(engine: AsyncEngine, times: int) -> None:
    for number in (1, 2)[:times]:
        shop = Shop(number)
        shop.open()
        moved(shop, StockLine(TEA, 1_000, None, None, None, None, "SN-1"))
        sale = shop.sale()
        lines = tuple(msgspec.structs.replace(one, serial="SN-1") for one in sale.lines)
        shop.append(msgspec.structs.replace(sale, lines=lines))
        await arrived(engine, shop)
    async with unit_of_work(engine) as db:
        found = await serials_sold_twice(db, COMPANY, PAGE)
    expected = [("SN-1", "S01, S02", 2, 0)] if times == 2 else []
    assert [(one.serial, one.stores, one.sold, one.came_back) for one in found] == expected
