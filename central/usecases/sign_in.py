"""People sign in and out; API tokens for reports.

A session is a random token in a cookie, kept as its SHA-256; beside it stands a CSRF token, which
the page sends back in a header with every change. A password's try is counted *before* it is looked
at, in a unit of work of its own: tries sent at once are counted like tries sent in turn. After five
in a row each next one waits, twice as long each time, at most a quarter of an hour.
"""

import asyncio
import hashlib
import secrets
from typing import Any, NamedTuple
from uuid import UUID

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.db.engine import unit_of_work
from central.db.people import ApiToken, BoardSession, UserRow
from central.db.tables import table
from central.domain.errors import NotSignedIn
from central.domain.fields import plain_text
from central.usecases.add_user import HASHER, PASSWORD_LETTERS_MAX
from sync.http.later import TooManyTries
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId

FREE_TRIES = 5
FIRST_WAIT_S = 2
LONGEST_WAIT_S = 900
TOKEN_BYTES = 32
TOKEN_LETTERS_MAX = 64
TOKEN_LIFETIME_DAYS = 365
TOKEN_LIFETIME_DAYS_MAX = 1_100
DAY_MS = 86_400_000
_DOUBLINGS_MAX = 10
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$" + "A" * 22 + "$" + "A" * 43
"""No password has this hash: an unknown address costs the same time as a known one."""

_USERS = table(UserRow)
_SESSIONS = table(BoardSession)
_TOKENS = table(ApiToken)


class SignedIn(NamedTuple):
    """A new session. ``token`` goes into the cookie, ``csrf`` to the page."""

    token: str
    csrf: str
    expires_at_ms: int


class Person(NamedTuple):
    """Who asks: somebody with a session (``csrf`` is set), or an API token by its name."""

    company_id: CompanyId
    name: str
    csrf: str | None


def wait_s(failures: int) -> int:
    """How long after so many failures in a row the next try waits."""
    if failures < FREE_TRIES:
        return 0
    return min(LONGEST_WAIT_S, FIRST_WAIT_S << min(failures - FREE_TRIES, _DOUBLINGS_MAX))


async def sign_in(
    engine: AsyncEngine, company: str, email: str, password: str, now_ms: int, lifetime_s: int
) -> SignedIn:
    """Raises NotSignedIn, the same for an unknown company, address or password; TooManyTries."""
    async with unit_of_work(engine) as db:
        user = await _count_try(db, company, email.strip().lower(), now_ms)
    right = await asyncio.to_thread(
        _verify, user.password_hash if user else _NOBODY, password[:PASSWORD_LETTERS_MAX]
    )
    if user is None or not right:
        raise NotSignedIn(
            "The company, the e-mail address or the password is wrong.",
            remedy="Check them; a new user is made by `central user add`.",
        )
    async with unit_of_work(engine) as db:
        return await begin_session(db, user, now_ms, lifetime_s)


async def _count_try(db: AsyncConnection, company: str, email: str, now_ms: int) -> Any:
    """The user, with this try counted; None if there is none. Raises TooManyTries."""
    rows = await db.execute(
        text(
            "SELECT u.company_id, u.email, u.password_hash, u.failures, u.locked_until_ms"
            ' FROM "user" AS u JOIN company AS c USING (company_id)'
            " WHERE c.name = :company AND u.email = :email FOR UPDATE OF u"
        ),
        {"company": company, "email": email},
    )
    user = rows.one_or_none()
    if user is None:
        return None
    if user.locked_until_ms > now_ms:
        raise TooManyTries(
            "There were too many tries with this address.",
            remedy="Wait, then try again.",
            retry_after_s=-(-(user.locked_until_ms - now_ms) // 1_000),
        )
    failures = user.failures + 1
    await db.execute(
        update(_USERS)
        .where(_USERS.c.company_id == user.company_id, _USERS.c.email == user.email)
        .values(failures=failures, locked_until_ms=now_ms + wait_s(failures) * 1_000)
    )
    return user


def _verify(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


async def begin_session(db: AsyncConnection, user: Any, now_ms: int, lifetime_s: int) -> SignedIn:
    """A session of ``user``, a row with ``company_id`` and ``email``; those that are over go."""
    await db.execute(
        update(_USERS)
        .where(_USERS.c.company_id == user.company_id, _USERS.c.email == user.email)
        .values(failures=0, locked_until_ms=0)
    )
    await db.execute(delete(_SESSIONS).where(_SESSIONS.c.expires_at_ms <= now_ms))
    begun = SignedIn(
        secrets.token_urlsafe(TOKEN_BYTES),
        secrets.token_urlsafe(TOKEN_BYTES),
        now_ms + lifetime_s * 1_000,
    )
    await db.execute(
        insert(_SESSIONS).values(
            token_hash=token_hash(begun.token),
            company_id=user.company_id,
            email=user.email,
            csrf=begun.csrf,
            expires_at_ms=begun.expires_at_ms,
        )
    )
    return begun


async def find_session(db: AsyncConnection, token: str, now_ms: int) -> Person | None:
    """Whose session it is; None for one that is unknown or over."""
    rows = await db.execute(
        select(_SESSIONS.c.company_id, _SESSIONS.c.email, _SESSIONS.c.csrf).where(
            _SESSIONS.c.token_hash == token_hash(token), _SESSIONS.c.expires_at_ms > now_ms
        )
    )
    row = rows.one_or_none()
    return None if row is None else Person(_company(row.company_id), row.email, row.csrf)


async def sign_out(db: AsyncConnection, token: str) -> None:
    """End a session; one that is not there is ended already."""
    await db.execute(delete(_SESSIONS).where(_SESSIONS.c.token_hash == token_hash(token)))


async def add_token(
    db: AsyncConnection,
    company_id: CompanyId,
    name: str,
    now_ms: int,
    lifetime_days: int = TOKEN_LIFETIME_DAYS,
) -> str:
    """An API token for the company's reports: shown once, and over after ``lifetime_days`` (1 to
    TOKEN_LIFETIME_DAYS_MAX). Raises InvalidField."""
    if not 1 <= lifetime_days <= TOKEN_LIFETIME_DAYS_MAX:
        raise InvalidField(
            f"days: a token lives for 1 to {TOKEN_LIFETIME_DAYS_MAX} days.",
            field="days",
            remedy="Choose fewer, and make another one before it is over.",
        )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await db.execute(
        insert(_TOKENS).values(
            token_hash=token_hash(token),
            company_id=company_id,
            name=plain_text(name, "name"),
            created_at_ms=now_ms,
            expires_at_ms=now_ms + lifetime_days * DAY_MS,
        )
    )
    return token


async def find_token(db: AsyncConnection, token: str, now_ms: int) -> Person | None:
    """Whose reports it opens; None for one that is unknown, ended or over."""
    rows = await db.execute(
        select(_TOKENS.c.company_id, _TOKENS.c.name).where(
            _TOKENS.c.token_hash == token_hash(token), _TOKENS.c.expires_at_ms > now_ms
        )
    )
    row = rows.one_or_none()
    return None if row is None else Person(_company(row.company_id), row.name, None)


def token_hash(token: str) -> bytes:
    """All that is kept of a token: it has 256 random bits, so a plain hash will do."""
    return hashlib.sha256(token.encode()).digest()


def _company(found: UUID) -> CompanyId:
    return CompanyId(UUID(bytes=found.bytes))
