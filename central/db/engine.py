"""Connections to head office's PostgreSQL, and the one unit of work.

A use case takes ``db`` (an AsyncConnection inside ``unit_of_work``) and never opens one itself.
COPY and unnest run on asyncpg's own connection inside the same unit of work: ``raw``.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from central.db.mirrored import OPTION, Mirror, begin_noting, noted
from central.domain.mirror import Link, NotMirrored

CONNECTIONS_MAX = 22
"""Of one process: as many as its lanes have turns (``central/office/lanes.py``), and six for what
goes on in the background."""
POOL_WAIT_S = 5
"""For one of them. Lanes see to it that hardly anybody waits; a box waits for its answer no longer
than 20 s, and what takes longer is better asked again."""
CONNECT_TIMEOUT_S = 10
COMMAND_TIMEOUT_S = 120
STATEMENTS_KEPT = 400
"""Of one connection, prepared: all that a process says again and again. The driver's own hundred
are less than what is said between two pages, and it forgets each after five minutes; a page's dozen
statements would be read and planned anew each time."""
DRIVER = "postgresql+asyncpg"

_SNAPSHOT: Mapping[str, Any] = MappingProxyType(
    {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
)
_FOR_REPORTS = """
SELECT set_config('random_page_cost', '1.1', true), set_config('jit', 'off', true),
    set_config('statement_timeout', $1, true)
"""

_HAS_MIRROR = text("SELECT mirror_no IS NOT NULL FROM central_state WHERE one = 1")


class BadDatabaseUrl(Exception):
    """``str()`` is one sentence for a person."""


def database_url(given: str) -> str:
    """The URL for SQLAlchemy of what people write (``postgres://…``). Raises BadDatabaseUrl."""
    try:
        url = make_url(given)
    except ArgumentError as error:
        raise BadDatabaseUrl(
            "What was given is no database URL: head office needs one such as "
            "postgresql://user@host/name."
        ) from error
    if url.drivername not in {DRIVER, "postgresql", "postgres"}:
        raise BadDatabaseUrl("Head office needs a PostgreSQL URL, such as postgresql://host/name.")
    return url.set(drivername=DRIVER).render_as_string(hide_password=False)


def open_engine(url: str) -> AsyncEngine:
    """A pool of at most CONNECTIONS_MAX; nothing is connected before the first use. Whoever asks
    gets the connection that was used last: in turn each would be used too seldom to have its
    statements planned."""
    return create_async_engine(
        database_url(url),
        pool_size=CONNECTIONS_MAX,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        pool_use_lifo=True,
        connect_args={
            "timeout": CONNECT_TIMEOUT_S,
            "command_timeout": COMMAND_TIMEOUT_S,
            "statement_cache_size": STATEMENTS_KEPT,
            "max_cached_statement_lifetime": 0,
        },
    )


@asynccontextmanager
async def unit_of_work(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction: committed when the block ends, rolled back when it raises. What it decided
    or published is in the mirror before that. Raises NotMirrored."""
    mirror: Mirror | None = engine.get_execution_options().get(OPTION)
    written = None
    async with engine.begin() as db:
        begin_noting(db, mirror)
        yield db
        if noted(db) is not None:
            written = await _mirrored(db, mirror)
    if mirror is not None and written is not None:
        await mirror.confirm(written)


async def _mirrored(db: AsyncConnection, mirror: Mirror | None) -> Link | None:
    if mirror is not None:
        return await mirror.keep(db, await driver_of(db))
    if await db.scalar(_HAS_MIRROR):
        raise NotMirrored("its decisions are mirrored, and this command was not told where")
    return None


@asynccontextmanager
async def snapshot(engine: AsyncEngine, statement_s: int = 0) -> AsyncIterator[AsyncConnection]:
    """For reading, and refused all else: every statement of the block sees the same state of the
    database, and may take ``statement_s`` seconds; 0: as long as any.

    PostgreSQL plans its reports for a disk without a moving head: by default it would rather read
    a whole table than look a thousand of its rows up, and compile statements of milliseconds."""
    async with engine.execution_options(**_SNAPSHOT).begin() as db:
        await (await driver_of(db)).fetchrow(_FOR_REPORTS, str(statement_s * 1_000))
        yield db


async def driver_of(db: AsyncConnection) -> Any:
    """The asyncpg connection under ``db``, inside its transaction.

    SQLAlchemy begins lazily, at its own first statement: before that the raw connection would
    commit each statement by itself. It has no public call that begins without one; a test pins the
    name, and a statement that asks for nothing is a fifth of what a small unit of work costs.
    """
    raw: Any = await db.get_raw_connection()
    if not raw.driver_connection.is_in_transaction():
        await raw.dbapi_connection._start_transaction()
    return raw.driver_connection
