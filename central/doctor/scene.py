"""What the checks share: head office's settings, and its database where it can be had. Nothing is
changed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.database.chosen import CannotRun
from central.db.engine import BadDatabaseUrl, snapshot
from central.db.key_file import BadKeyFile
from central.office.addresses import central_command
from central.office.reach import CannotBeReached
from central.office.settings import CentralSettings
from sync.http.tls import BadCertificate
from sync.program.findings import Found, State
from sync.protocol.errors import Explained, Undecodable

STATEMENT_WITHIN_S = 30
COULD_NOT_LOOK = (
    *(OSError, SQLAlchemyError, PostgresError, InterfaceError, CannotRun, BadDatabaseUrl),
    *(BadKeyFile, CannotBeReached, BadCertificate, Explained, Undecodable),
    *(LookupError, ValueError, TypeError, msgspec.MsgspecError),
)
"""What a check meets where the thing that it looks at is broken."""


class NotThere(CannotRun):
    """There is no database to look into."""


class Scene:
    """``engine``: None where there is no database to be had, and ``why`` says why. ``earlier``:
    what the checks before this one found, by their names. ``now_ms``: by this machine's clock."""

    def __init__(
        self,
        settings: CentralSettings,
        engine: AsyncEngine | None,
        now_ms: int,
        why: str | None = None,
    ) -> None:
        self.settings = settings
        self.engine = engine
        self.now_ms = now_ms
        self.why = why
        self.earlier: dict[str, Found] = {}

    def command(self, *words: str) -> str:
        """A command of head office on the same folder and database, as it can be typed."""
        return central_command(self.settings.database_url, self.settings.data, *words)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """The database, for one check. Raises NotThere, and what the database raises."""
        for step in ("database", "schema"):
            if step in self.earlier and self.earlier[step].state is State.STOP:
                raise NotThere("The database is not as head office needs it: see above")
        if self.engine is None:
            raise NotThere(self.why or "there is no database")
        async with snapshot(self.engine, STATEMENT_WITHIN_S) as db:
            yield db
