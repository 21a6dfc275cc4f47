"""Head office values a store's goods in the order of its journal, by the store's own rule: the same
however events arrived, and after a rebuild."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.engine import open_engine, snapshot, unit_of_work
from central.reports.sales import Page
from central.reports.stock_value import CostOfSales, StockWorth, cost_of_sales, stock_value
from central.usecases.journal.ingest_batch import ingest_batch
from central.usecases.journal.retry_quarantined import retry_quarantined
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.stock.keep_value import keep_value, keep_values
from sync.protocol import codec
from sync.protocol.codec import encode
from sync.protocol.facts import (
    KindVersion,
    RetailTransaction,
    StockLine,
    StockMoved,
    StockMovementKind,
)
from sync.protocol.identity import EventId, ItemId, MovementId
from tests.contract.office import TEA, counted
from tests.head_office import apply_all, deliver, head_office_template, open_stream
from tests.shop_journal import ANNA, DAY, NOW_MS, Shop

RECEIPT, WASTE = StockMovementKind.RECEIPT, StockMovementKind.WASTE


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return head_office_template(postgres_server)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


def moved(shop: Shop, kind: StockMovementKind, milli: int, cost: int | None = None) -> StockMoved:
    line = StockLine(TEA, milli, None, None, cost)
    return StockMoved(MovementId(shop.new_id()), kind, ANNA, DAY, "because", (line,))


async def worth(engine: AsyncEngine, shop: Shop) -> StockWorth:
    async with snapshot(engine) as db:
        (told,) = await stock_value(db, shop.store_id, Page(10, 0))
    return told


async def kept(engine: AsyncEngine) -> list[tuple[int, ...]]:
    """What is there, what it is worth and of how many lines, as it stands written."""
    async with snapshot(engine) as db:
        rows = await db.execute(text("SELECT on_hand_milli, worth_minor, entries FROM stock_worth"))
        return [tuple(row) for row in rows]


async def came(archive: PostgresArchive, shop: Shop, since: int) -> None:
    """What the shop wrote behind an event."""
    for batch in shop.batches(after=since):
        await ingest_batch(archive, shop.store_id, shop.device_id, batch, NOW_MS)
    await apply_all(archive)


def traded(late: bool) -> Shop:
    """Two for 200, five sold, ten for 1,200, one spoilt, counted as five. ``late``: head office
    cannot read the sale yet."""
    shop = Shop(1)
    shop.open()
    shop.append(moved(shop, RECEIPT, 2_000, 200))
    sale = shop.sale(((1, 5_000, 350),))
    if late:
        shop.append_body("retail_transaction", 99, encode(sale), EventId(sale.sale_id))
    else:
        shop.append(sale)
    shop.append(moved(shop, RECEIPT, 10_000, 1_200))
    shop.append(moved(shop, WASTE, -1_000, -999))
    shop.append(counted(shop, 5_000, len(shop.events)))
    return shop


@pytest.mark.parametrize("late", [False, True])
async def test_what_came_is_what_went_what_was_sold_what_a_count_missed_and_what_is_there(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    shop, archive = traded(late), PostgresArchive(engine)
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)
    await apply_all(archive)
    if late:
        assert (await worth(engine, shop)).cost_of_sales_minor == 0
        await keep_values(engine)
        newer = KindVersion("retail_transaction", 99)
        monkeypatch.setitem(codec.KINDS, newer, RetailTransaction)
        decoder = codec._DECODERS[RetailTransaction.KIND]
        monkeypatch.setitem(codec._DECODERS, newer, decoder)
        await retry_quarantined(archive, shop.store_id, every=True)
    told = await worth(engine, shop)
    assert told == StockWorth(TEA, 5_000, 600, 120_000, 1_400, 120, 560, 120)
    await keep_value(engine, shop.store_id)
    assert await worth(engine, shop) == told, "kept, and not looked at again"
    assert await kept(engine) == [(5_000, 600, 5)]
    gone = told.went_minor + told.cost_of_sales_minor + told.counted_minor
    assert told.came_minor == gone + told.worth_minor


async def test_what_moved_since_is_put_to_what_is_kept(engine: AsyncEngine) -> None:
    shop, archive = traded(late=False), PostgresArchive(engine)
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)
    await apply_all(archive)
    assert (await keep_value(engine, shop.store_id)).whole
    through = len(shop.events)
    shop.append(shop.sale(((1, 2_000, 350),)))
    shop.append(moved(shop, RECEIPT, 4_000, 640))
    await came(archive, shop, through)
    told = await worth(engine, shop)
    assert told == StockWorth(TEA, 7_000, 1_000, 142_857, 2_040, 120, 800, 120)
    assert await kept(engine) == [(5_000, 600, 5)], "who reads keeps nothing"
    assert (await keep_value(engine, shop.store_id)).whole
    assert await kept(engine) == [(7_000, 1_000, 7)]
    assert await worth(engine, shop) == told
    await rebuild_projections(engine)
    assert await kept(engine) == []
    assert await worth(engine, shop) == told


async def test_what_was_taken_back_makes_all_of_a_store_be_valued_anew(engine: AsyncEngine) -> None:
    shop, archive = traded(late=False), PostgresArchive(engine)
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)
    await apply_all(archive)
    await keep_values(engine)
    right = await worth(engine, shop)
    async with unit_of_work(engine) as db:
        await db.execute(text("UPDATE stock_worth SET worth_minor = 1, item_id = 'gone'"))
        await db.execute(text("UPDATE apply_turn SET taken_back = taken_back + 1"))
    assert await worth(engine, shop) == right
    await keep_value(engine, shop.store_id)
    assert await kept(engine) == [(5_000, 600, 5)]


async def test_items_are_valued_anew_some_at_a_time_until_all_are(engine: AsyncEngine) -> None:
    shop, archive = Shop(1), PostgresArchive(engine)
    shop.open()
    for number in range(1, 6):
        line = StockLine(ItemId(f"I{number}"), 1_000, None, None, number)
        movement = MovementId(shop.new_id())
        shop.append(StockMoved(movement, RECEIPT, ANNA, None, "because", (line,)))
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)
    await apply_all(archive)
    goes = [await keep_value(engine, shop.store_id, room=2) for _ in range(3)]
    assert goes == [(False, 2), (False, 2), (True, 1)]
    assert sorted(await kept(engine)) == [(1_000, number, 1) for number in range(1, 6)]


async def test_a_round_of_valuing_ends_after_so_many_lines_and_the_next_one_goes_on(
    engine: AsyncEngine,
) -> None:
    archive = PostgresArchive(engine)
    for number in (1, 2):
        shop = Shop(number)
        shop.open()
        for item in ("I1", "I2"):
            for _ in range(3):
                line = StockLine(ItemId(item), 1_000, None, None, 1)
                movement = MovementId(shop.new_id())
                shop.append(StockMoved(movement, RECEIPT, ANNA, None, "because", (line,)))
        await open_stream(archive, engine, shop)
        await deliver(archive, shop)
        await apply_all(archive)
    rounds = []
    for _ in range(3):
        rounds.append((await keep_values(engine, lines_max=4), len(await kept(engine))))
    assert rounds == [(False, 2), (True, 4), (True, 4)]


async def test_margin_leaves_room_for_what_a_later_receipt_put_right(engine: AsyncEngine) -> None:
    shop, archive = traded(late=False), PostgresArchive(engine)
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)
    await apply_all(archive)
    async with snapshot(engine) as db:
        told = await cost_of_sales(db, shop.store_id, DAY, DAY, Page(10, 0))
    await keep_values(engine)
    async with snapshot(engine) as db:
        assert await cost_of_sales(db, shop.store_id, DAY, DAY, Page(10, 0)) == told
    (tea,) = told
    assert (tea.quantity_milli, tea.unknown_milli, tea.put_right_minor) == (5_000, 5_000, 60)
    assert isinstance(tea, CostOfSales)
