"""Ingest and apply over a real PostgreSQL, when several do it at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.port import Archive, ArchiveUnit, Contended
from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.engine import open_engine
from central.projections.row_changes import RowChanges
from central.projections.rows.box import StoreAlarm
from central.projections.rows.stock import OnHand
from central.projections.unwritable import Unwritable
from central.usecases.journal.apply_events import ATTEMPTS_MAX, apply_events
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from sync.protocol.codec import encode
from sync.protocol.identity import EventId
from tests.doubles.archive_memory import MemoryArchive
from tests.head_office import apply_all, deliver, head_office_template, open_stream, projections
from tests.shop_journal import CUSTOMERS, NOW_MS, Shop


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return head_office_template(postgres_server)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


def traded(number: int, count: int = 60) -> Shop:
    shop = Shop(number)
    shop.open()
    shop.trade(count)
    shop.close()
    return shop


async def test_one_batch_delivered_many_times_at_once_counts_once(engine: AsyncEngine) -> None:
    shop, archive = traded(1), PostgresArchive(engine)
    await open_stream(archive, engine, shop)
    batch = shop.chain.batch(0, 50)
    answers = await asyncio.gather(
        *(ingest_batch(archive, shop.store_id, shop.device_id, batch, NOW_MS) for _ in range(8))
    )
    assert set(answers) == {Acknowledged(50, shop.chain.hashes[50])}
    await apply_all(archive)
    rows = await projections(archive, engine)
    assert len(rows["sale"]) == sum(
        event.kind == "retail_transaction" for event in shop.events[:50]
    )


async def test_many_appliers_of_one_stream_count_each_event_once(engine: AsyncEngine) -> None:
    shop, archive, alone = traded(1), PostgresArchive(engine), MemoryArchive()
    for one in (archive, alone):
        await open_stream(one, engine, shop)
        await deliver(one, shop)
    await apply_all(alone)
    applied = await asyncio.gather(
        *(apply_events(archive, shop.store_id, shop.epoch, 9) for _ in range(12))
    )
    assert sum(one.events for one in applied) == len(shop.events)
    assert await projections(archive, engine) == await projections(alone, None)


async def test_a_store_that_another_process_is_at_is_left_to_it(engine: AsyncEngine) -> None:
    shop, other, archive = traded(1), traded(2), PostgresArchive(engine)
    for one in (shop, other):
        await open_stream(archive, engine, one)
        await deliver(archive, one)
    async with archive.unit() as unit:
        assert await unit.begin_applying(shop.key) is not None
        left = await apply_events(archive, shop.store_id, shop.epoch, wait=False)
        taken = await apply_events(archive, other.store_id, other.epoch, wait=False)
        assert (left.events, left.elsewhere, left.more) == (0, True, True)
        assert (taken.events, taken.elsewhere) == (len(other.events), False)
    applied = await apply_events(archive, shop.store_id, shop.epoch, wait=False)
    assert (applied.events, applied.elsewhere) == (len(shop.events), False)


async def test_stores_in_parallel_meet_in_the_same_customers_and_none_gives_up(
    engine: AsyncEngine,
) -> None:
    shops = [traded(number) for number in range(1, 7)]
    archive, alone = PostgresArchive(engine), MemoryArchive()
    for shop in shops:
        for one in (archive, alone):
            await open_stream(one, engine, shop)
        await deliver(alone, shop)
    await apply_all(alone)

    async def trade(shop: Shop) -> None:
        for batch in shop.batches(10):
            await ingest_batch(archive, shop.store_id, shop.device_id, batch, NOW_MS)
            await apply_events(archive, shop.store_id, shop.epoch)

    await asyncio.gather(*map(trade, shops))
    assert await projections(archive, engine) == await projections(alone, None)


async def test_a_long_unit_of_stage_2_does_not_keep_the_next_batch_waiting(
    engine: AsyncEngine,
) -> None:
    shop, archive = traded(1), PostgresArchive(engine)
    await open_stream(archive, engine, shop)
    for after, through in ((0, 10), (10, 20)):
        batch = shop.chain.batch(after, through)
        async with archive.unit() as unit:
            standing = await unit.begin_applying(shop.key)
            assert standing is not None
            pushed = ingest_batch(archive, shop.store_id, shop.device_id, batch, NOW_MS)
            answer = await asyncio.wait_for(pushed, 10)
            await unit.save_applied(shop.key, standing.watermark)
        assert isinstance(answer, Acknowledged)
    async with archive.unit() as unit:
        standing = await unit.lock_stream(shop.key)
    assert standing is not None
    assert (standing.watermark, standing.applied_through) == (20, 10)


async def test_what_the_database_refuses_leaves_the_unit_usable(engine: AsyncEngine) -> None:
    archive, store = PostgresArchive(engine), UUID(int=1)
    refused = (
        RowChanges.of(OnHand(store, "a", 1), OnHand(store, "b", 1 << 63)),
        RowChanges.of(OnHand(store, "a\0", 1)),
        RowChanges.of(StoreAlarm(store, store, "k" * 10, "\0", "", 1, 1, b"", 1)),
    )
    async with archive.unit() as unit:
        for changes in refused:
            with pytest.raises(Unwritable):
                await unit.write(changes)
        largest = (1 << 63) - 1
        await unit.write(RowChanges.of(OnHand(store, "a", largest)))
        with pytest.raises(Unwritable):
            await unit.write(RowChanges.of(OnHand(store, "a", 1)))
    rows = await projections(archive, engine)
    assert rows["stock_level"] == [(store, "a", largest, 1)]


async def test_a_name_too_long_for_an_index_is_set_aside(engine: AsyncEngine) -> None:
    """PostgreSQL keeps no key beyond a third of a page; it is not asked for one."""
    shop, archive = Shop(1), PostgresArchive(engine)
    shop.open()
    sale = shop.sale(customer=CUSTOMERS[0])
    long = "".join(chr(0x4E00 + number * 7 % 20_000) for number in range(3_900))
    body = encode(sale).replace(
        encode(sale.receipt_number), b"\xda" + len(long.encode()).to_bytes(2, "big") + long.encode()
    )
    poison = shop.append_body("retail_transaction", 1, body, EventId(sale.sale_id))
    shop.append(shop.sale())
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)
    await apply_all(archive)
    rows = await projections(archive, engine)
    assert [row[3] for row in rows["quarantine"]] == [poison.seq]
    assert rows["quarantine"][0][7] == "an id has 3,900 characters, at most 256 are kept"
    assert len(rows["sale"]) == 1


async def test_a_lost_connection_is_no_poison(engine: AsyncEngine) -> None:
    shop, archive = traded(1), PostgresArchive(engine)
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)

    async def cut(*_: object) -> None:
        raise asyncpg.ConnectionDoesNotExistError("connection was closed")

    with pytest.raises(asyncpg.ConnectionDoesNotExistError):
        await apply_events(PostgresArchive(engine, cut), shop.store_id, shop.epoch)
    assert not any((await projections(archive, engine)).values())
    await apply_all(archive)
    assert (await projections(archive, engine))["quarantine"] == []


class Giving:
    """An archive whose units give way a number of times."""

    def __init__(self, archive: Archive, times: int) -> None:
        self.archive = archive
        self.left = times

    def unit(self) -> AbstractAsyncContextManager[ArchiveUnit]:
        if self.left:
            self.left -= 1
            raise Contended("deadlock detected")
        return self.archive.unit()

    def __getattr__(self, name: str) -> object:
        return getattr(self.archive, name)


async def test_a_unit_that_had_to_give_way_is_repeated_but_not_for_ever() -> None:
    shop, archive = traded(1), MemoryArchive()
    archive.open_stream(shop.key, shop.genesis)
    await deliver(archive, shop)
    patient = Giving(archive, ATTEMPTS_MAX)
    with pytest.raises(Contended):
        await apply_events(patient, shop.store_id, shop.epoch)  # type: ignore[arg-type]  # has what it asks for
    patient.left = ATTEMPTS_MAX - 1
    applied = await apply_events(patient, shop.store_id, shop.epoch)  # type: ignore[arg-type]  # has what it asks for
    assert applied.events == len(shop.events)
