"""Several processes share the stores out, and what they say is what one would have said."""

import os
import signal
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.engine import driver_of, open_engine, unit_of_work
from central.usecases.proof.in_processes import ProcessEnded, in_processes
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_journal import verify_journal
from central.usecases.proof.verify_projections import verify_projections
from tests.head_office import (
    apply_all,
    deliver,
    head_office_template,
    open_stream,
    projections,
)
from tests.shop_journal import Shop

STORES = 5


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return head_office_template(postgres_server)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    """A chain whose customers buy in every store."""
    engine = open_engine(postgres_url)
    archive = PostgresArchive(engine)
    for number in range(1, STORES + 1):
        shop = Shop(number)
        shop.open()
        shop.trade(12)
        shop.close()
        await open_stream(archive, engine, shop)
        await deliver(archive, shop)
    await apply_all(archive)
    yield engine
    await engine.dispose()


async def changed(engine: AsyncEngine, *statements: str) -> None:
    async with unit_of_work(engine) as db:
        for statement in statements:
            await (await driver_of(db)).execute(statement)


async def test_a_whole_chain_is_whole_whoever_reads_which_store(engine: AsyncEngine) -> None:
    shown: list[tuple[int, int]] = []
    assert await verify_projections(engine, 2, lambda *far: shown.append(far)) == ()
    assert (shown[-1], sorted(shown)) == ((STORES, STORES), shown)
    assert await verify_journal(engine, None, 2) == await verify_journal(engine)


async def test_they_find_what_one_finds_in_the_same_order(engine: AsyncEngine) -> None:
    await changed(
        engine,
        "UPDATE sale SET total_minor = total_minor + 1 WHERE seq = 5",
        "UPDATE stock_level SET on_hand_milli = on_hand_milli + 1",
    )
    alone = await verify_projections(engine)
    assert len(alone) > STORES
    assert await verify_projections(engine, 2) == alone
    await changed(engine, "UPDATE raw_event SET body = '\\x00' WHERE seq = 6")
    journals = await verify_journal(engine)
    assert all(one.finding is not None for one in journals)
    assert await verify_journal(engine, None, 2) == journals


async def test_they_make_the_rows_anew_that_one_makes(engine: AsyncEngine) -> None:
    archive = PostgresArchive(engine)
    before = await projections(archive, engine)
    await changed(
        engine,
        "INSERT INTO central_state (one, incarnation, last_decision_no)"
        " VALUES (1, gen_random_uuid(), 0) ON CONFLICT DO NOTHING",
        "DELETE FROM sale_line",
    )
    rebuilt = await rebuild_projections(engine, 2)
    assert (rebuilt.said, rebuilt.events > 0) == ((), True)
    assert await projections(archive, engine) == before


async def end(_engine: AsyncEngine, things: Sequence[int]) -> int:
    """Killed by the machine, as where memory is short."""
    if 3 in things:
        os.kill(os.getpid(), signal.SIGKILL)
    return sum(things)


async def test_a_process_that_ends_by_itself_is_said(engine: AsyncEngine) -> None:
    with pytest.raises(ProcessEnded, match="ended before it was done"):
        await in_processes(engine, end, [1, 2, 3, 4], 2)


async def test_one_process_takes_all_at_once_and_nothing_is_nothing(engine: AsyncEngine) -> None:
    assert await in_processes(engine, end, [1, 2], 1) == [3]
    assert await in_processes(engine, end, [], 2) == []
