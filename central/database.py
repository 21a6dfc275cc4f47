"""Which database a command works on: the one that was named, or the embedded one in the folder.

The embedded server runs as long as the command that started it; a second command finds it by its
socket and uses it. Only ``serve`` and commands on the embedded database bring its schema up to
date by themselves: a named one is migrated by ``central migrate``.
"""

import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import NamedTuple
from urllib.parse import quote

from asyncpg import InterfaceError, PostgresError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import database_url, open_engine
from central.db.migrate import is_current, upgrade
from central.postgres import DATABASE, ROLE, running_postgres
from central.settings import CentralSettings

EMBEDDED_FOLDER = "postgres"
_SOCKET = ".s.PGSQL.5432"


class CannotRun(Exception):
    """A command cannot do its work; ``str()`` is one sentence for a person."""


class Database(NamedTuple):
    """``embedded``: it lies in the folder and is ours alone."""

    url: str
    embedded: bool


@contextmanager
def chosen_database(settings: CentralSettings) -> Iterator[Database]:
    """The database inside the block. Blocks while the embedded one starts; call it from the main
    thread. Raises BadDatabaseUrl, PostgresCannotStart."""
    if settings.database_url is not None:
        yield Database(database_url(settings.database_url), embedded=False)
        return
    folder = settings.data.absolute() / EMBEDDED_FOLDER
    sockets = folder.resolve() / "s"
    if _answers(str(sockets / _SOCKET)):
        url = f"postgresql+asyncpg://{ROLE}@/{DATABASE}?host={quote(str(sockets))}"
        yield Database(url, embedded=True)
        return
    settings.data.mkdir(mode=0o711, parents=True, exist_ok=True)
    with running_postgres(folder) as server:
        yield Database(server.url, embedded=True)


def _answers(path: str) -> bool:
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as client:
        try:
            client.connect(path)
        except OSError:
            return False
    return True


@asynccontextmanager
async def engine_of(database: Database, *, migrating: bool = False) -> AsyncIterator[AsyncEngine]:
    """An engine on a database with the newest schema. Raises CannotRun."""
    engine = open_engine(database.url)
    try:
        with telling_of_database(database):
            current = await is_current(engine)
            if not current and not migrating and not database.embedded:
                raise CannotRun("The database is not migrated: run `central migrate` first.")
            if not current:
                await upgrade(engine)
        yield engine
    finally:
        await engine.dispose()


@contextmanager
def telling_of_database(database: Database) -> Iterator[None]:
    """What the database says against it, in one sentence. Raises CannotRun."""
    try:
        yield
    except (SQLAlchemyError, PostgresError, InterfaceError, OSError) as error:
        shown = make_url(database.url).render_as_string(hide_password=True)
        said = str(getattr(error, "orig", None) or error).strip().splitlines() or ["no answer"]
        raise CannotRun(f"The database {shown} refuses: {said[0]}.") from error
