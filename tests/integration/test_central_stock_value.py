"""Head office values a store's goods in the order of its journal, by the store's own rule: the same
however events arrived, and after a rebuild."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.engine import open_engine, unit_of_work
from central.reports.sales import Page
from central.reports.stock_value import StockWorth, stock_value
from central.usecases.journal.retry_quarantined import retry_quarantined
from sync.protocol import codec
from sync.protocol.codec import encode
from sync.protocol.facts import (
    KindVersion,
    RetailTransaction,
    StockLine,
    StockMoved,
    StockMovementKind,
)
from sync.protocol.identity import EventId, MovementId
from tests.contract.office import TEA, counted
from tests.head_office import apply_all, deliver, head_office_template, open_stream
from tests.shop_journal import ANNA, DAY, Shop

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
    async with unit_of_work(engine) as db:
        (told,) = await stock_value(db, shop.store_id, Page(10, 0))
    return told


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
        newer = KindVersion("retail_transaction", 99)
        monkeypatch.setitem(codec.KINDS, newer, RetailTransaction)
        decoder = codec._DECODERS[RetailTransaction.KIND]
        monkeypatch.setitem(codec._DECODERS, newer, decoder)
        await retry_quarantined(archive, shop.store_id, every=True)
    told = await worth(engine, shop)
    assert told == StockWorth(TEA, 5_000, 600, 120_000, 1_400, 120, 560, 120)
    gone = told.went_minor + told.cost_of_sales_minor + told.counted_minor
    assert told.came_minor == gone + told.worth_minor
