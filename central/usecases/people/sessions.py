"""Where a user is signed in, and how that ends."""

from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.people import BoardSession
from central.db.tables import table
from sync.protocol.identity import CompanyId

SESSIONS_MAX = 200
_SESSIONS = table(BoardSession)


class OpenSession(NamedTuple):
    """``token_hash`` opens nothing, and names it."""

    token_hash: bytes
    address: str
    agent: str
    since_ms: int
    used_ms: int


async def list_sessions(
    db: AsyncConnection, company_id: CompanyId, email: str, now_ms: int
) -> tuple[OpenSession, ...]:
    """Used last first, at most SESSIONS_MAX."""
    columns = (_SESSIONS.c[name] for name in OpenSession._fields)
    found = await db.execute(
        select(*columns)
        .where(
            _SESSIONS.c.company_id == company_id,
            _SESSIONS.c.email == email,
            _SESSIONS.c.expires_at_ms > now_ms,
            ~_SESSIONS.c.waits_for_code,
        )
        .order_by(_SESSIONS.c.used_ms.desc(), _SESSIONS.c.token_hash)
        .limit(SESSIONS_MAX)
    )
    return tuple(OpenSession(*row) for row in found)


async def end_session(
    db: AsyncConnection, company_id: CompanyId, email: str, token_hash: bytes
) -> None:
    """One of the user's own; one that is not there is over already."""
    await db.execute(
        delete(_SESSIONS).where(
            _SESSIONS.c.company_id == company_id,
            _SESSIONS.c.email == email,
            _SESSIONS.c.token_hash == token_hash,
        )
    )
