"""A head office for tests of ingest and projections: a company, stores and their streams."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from central.archive.applying import WRITE_TURN
from central.archive.port import Archive
from central.database.embedded import PostgresServer
from central.db.engine import driver_of, unit_of_work
from central.db.schema import metadata
from central.projections.rows import TABLES
from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from sync.protocol.change import genesis_hash
from tests.doubles.archive_memory import MemoryArchive
from tests.shop_journal import COMPANY, NOW_MS, Shop

Rows = dict[str, list[tuple[Any, ...]]]


@cache
def head_office_template(server: PostgresServer) -> str:
    """The name of a database with the whole schema, made once per server."""
    name = f"template_{uuid4().hex}"
    with ThreadPoolExecutor(1) as apart:  # a test's own loop may be running here
        apart.submit(lambda: asyncio.run(_make_template(server, name))).result()
    return name


async def _make_template(server: PostgresServer, name: str) -> None:
    admin = create_async_engine(
        server.url_for("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    async with admin.connect() as db:
        await db.execute(text(f"CREATE DATABASE {name}"))
    await admin.dispose()
    engine = create_async_engine(server.url_for(name), poolclass=NullPool)
    async with engine.begin() as db:
        await db.run_sync(metadata.create_all)
        company = metadata.tables["company"]
        row = {"company_id": COMPANY, "name": "Acme", "currency": "SGD", "decimals": 2}
        await db.execute(company.insert(), row)
    await engine.dispose()


async def open_stream(archive: Archive, engine: AsyncEngine | None, shop: Shop) -> None:
    """Head office knows the shop's epoch from now on."""
    if isinstance(archive, MemoryArchive):
        archive.open_stream(shop.key, shop.genesis)
        return
    assert engine is not None
    async with unit_of_work(engine) as db:
        connection = await driver_of(db)
        await connection.execute(
            "INSERT INTO store (store_id, company_id, code, name, price_zone, zone, settings,"
            " last_epoch_number) VALUES ($1, $2, $3, $3, '', 'Asia/Singapore', '', 1)"
            " ON CONFLICT (store_id) DO NOTHING",
            shop.store_id,
            COMPANY,
            shop.code,
        )
        await connection.execute(WRITE_TURN, shop.store_id)
        await connection.execute(
            "UPDATE stream SET state = 'sealed', sealed_through = watermark"
            " WHERE store_id = $1 AND state = 'current'",
            shop.store_id,
        )
        await connection.execute(
            "INSERT INTO stream (store_id, epoch_number, epoch_fingerprint, device_id, genesis,"
            " genesis_signature, head_hash, watermark, state, provisional, sender_seq,"
            " applied_through, company_id)"
            " VALUES ($1, $2, $3, $4, $5, '', $6, 0, 'current', false, 0, 0, $7)",
            shop.store_id,
            shop.epoch.number,
            shop.epoch.fingerprint,
            shop.device_id,
            shop.genesis,
            genesis_hash(shop.genesis),
            COMPANY,
        )


async def deliver(archive: Archive, shop: Shop, events_max: int = 200) -> None:
    """Every event of the shop arrives; what is there already is a duplicate."""
    for batch in shop.batches(events_max):
        answer = await ingest_batch(archive, shop.store_id, shop.device_id, batch, NOW_MS)
        assert isinstance(answer, Acknowledged), answer


async def apply_all(archive: Archive, limit: int = 2_000) -> None:
    """Stage 2 until nothing is left."""
    for key in await archive.behind():
        while (await apply_events(archive, key.store_id, key.epoch, limit)).more:
            pass


async def projections(archive: Archive, engine: AsyncEngine | None) -> Rows:
    """Every row of every projection, in the order of its columns."""
    if isinstance(archive, MemoryArchive):
        return {name: sorted(map(tuple, archive.tables[name].values())) for name in TABLES}
    assert engine is not None
    found: Rows = {}
    async with unit_of_work(engine) as db:
        for name in TABLES:
            rows = await db.execute(select(metadata.tables[name]))
            found[name] = sorted(tuple(row) for row in rows)
    return found


async def personal_keys(archive: Archive, engine: AsyncEngine | None) -> dict[UUID, bytes]:
    """Every customer's key."""
    if isinstance(archive, MemoryArchive):
        return {customer_id: key for (_, customer_id), key in archive.keys.items()}
    assert engine is not None
    async with unit_of_work(engine) as db:
        table = metadata.tables["personal_key"]
        rows = await db.execute(select(table.c.customer_id, table.c.key))
    return {row.customer_id: row.key for row in rows}


async def empty(engine: AsyncEngine) -> None:
    """As made: only the company."""
    names = [name for name in metadata.tables if name != "company"]
    tables = ", ".join(f'"{name}"' for name in names)
    async with unit_of_work(engine) as db:
        await db.execute(text(f"TRUNCATE {tables} CASCADE"))
