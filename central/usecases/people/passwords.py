"""Sets, and takes away, what a user signs in with."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.people import BoardSession, UserRow
from central.db.tables import table
from central.domain.fields import email_address
from central.domain.password import PASSWORD_LETTERS_MAX, refuse_weak
from central.usecases.people.change_user import change_user
from central.usecases.people.end_access import no_user, sign_out_user
from central.usecases.people.one_time_codes import end_codes
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""argon2id: 19 MiB, two passes (OWASP, Password Storage)."""
HASH_OF_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$" + "A" * 22 + "$" + "A" * 43
"""No password has this hash: looking one up that is not there takes as long as one that is."""
_USERS = table(UserRow)
_SESSIONS = table(BoardSession)


async def hash_password(password: str, *about: str) -> str:
    """Raises InvalidField for one that is too weak; ``about``: who they are."""
    refuse_weak(password, about)
    return await asyncio.to_thread(HASHER.hash, password)


def password_fits(password_hash: str, password: str) -> bool:
    """Whether this password made the hash."""
    try:
        return HASHER.verify(password_hash, password[:PASSWORD_LETTERS_MAX])
    except (VerificationError, InvalidHashError):
        return False


async def set_own_password(
    db: AsyncConnection,
    company_id: CompanyId,
    email: str,
    current: str,
    password: str,
    keep_session: bytes,
) -> None:
    """A user's own; ``current`` counts where there is one. Their other sessions end:
    ``keep_session`` is the hash of the one that stays. Raises InvalidField, NotFound."""
    rows = await db.execute(
        select(_USERS.c.password_hash, _USERS.c.name)
        .where(_USERS.c.company_id == company_id, _USERS.c.email == email)
        .with_for_update()
    )
    user = rows.one_or_none()
    if user is None:
        raise no_user(email)
    held = user.password_hash
    if held is not None and not await asyncio.to_thread(password_fits, held, current):
        raise InvalidField(
            "current: this is not your password.",
            field="current",
            remedy="Type the one that you signed in with; an administrator can reset it.",
        )
    await change_user(
        db, company_id, email, password_hash=await hash_password(password, user.name, email)
    )
    await db.execute(
        delete(_SESSIONS).where(
            _SESSIONS.c.company_id == company_id,
            _SESSIONS.c.email == email,
            _SESSIONS.c.token_hash != keep_session,
        )
    )


async def reset_user(db: AsyncConnection, company_id: CompanyId, email: str) -> None:
    """Password, one-time codes, sessions and links of a user are no more: they come in by a new
    link and begin anew. Raises NotFound, InvalidField."""
    address = email_address(email)
    await change_user(db, company_id, address, password_hash=None, code_failures=0, code_until_ms=0)
    await end_codes(db, company_id, address)
    await sign_out_user(db, company_id, address)
