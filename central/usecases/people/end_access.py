"""Lists and ends what lets people and programs in: users with their sessions and links, API tokens,
enrolment codes. What was ended is gone: nothing else refers to it."""

from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.credentials import EnrolCode
from central.db.people import ApiToken, BoardSession, SignInLink, UserRow
from central.db.tables import Store, table
from central.domain.access import UserRole
from central.domain.fields import email_address
from sync.protocol.errors import NotFound
from sync.protocol.identity import CompanyId

LISTED_MAX = 10_000
_USERS = table(UserRow)
_SESSIONS = table(BoardSession)
_LINKS = table(SignInLink)
_TOKENS = table(ApiToken)
_CODES = table(EnrolCode)
_STORES = table(Store)


class User(NamedTuple):
    """Who may sign in while ``active``, with one-time codes or without; how many sessions are open
    now, and links that nobody opened yet."""

    email: str
    name: str
    role: UserRole
    active: bool
    has_codes: bool
    sessions: int
    links: int


class Token(NamedTuple):
    """An API token by its name. ``email``: the user whose it is; empty: the company's."""

    name: str
    created_at_ms: int
    expires_at_ms: int
    role: UserRole
    email: str
    used_ms: int | None


class Code(NamedTuple):
    """A live enrolment code, by the first letters of it that are kept in clear."""

    store_code: str
    begins_with: str
    expires_at_ms: int


async def list_users(db: AsyncConnection, company_id: CompanyId, now_ms: int) -> tuple[User, ...]:
    """By address, at most LISTED_MAX."""
    open_now = [
        select(func.count())
        .where(
            rows.c.company_id == _USERS.c.company_id,
            rows.c.email == _USERS.c.email,
            rows.c.expires_at_ms > now_ms,
        )
        .scalar_subquery()
        for rows in (_SESSIONS, _LINKS)
    ]
    found = await db.execute(
        select(_USERS.c.email, _USERS.c.name, _USERS.c.role, _USERS.c.active, _USERS.c.totp_on)
        .add_columns(*open_now)
        .where(_USERS.c.company_id == company_id)
        .order_by(_USERS.c.email)
        .limit(LISTED_MAX)
    )
    return tuple(User(row[0], row[1], UserRole(row[2]), *row[3:]) for row in found)


async def end_user(db: AsyncConnection, company_id: CompanyId, email: str) -> None:
    """The user is none any more, signed out everywhere. Raises NotFound, InvalidField."""
    address = email_address(email)
    done = await db.execute(
        delete(_USERS)
        .where(_USERS.c.company_id == company_id, _USERS.c.email == address)
        .returning(_USERS.c.email)
    )
    if done.one_or_none() is None:
        raise no_user(address)
    await _sign_out(db, company_id, address)


async def sign_out_user(db: AsyncConnection, company_id: CompanyId, email: str) -> int:
    """End every session and link of a user; how many there were. Raises NotFound, InvalidField."""
    address = email_address(email)
    known = select(_USERS.c.email).where(
        _USERS.c.company_id == company_id, _USERS.c.email == address
    )
    if await db.scalar(known) is None:
        raise no_user(address)
    return await _sign_out(db, company_id, address)


async def _sign_out(db: AsyncConnection, company_id: CompanyId, address: str) -> int:
    ended = 0
    for rows in (_SESSIONS, _LINKS):
        done = await db.execute(
            delete(rows)
            .where(rows.c.company_id == company_id, rows.c.email == address)
            .returning(rows.c.email)
        )
        ended += len(done.all())
    return ended


def no_user(address: str) -> NotFound:
    """Nobody of the company has this address."""
    return NotFound(
        f"There is no user {address}.",
        field="email",
        remedy="See who there is with `central user list`.",
    )


async def list_tokens(db: AsyncConnection, company_id: CompanyId) -> tuple[Token, ...]:
    """By name, at most LISTED_MAX, those that are over too."""
    found = await db.execute(
        select(_TOKENS.c.name, _TOKENS.c.created_at_ms, _TOKENS.c.expires_at_ms)
        .add_columns(_TOKENS.c.role, _TOKENS.c.email, _TOKENS.c.used_ms)
        .where(_TOKENS.c.company_id == company_id)
        .order_by(_TOKENS.c.name, _TOKENS.c.created_at_ms)
        .limit(LISTED_MAX)
    )
    return tuple(
        Token(
            row.name,
            row.created_at_ms,
            row.expires_at_ms,
            UserRole(row.role),
            row.email,
            row.used_ms,
        )
        for row in found
    )


async def end_token(db: AsyncConnection, company_id: CompanyId, name: str) -> int:
    """Every token of that name opens nothing any more; how many. Raises NotFound."""
    done = await db.execute(
        delete(_TOKENS)
        .where(_TOKENS.c.company_id == company_id, _TOKENS.c.name == name)
        .returning(_TOKENS.c.name)
    )
    count = len(done.all())
    if count == 0:
        raise NotFound(
            f"There is no token {name}.",
            field="name",
            remedy="See which there are with `central token list`.",
        )
    return count


async def end_own_token(db: AsyncConnection, company_id: CompanyId, email: str, name: str) -> None:
    """A user's own tokens of that name; none is ended already."""
    mine = (_TOKENS.c.company_id == company_id, _TOKENS.c.email == email, _TOKENS.c.name == name)
    await db.execute(delete(_TOKENS).where(*mine))


async def list_codes(db: AsyncConnection, company_id: CompanyId, now_ms: int) -> tuple[Code, ...]:
    """Those that would still enrol a box, by store, at most LISTED_MAX."""
    found = await db.execute(
        select(_STORES.c.code, _CODES.c.selector, _CODES.c.expires_at_ms)
        .join_from(_CODES, _STORES, _CODES.c.store_id == _STORES.c.store_id)
        .where(
            _STORES.c.company_id == company_id,
            _CODES.c.redeemed_by.is_(None),
            _CODES.c.ended_at_ms.is_(None),
            _CODES.c.expires_at_ms > now_ms,
        )
        .order_by(_STORES.c.code)
        .limit(LISTED_MAX)
    )
    return tuple(Code(*row) for row in found)
