"""How reports and pages read: in a lane of their own, one snapshot each, and not for ever.

Whoever looks never takes the connections that boxes push through: of the pool's few a report uses
one of a few, and waits for it outside.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asyncpg import QueryCanceledError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import snapshot
from central.domain.reports import ReportTooLarge
from central.office.head_office import HeadOffice

STATEMENT_S = 20
"""Of a report, each statement at most."""


@asynccontextmanager
async def reading(office: HeadOffice) -> AsyncIterator[AsyncConnection]:
    """Raises Busy where too many wait, ReportTooLarge where a statement took too long."""
    async with office.reports.turn():
        try:
            async with snapshot(office.engine, statement_s=STATEMENT_S) as db:
                yield db
        except (QueryCanceledError, DBAPIError) as error:
            if not _took_too_long(error):
                raise
            raise ReportTooLarge(STATEMENT_S) from error


def _took_too_long(error: Exception) -> bool:
    """SQLAlchemy wraps the driver's error in its own."""
    cause = getattr(error.orig, "__cause__", None) if isinstance(error, DBAPIError) else error
    return isinstance(cause, QueryCanceledError)
