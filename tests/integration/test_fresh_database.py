"""Each test's database is its own: these two would see each other's table if it were not."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_finds_an_empty_database(postgres_url: str, turn: int) -> None:
    engine = create_async_engine(postgres_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE only_once (turn int)"))
        await connection.execute(text("INSERT INTO only_once VALUES (:turn)"), {"turn": turn})
        found = await connection.execute(text("SELECT turn FROM only_once"))
        assert found.scalars().all() == [turn]
    await engine.dispose()


def test_an_ordinary_function_may_ask_for_a_database_too(postgres_url: str) -> None:
    assert postgres_url.startswith("postgresql+asyncpg://holdfast@/t_")
