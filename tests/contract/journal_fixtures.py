"""Shops with a journal, in SQLite and in memory, for the contract of both."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from edge.db.connection.writer import AioWriter
from edge.db.epochs import begin_epoch
from edge.db.journal import append
from edge.db.outbox import SqliteJournal, Told
from edge.db.tables.schema import metadata
from sync.engine.journal import Entry, Moment
from sync.engine.outbox import BranchCause, JournalPort, Stopped
from sync.protocol.batch import BatchLimits
from sync.protocol.change import Epoch
from sync.protocol.clock import ClockState
from sync.protocol.facts import AnyFact, DeviceRecorded
from sync.protocol.identity import BootId, CustomerId, EventId
from tests.chain_strategies import STORE
from tests.doubles.journal import MemoryJournal

EPOCH, GENESIS = Epoch(1, b"abcd"), b"g" * 32
BOOT = BootId(UUID(int=1))
MOMENT = Moment(1_764_000_000_000, 28_800, BOOT, ClockState.CHECKED)
CUSTOMER, ERASED = CustomerId(UUID(int=6)), CustomerId(UUID(int=7))
ALL = BatchLimits()
TABLES = (
    *(
        "journal",
        "journal_head",
        "acknowledged_mark",
        "placed_event",
        "push_state",
        "stock_movement",
    ),
    "customer_key",
)


def make_tables(db: sqlite3.Connection) -> None:
    """The edge's tables that a journal stands on, without its migrations."""
    for table in (metadata.tables[name] for name in TABLES):
        db.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
        for index in table.indexes:
            db.execute(str(CreateIndex(index).compile(dialect=sqlite.dialect())))


def record(seq: int, size: int = 0) -> DeviceRecorded:
    return DeviceRecorded("boot", f"{seq}" + "x" * size, "0.1.0")


def event_id(seq: int) -> EventId:
    return EventId(UUID(int=seq))


class Shop(ABC):
    """A journal to push from, and what people were told."""

    port: JournalPort

    @abstractmethod
    async def append(self, fact: AnyFact, seq: int) -> Entry: ...

    @abstractmethod
    def told(self) -> tuple[list[Stopped], list[str]]: ...


class MemoryShop(Shop):
    def __init__(self) -> None:
        self.memory = MemoryJournal(STORE, EPOCH, GENESIS, {CUSTOMER: b"c" * 32})
        self.port = self.memory

    async def append(self, fact: AnyFact, seq: int) -> Entry:
        return self.memory.append(fact, event_id(seq), MOMENT)

    def told(self) -> tuple[list[Stopped], list[str]]:
        return self.memory.stops, self.memory.alarms


class SqliteShop(Shop):
    def __init__(self, writer: AioWriter) -> None:
        self.writer = writer
        self.stops: list[Stopped] = []
        self.alarms: list[str] = []
        self.port = SqliteJournal(
            writer.run, writer.run, Told(self._stop, self._send_again, self._branch_off)
        )

    def _stop(self, db: sqlite3.Connection, stopped: Stopped) -> None:
        db.execute("INSERT INTO push_state (one, stopped) VALUES (1, ?)", (stopped.detail,))
        self.stops.append(stopped)

    def _send_again(self, db: sqlite3.Connection, epoch: Epoch, detail: str) -> None:
        self.alarms.append(detail)

    def _branch_off(
        self, db: sqlite3.Connection, epoch: Epoch, cause: BranchCause, detail: str
    ) -> None:
        raise AssertionError(cause)

    async def append(self, fact: AnyFact, seq: int) -> Entry:
        return await self.writer.run(lambda db: append(db, fact, event_id(seq), MOMENT))

    def told(self) -> tuple[list[Stopped], list[str]]:
        return self.stops, self.alarms


@pytest.fixture(params=["sqlite", "memory"])
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    if request.param == "memory":
        yield MemoryShop()
        return

    def prepare(db: sqlite3.Connection) -> None:
        make_tables(db)
        begin_epoch(db, STORE, EPOCH, GENESIS)
        db.execute("INSERT INTO customer_key VALUES (?, ?)", (CUSTOMER.bytes, b"c" * 32))

    async with await AioWriter.open(tmp_path / "store.sqlite3") as writer:
        await writer.run(prepare)
        yield SqliteShop(writer)


@pytest.fixture
def db() -> Any:
    """A real SQLite in memory: that what is written also lasts is the writer's promise."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        make_tables(opened)
        begin_epoch(opened, STORE, EPOCH, GENESIS)
        yield opened
