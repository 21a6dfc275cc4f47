"""Lets somebody at head office sign in."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.people import UserRow
from central.db.tables import table
from central.domain.access import UserRole
from central.domain.fields import email_address, plain_text
from central.usecases.people.passwords import hash_password
from sync.protocol.errors import AlreadyThere
from sync.protocol.identity import CompanyId

_USERS = table(UserRow)


async def add_user(
    db: AsyncConnection,
    company_id: CompanyId,
    email: str,
    name: str,
    password: str | None,
    role: UserRole = UserRole.LOOK,
) -> None:
    """``email`` is unique in the company. ``password`` None: they come in by a link, and set one.
    Raises InvalidField, AlreadyThere."""
    hashed = None if password is None else await hash_password(password, name, email)
    row = {
        "company_id": company_id,
        "email": email_address(email),
        "name": plain_text(name, "name"),
        "password_hash": hashed,
        "role": role.value,
    }
    done = await db.execute(
        insert(_USERS)
        .values(row)
        .on_conflict_do_nothing(index_elements=["company_id", "email"])
        .returning(_USERS.c.email)
    )
    if done.scalar_one_or_none() is None:
        raise AlreadyThere(
            f"{row['email']} is a user already.", field="email", remedy="Use another address."
        )
