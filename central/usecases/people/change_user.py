"""Changes what a user may do, and lets them in no more for as long as an administrator wants."""

from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.people import ApiToken, UserRow
from central.db.tables import table
from central.domain.access import UserRole
from central.domain.fields import email_address
from central.usecases.people.end_access import no_user, sign_out_user
from sync.protocol.identity import CompanyId

_USERS = table(UserRow)
_TOKENS = table(ApiToken)


async def set_role(db: AsyncConnection, company_id: CompanyId, email: str, role: UserRole) -> None:
    """From their next request on. Raises NotFound, InvalidField."""
    await change_user(db, company_id, email, role=role.value)


async def activate_user(db: AsyncConnection, company_id: CompanyId, email: str) -> None:
    """The user may sign in again, as before. Raises NotFound, InvalidField."""
    await change_user(db, company_id, email, active=True)


async def deactivate_user(db: AsyncConnection, company_id: CompanyId, email: str) -> int:
    """The user may sign in no more; their sessions, links and API tokens end now: how many. Raises
    NotFound, InvalidField."""
    address = email_address(email)
    await change_user(db, company_id, address, active=False)
    ended = await db.execute(
        delete(_TOKENS)
        .where(_TOKENS.c.company_id == company_id, _TOKENS.c.email == address)
        .returning(_TOKENS.c.name)
    )
    return len(ended.all()) + await sign_out_user(db, company_id, address)


async def change_user(
    db: AsyncConnection, company_id: CompanyId, email: str, **columns: Any
) -> None:
    """Set columns of a user. Raises NotFound, InvalidField."""
    address = email_address(email)
    done = await db.execute(
        update(_USERS)
        .where(_USERS.c.company_id == company_id, _USERS.c.email == address)
        .values(**columns)
        .returning(_USERS.c.email)
    )
    if done.one_or_none() is None:
        raise no_user(address)
