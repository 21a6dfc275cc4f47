"""A head office whose database is put back to a copy of it, for tests."""

import subprocess
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from central.database.embedded import PostgresServer
from central.database.programs import programs_here
from central.db.engine import unit_of_work
from central.db.key_file import public_half
from central.db.tables import metadata
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.journal.apply_events import apply_events
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_head_office import verify_head_office
from tests.central_fixtures import CENTRAL_KEY, NOW_MS, Served, TestedBox


def dump(dsn: str, into: Path) -> None:
    """As ``pg_dump`` makes it."""
    _run("pg_dump", "--format=custom", f"--file={into}", dsn)


def take_back(dsn: str, dumped: Path) -> None:
    """By ``pg_restore``, into an empty database or in the place of what is there."""
    _run("pg_restore", "--clean", "--if-exists", "--exit-on-error", f"--dbname={dsn}", str(dumped))


def _run(program: str, *words: str) -> None:
    programs = programs_here()
    assert programs is not None
    subprocess.run([programs / "bin" / program, *words], check=True)


class Chain:
    """A head office whose database can be copied and put back."""

    def __init__(self, server: PostgresServer, mirror: Path) -> None:
        self.server, self.mirror, self.names = server, mirror, [f"chain_{uuid4().hex}"]

    @property
    def url(self) -> str:
        return self.server.url_for(self.names[-1])

    async def begin(self, template: str) -> None:
        await self._execute(f"CREATE DATABASE {self.names[0]} TEMPLATE {template}")

    async def copy(self) -> str:
        """A copy of it as it is now; nobody works on it."""
        name = f"copy_{uuid4().hex}"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {self.names[-1]}")
        return name

    def put_back(self, copy: str) -> None:
        self.names.append(copy)

    async def _execute(self, statement: str) -> None:
        admin = await asyncpg.connect(self.server.dsn_for("postgres"))
        await admin.execute(statement)
        await admin.close()


@pytest.fixture
async def chain(postgres_server: PostgresServer, postgres_template: str, tmp_path: Path) -> Chain:
    (tmp_path / "mirror").mkdir()
    chain = Chain(postgres_server, tmp_path / "mirror")
    await chain.begin(postgres_template)
    return chain


def reached(box: TestedBox, served: Served) -> TestedBox:
    box.client = served.client
    return box


async def delivered(box: TestedBox, first: int = 1) -> None:
    answer = await box.push_events(first, len(box.events))
    assert answer.status_code == 200, answer.text


async def whole(served: Served) -> None:
    """Everything that arrived is counted, nothing contradicts anything."""
    for key in await served.office.archive.streams():
        while (await apply_events(served.office.archive, *key)).more:
            pass
    await drain_publications(served.engine)
    assert (await verify_head_office(served.engine)).findings == ()
    await rebuild_projections(served.engine)
    assert (await verify_head_office(served.engine)).findings == ()


async def known_key(served: Served) -> None:
    """Head office's key is written down, as at its first start."""
    async with unit_of_work(served.engine) as db:
        row = {"public_key": public_half(CENTRAL_KEY), "since_ms": NOW_MS, "current": True}
        await db.execute(metadata.tables["office_key"].insert(), row)
