"""An archive under test, and how its rows are looked at."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.port import Archive
from central.db.engine import unit_of_work
from central.db.tables import metadata
from central.usecases.journal.ingest_batch import IngestAnswer, ingest_batch
from sync.protocol.batch import Batch
from sync.protocol.facts import CountLine, StockCounted
from sync.protocol.identity import ItemId, MovementId
from tests.doubles.archive_memory import MemoryArchive
from tests.head_office import (
    Rows,
    open_stream,
    projections,
)
from tests.shop_journal import ANNA, DAY, NOW_MS, Shop

TEA, COFFEE = ItemId("I1"), ItemId("I2")


@dataclass
class Office:
    """An archive under test."""

    archive: Archive
    engine: AsyncEngine | None

    async def open(self, *shops: Shop) -> None:
        for shop in shops:
            await open_stream(self.archive, self.engine, shop)

    async def alarms(self) -> list[tuple[str, str]]:
        """What head office noticed: kind and detail."""
        if isinstance(self.archive, MemoryArchive):
            return [(one.kind, one.detail) for one in self.archive.alarms.values()]
        assert self.engine is not None
        async with unit_of_work(self.engine) as db:
            return [tuple(row) for row in await db.execute(text("SELECT kind, detail FROM alarm"))]

    async def rows(self) -> Rows:
        return await projections(self.archive, self.engine)


def traded(number: int = 1, count: int = 40, seed: int = 1) -> Shop:
    """A shop with a whole day."""
    shop = Shop(number, seed=seed)
    shop.open()
    shop.trade(count)
    shop.close()
    return shop


def row_of(rows: Rows, table: str, column: str) -> list[Any]:
    """One column of a table, in the order of its rows."""
    place = [one.name for one in metadata.tables[table].columns].index(column)
    return [row[place] for row in rows[table]]


def said(rows: Rows) -> Rows:
    """Without the words of a refusal, which are each database's own."""
    quarantine = [(*row[:7], row[8]) for row in rows["quarantine"]]
    return {**rows, "quarantine": quarantine}


async def push(office: Office, shop: Shop, batch: Batch) -> IngestAnswer:
    return await ingest_batch(office.archive, shop.store_id, shop.device_id, batch, NOW_MS)


def counted(shop: Shop, milli: int, seen: int, parent: int | None = None) -> StockCounted:
    line = CountLine(TEA, milli, seen)
    return StockCounted(MovementId(shop.new_id()), ANNA, DAY, "stocktake", parent, (line,))
