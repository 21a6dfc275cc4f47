"""An archive of each kind, for the suites that hold both to the same promises."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.engine import open_engine
from tests.contract.office import Office
from tests.doubles.archive_memory import MemoryArchive
from tests.head_office import (
    head_office_template,
)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return head_office_template(postgres_server)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


@pytest.fixture(params=["memory", "postgres"])
async def office(request: pytest.FixtureRequest, engine: AsyncEngine) -> Office:
    if request.param == "memory":
        return Office(MemoryArchive(), None)
    return Office(PostgresArchive(engine), engine)
