"""What counts is a function of what arrived, not of the order, in either archive (P4): streams in
any order and any pieces, events that come home, come twice, and contradict each other."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import PostgresArchive
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_projections import verify_projections
from tests.contract.histories import arrive_at_random, arrive_in_order, history
from tests.contract.office import said
from tests.doubles.archive_memory import MemoryArchive
from tests.head_office import empty, projections

seeds = st.integers(0, 100_000)


@settings(max_examples=60)
@given(seed=seeds, salt=seeds)
async def test_any_order_of_arrival_ends_in_the_same_rows(seed: int, salt: int) -> None:
    shops = history(seed)
    plain, shuffled = MemoryArchive(), MemoryArchive()
    await arrive_in_order(plain, None, *shops)
    await arrive_at_random(shuffled, None, shops, Random(salt))
    expected, found = await projections(plain, None), await projections(shuffled, None)
    for table in expected:
        assert found[table] == expected[table], table


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=seeds, salt=seeds)
async def test_the_database_ends_in_the_rows_of_memory_of_its_own_rebuild_and_of_its_journals(
    engine: AsyncEngine, seed: int, salt: int
) -> None:
    shops = history(seed)
    await empty(engine)
    plain, shuffled = MemoryArchive(), PostgresArchive(engine)
    await arrive_in_order(plain, None, *shops)
    await arrive_at_random(shuffled, engine, shops, Random(salt))
    found = await projections(shuffled, engine)
    assert said(found) == said(await projections(plain, None))
    assert await verify_projections(engine) == ()
    await rebuild_projections(engine)
    assert await projections(shuffled, engine) == found
