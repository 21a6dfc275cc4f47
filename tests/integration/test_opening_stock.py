"""What a store had before it began to count: from a file at head office to the box, which books it
once, and back to head office's stock."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from central.db.engine import unit_of_work
from central.domain.importing.openings import openings
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.goods.import_items import ItemsWanted, import_items
from central.usecases.goods.read_sheet import read_sheet
from central.usecases.journal.apply_events import apply_events
from edge.box.box import Box, open_box
from edge.box.settings import read_settings
from edge.commands.cli import app
from edge.exchange.rounds import line_to_central
from edge.server.background import Exchange
from edge.usecases.stock.open_stock import open_stock
from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId, Incarnation, ItemId, StoreId
from sync.protocol.reference import DataSet, OpeningLine, OpeningStock
from tests.central_fixtures import Served, postgres_template, serving
from tests.integration.edge_fixtures import NOON_MS, STORE, Feed, Shop, moment, new_shop

__all__ = ["postgres_template"]

INTENT = UUID(int=77)


def opening_feed(*openings: OpeningStock) -> Feed:
    feed = Feed(DataSet.OPENING_STOCK, str(STORE))
    for opening in openings:
        feed.publish(str(opening.intent_id), opening)
    return feed


def booked(shop: Shop) -> list[tuple[object, ...]]:
    return [
        *shop.rows("stock_level", "item_id, on_hand_milli"),
        *shop.rows("journal WHERE kind = 'stock_moved'", "event_id"),
    ]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return new_shop(tmp_path / "s.sqlite3", published=False)


def test_opening_stock_is_booked_once_however_often_it_comes(shop: Shop) -> None:
    feed = opening_feed(
        OpeningStock(INTENT, (OpeningLine(ItemId("A"), 12_000, 80), OpeningLine(ItemId("B"), -500)))
    )
    shop.load(feed)
    once = booked(shop)
    assert once == [("A", 12_000), ("B", -500), (INTENT.bytes,)], "with no day open"
    other = Feed(DataSet.OPENING_STOCK, str(STORE), Incarnation(UUID(int=9)), feed.rows)
    shop.load(other)
    assert booked(shop) == once
    shop.do(
        lambda db: open_stock(
            db, [OpeningStock(INTENT, (OpeningLine(ItemId("C"), 1_000),))], moment(NOON_MS)
        )
    )
    assert booked(shop) == once


def test_the_same_stock_makes_the_same_rows_whenever_it_is_imported() -> None:
    opened = {f"I{number}": 1_000 for number in range(600)}
    costs: dict[str, int | None] = dict.fromkeys(opened)
    rows = list(openings(StoreId(UUID(int=1)), opened, costs))
    assert [len(row.lines) for row in rows] == [250, 250, 100]
    assert rows == list(openings(StoreId(UUID(int=1)), opened, costs))
    assert len({row.intent_id for row in rows}) == 3
    other = next(openings(StoreId(UUID(int=2)), opened, costs))
    assert other.intent_id != rows[0].intent_id


LIST = """\
item,name,unit,price,cost,stock S01,stock S02
A,Milk,each,1.20,0.80,12,
B,Rice,kg,3.00,,2.5,7
"""
MORE = f"{LIST}C,Tea,each,4.00,,3,\n"
"""The same, and an item more."""


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


async def took_in(served: Served, company_id: CompanyId, path: Path, text: str) -> list[str]:
    """Import at head office; the reasons of its faults."""
    async with unit_of_work(served.engine) as db:
        planned = await import_items(
            db,
            company_id,
            read_sheet(written(path, text)),
            ItemsWanted(),
            "me",
            served.clock.now_ms,
            lambda _: None,
        )
    await drain_publications(served.engine)
    return [fault.reason for fault in planned.faults]


async def provisioned(served: Served, store_id: StoreId, folder: Path) -> None:
    words = ["provision", "--central", str(served.client.base_url), "--data", str(folder)]
    words += ["--port", "0", "--code", await served.code(store_id)]
    done = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert done.exit_code == 0, done.output


@asynccontextmanager
async def exchanging(folder: Path) -> AsyncIterator[tuple[Box, Exchange]]:
    async with (
        open_box(folder, read_settings(folder)) as box,
        line_to_central(box) as line,
    ):
        yield box, Exchange(box, line)


async def on_hand(served: Served, store_id: StoreId) -> dict[str, int]:
    """As the report of stock has it, once everything that arrived is applied."""
    epochs = await served.rows(
        "SELECT epoch_number, epoch_fingerprint FROM stream WHERE store_id = $1", store_id
    )
    for number, fingerprint in epochs:
        while (
            await apply_events(served.office.archive, store_id, Epoch(number, fingerprint))
        ).more:
            pass
    rows = await served.rows(
        "SELECT item_id, on_hand_milli FROM stock_level WHERE store_id = $1", store_id
    )
    return {item: milli for item, milli in rows}  # noqa: C416 - tuples of any length


async def test_a_file_opens_a_stores_stock_once_through_its_boxes(
    postgres_url: str, tmp_path: Path
) -> None:
    async with serving(postgres_url) as served:
        served.clock.now_ms = time.time_ns() // 1_000_000
        company_id = await served.company()
        store_id = await served.store(company_id, "S01")
        await served.store(company_id, "S02")
        path = tmp_path / "list.csv"
        assert await took_in(served, company_id, path, LIST) == []
        await provisioned(served, store_id, tmp_path / "box")
        async with exchanging(tmp_path / "box") as (_, exchange):
            await exchange.round()
            assert await on_hand(served, store_id) == {"A": 12_000, "B": 2_500}
            assert await took_in(served, company_id, path, LIST) == [], "the same file again"
            assert await took_in(served, company_id, path, MORE) == []
            for _ in range(2):  # one takes, the next tells
                exchange.beat_due = True
                await exchange.round()
            assert await on_hand(served, store_id) == {"A": 12_000, "B": 2_500, "C": 3_000}
        (reason,) = await took_in(served, company_id, path, LIST.replace(",12,", ",13,"))
        assert reason.startswith("S01 opened with 12 of it already, which counts once")
        await provisioned(served, store_id, tmp_path / "successor")
        async with exchanging(tmp_path / "successor") as (box, exchange):
            await exchange.round()
            moved = await box.reader.read(
                lambda db: db.execute("SELECT count(*) FROM stock_movement").fetchone()[0]
            )
            assert moved == 3, "its first load books what its predecessor booked"
            assert await on_hand(served, store_id) == {"A": 12_000, "B": 2_500, "C": 3_000}
        assert await served.rows("SELECT error FROM quarantine") == []
