"""Head office's schema comes from its migrations, and they say what the tables say."""

import asyncio

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import BadDatabaseUrl, database_url, driver_of, open_engine, unit_of_work
from central.db.migrate import (
    check,
    config_for,
    downgrade,
    is_current,
    newest_revision,
    upgrade,
)


async def test_upgrading_gives_the_schema_of_the_tables_and_back_again_nothing(
    postgres_url: str,
) -> None:
    engine = open_engine(postgres_url)
    try:
        assert not await is_current(engine)
        await upgrade(engine)
        assert await is_current(engine)
        await check(engine)
        await downgrade(engine, "base")
        async with unit_of_work(engine) as db:
            left = await db.scalars(
                text("SELECT table_name FROM information_schema.tables WHERE table_schema='public'")
            )
            assert left.all() == ["alembic_version"]
        await upgrade(engine)
        await check(engine)
    finally:
        await engine.dispose()


async def test_a_central_keeps_the_incarnation_of_its_first_start(postgres_url: str) -> None:
    engines = [open_engine(postgres_url) for _ in range(3)]
    try:
        await asyncio.gather(*(upgrade(engine) for engine in engines))
        async with unit_of_work(engines[0]) as db:
            first = (await db.execute(text("SELECT one, incarnation FROM central_state"))).all()
            roles = (await db.scalars(text("SELECT role FROM leader"))).all()
        await upgrade(engines[0])
        async with unit_of_work(engines[0]) as db:
            again = (await db.execute(text("SELECT one, incarnation FROM central_state"))).all()
        assert len(first) == 1
        assert first == again
        assert roles == ["sequencer"]
    finally:
        for engine in engines:
            await engine.dispose()


async def test_the_raw_connection_is_inside_the_unit_of_work(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    try:
        async with unit_of_work(engine) as db:
            await (await driver_of(db)).execute("CREATE TABLE kept (n int)")
        with pytest.raises(ZeroDivisionError):
            await _insert_and_fail(engine)
        async with unit_of_work(engine) as db:
            assert await (await driver_of(db)).fetchval("SELECT count(*) FROM kept") == 0
    finally:
        await engine.dispose()


async def _insert_and_fail(engine: AsyncEngine) -> None:
    async with unit_of_work(engine) as db:
        await (await driver_of(db)).execute("INSERT INTO kept VALUES (1)")
        raise ZeroDivisionError


async def test_a_url_may_be_written_as_people_write_it(postgres_url: str) -> None:
    plain = postgres_url.replace("postgresql+asyncpg", "postgres")
    engine = open_engine(plain)
    try:
        async with unit_of_work(engine) as db:
            assert await db.scalar(text("SELECT 1")) == 1
    finally:
        await engine.dispose()


def test_the_newest_step_is_the_one_that_alembic_finds() -> None:
    scripts = ScriptDirectory.from_config(config_for())
    assert scripts.get_current_head() == newest_revision()


@pytest.mark.parametrize("given", ["", "nonsense", "mysql://a/b", "sqlite:///x"])
def test_a_url_of_something_else_is_refused(given: str) -> None:
    with pytest.raises(BadDatabaseUrl):
        database_url(given)


async def test_a_database_that_is_not_there_is_no_current_one() -> None:
    engine = open_engine("postgresql://nobody@127.0.0.1:1/none")
    try:
        with pytest.raises((OSError, asyncpg.PostgresError)):
            await is_current(engine)
    finally:
        await engine.dispose()
