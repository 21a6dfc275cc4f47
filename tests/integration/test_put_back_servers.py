"""Head office's database comes back from a dump on another server, or from a copy of its files that
PostgreSQL recovered on another timeline: head office sees where it is at its next start, without a
mirror, and begins a new incarnation."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from central.database.embedded import PostgresServer, running_postgres
from central.db.engine import open_engine, unit_of_work
from central.usecases.company.add import add_company
from central.usecases.decision.look_back import MOVED, look_back
from tests.central_fixtures import NOW_MS, postgres_template
from tests.conftest import folder_for_databases
from tests.integration.test_central_background import until
from tests.patience import PATIENCE_S
from tests.put_back import dump, take_back

__all__ = ["postgres_template"]


@pytest.fixture
def folder() -> Iterator[Path]:
    made = folder_for_databases()
    yield made
    shutil.rmtree(made)


@contextmanager
def restored_by_dump(
    server: PostgresServer, name: str, dumped: Path, folder: Path
) -> Iterator[str]:
    """Its URL on a server of its own."""
    dump(server.dsn_for(name), dumped)
    with running_postgres(folder, deadline_s=PATIENCE_S) as other:
        take_back(other.dsn, dumped)
        yield other.url


async def there_since(url: str) -> tuple[object, ...]:
    """What head office begins at its start there."""
    engine = open_engine(url)
    try:
        begun = await look_back(engine, NOW_MS)
        again = await look_back(engine, NOW_MS)
    finally:
        await engine.dispose()
    assert begun is not None
    assert again is None
    return begun.found, begun.replayed, begun.lost


async def is_recovered(server: PostgresServer) -> bool:
    admin = await asyncpg.connect(server.dsn)
    found: bool = await admin.fetchval("SELECT NOT pg_is_in_recovery()")
    await admin.close()
    return found


async def begun_at(url: str) -> None:
    engine = open_engine(url)
    async with unit_of_work(engine) as db:
        await add_company(db, "Acme", "SGD")
    assert await look_back(engine, NOW_MS) is None
    await engine.dispose()


async def test_a_dump_that_is_taken_back_on_another_server_begins_a_new_incarnation(
    postgres_server: PostgresServer, postgres_template: str, tmp_path: Path, folder: Path
) -> None:
    name = f"dumped_{uuid4().hex}"
    admin = await asyncpg.connect(postgres_server.dsn_for("postgres"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    await begun_at(postgres_server.url_for(name))
    with restored_by_dump(postgres_server, name, tmp_path / "dumped", folder) as url:
        assert await there_since(url) == ((MOVED,), 0, True)
    await admin.execute(f"DROP DATABASE {name}")
    await admin.close()


async def test_files_that_are_recovered_on_another_timeline_begin_a_new_incarnation(
    postgres_server: PostgresServer, postgres_template: str, tmp_path: Path, folder: Path
) -> None:
    """As after a base copy and the logs behind it, up to a moment."""
    name = f"dumped_{uuid4().hex}"
    admin = await asyncpg.connect(postgres_server.dsn_for("postgres"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    with restored_by_dump(postgres_server, name, tmp_path / "dumped", folder) as url:
        await begun_at(url)
    await admin.execute(f"DROP DATABASE {name}")
    await admin.close()
    data = folder / "data"
    (data / "recovery.signal").touch()
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write("restore_command = 'false'\n")
    with running_postgres(folder, deadline_s=PATIENCE_S) as recovered:
        await until(partial(is_recovered, recovered))
        assert await there_since(recovered.url) == ((MOVED,), 0, True)
