"""A command that decides something for a person whom the board knows."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.people import UserRow
from central.db.tables import table
from central.domain.access import NotAllowed, UserRole
from central.domain.fields import email_address
from central.usecases.people.end_access import no_user
from sync.protocol.identity import CompanyId

_USERS = table(UserRow)


async def require_person(
    db: AsyncConnection, company_id: CompanyId, email: str, needs: UserRole
) -> None:
    """Somebody of the company who may do the same on its page. That it is they who run the command
    nothing proves. Raises NotFound, NotAllowed, InvalidField."""
    address = email_address(email)
    found = await db.execute(
        select(_USERS.c.role, _USERS.c.active).where(
            _USERS.c.company_id == company_id, _USERS.c.email == address
        )
    )
    row = found.one_or_none()
    if row is None:
        raise no_user(address)
    if not row.active or not UserRole(row.role).allows(needs):
        raise NotAllowed(
            f"{address} has no right to {needs.said}, and decides nothing of the sort by a command"
            " either.",
            remedy="Name somebody who may, or give them the role with `central user role`.",
        )
