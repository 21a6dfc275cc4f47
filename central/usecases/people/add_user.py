"""Lets somebody at head office sign in."""

import asyncio

from argon2 import PasswordHasher
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.people import UserRow
from central.db.tables import table
from central.domain.access import UserRole
from central.domain.fields import email_address, plain_text
from sync.protocol.errors import AlreadyThere, InvalidField
from sync.protocol.identity import CompanyId

PASSWORD_LETTERS_MIN = 12
PASSWORD_LETTERS_MAX = 200
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""argon2id: 19 MiB, two passes (OWASP, Password Storage)."""
_USERS = table(UserRow)


async def add_user(
    db: AsyncConnection,
    company_id: CompanyId,
    email: str,
    name: str,
    password: str,
    role: UserRole = UserRole.LOOK,
) -> None:
    """``email`` is unique in the company. Raises InvalidField, AlreadyThere."""
    if not PASSWORD_LETTERS_MIN <= len(password) <= PASSWORD_LETTERS_MAX:
        raise InvalidField(
            f"password: it must have {PASSWORD_LETTERS_MIN} to {PASSWORD_LETTERS_MAX} characters.",
            field="password",
            remedy="Choose a longer one: four words will do.",
        )
    row = {
        "company_id": company_id,
        "email": email_address(email),
        "name": plain_text(name, "name"),
        "password_hash": await asyncio.to_thread(HASHER.hash, password),
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
