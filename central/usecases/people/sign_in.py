"""People sign in and out; API tokens for reports.

A session is a random token in a cookie, kept as its SHA-256; beside it stands a CSRF token, which
the page sends back in a header with every change. How often somebody may try is said in
``sign_in_tries.py``; what fails is written down by where it came from, without what was typed.
"""

import asyncio
import hashlib
import secrets
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.db.engine import driver_of, unit_of_work
from central.db.people import ApiToken, BoardSession, UserRow
from central.db.tables import table
from central.domain.access import NotSignedIn, UserRole
from central.domain.fields import plain_text
from central.usecases.people.note_act import note_act
from central.usecases.people.passwords import HASH_OF_NOBODY, password_fits
from central.usecases.people.sign_in_tries import Asking, SignInTries
from sync.http.later import TooManyTries
from sync.http.logs import Tally
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId
from sync.protocol.text import shown

TOKEN_BYTES = 32
TOKEN_LETTERS_MAX = 64
TOKEN_LIFETIME_DAYS = 365
TOKEN_LIFETIME_DAYS_MAX = 1_100
DAY_MS = 86_400_000
USED_EVERY_MS = 60_000
WAITS_FOR_CODE_S = 300
AGENT_LETTERS_MAX = 200

_told = Tally("sign-in refused")

_SESSIONS = table(BoardSession)
_TOKENS = table(ApiToken)
_USERS = table(UserRow)
_SESSION = """
SELECT s.company_id, s.email, s.csrf, u.role, s.used_ms, u.password_hash IS NOT NULL
FROM board_session AS s JOIN "user" AS u ON u.company_id = s.company_id AND u.email = s.email
WHERE s.token_hash = $1 AND s.expires_at_ms > $2 AND NOT s.waits_for_code
"""
"""Asked with every page."""


class Where(NamedTuple):
    """From which address, and with which browser as it names itself, somebody signs in."""

    address: str
    agent: str


class SignedIn(NamedTuple):
    """A new session. ``token`` goes into the cookie, ``csrf`` to the page. ``waits_for_code``: it
    opens nothing before a one-time code was given."""

    token: str
    csrf: str
    expires_at_ms: int
    email: str
    waits_for_code: bool


class Person(NamedTuple):
    """Who asks, and what they may do: somebody with a session (``csrf`` is set), by their address,
    or an API token by its name."""

    company_id: CompanyId
    name: str
    csrf: str | None
    role: UserRole
    has_password: bool = True


async def sign_in(
    engine: AsyncEngine, tries: SignInTries, asking: Asking, now_ms: int, lifetime_s: int
) -> SignedIn:
    """Of who has one-time codes, a session that waits for one. Raises NotSignedIn, the same for an
    unknown company, address or password; TooManyTries and Busy, before any password is looked
    at."""
    try:
        tries.count(asking, now_ms)
    except TooManyTries:
        _told.count(why="too many tries", address=asking.address)
        raise
    async with tries.lane(asking).turn():
        async with unit_of_work(engine) as db:
            user = await _find_user(db, asking.company, asking.email.strip().lower())
        # An unknown address costs the same time as a known one.
        held = (user.password_hash if user else None) or HASH_OF_NOBODY
        right = await asyncio.to_thread(password_fits, held, asking.password)
    if user is None or not right:
        _told.count(why="wrong", address=asking.address)
        raise NotSignedIn(
            "The company, the e-mail address or the password is wrong.",
            remedy="Check them; a new user is made by `central user add`.",
        )
    tries.forgive(asking)
    async with unit_of_work(engine) as db:
        where = Where(asking.address, asking.agent)
        return await begin_session(db, user, where, now_ms, lifetime_s)


async def _find_user(db: AsyncConnection, company: str, email: str) -> Any:
    """The user; None if there is none."""
    rows = await db.execute(
        text(
            'SELECT u.company_id, u.email, u.password_hash, u.totp_on FROM "user" AS u'
            " JOIN company AS c USING (company_id)"
            " WHERE c.name = :company AND u.email = :email AND u.active"
        ),
        {"company": company, "email": email},
    )
    return rows.one_or_none()


async def begin_session(
    db: AsyncConnection, user: Any, where: Where, now_ms: int, lifetime_s: int
) -> SignedIn:
    """A session of ``user``, a row with ``company_id``, ``email`` and ``totp_on``: then it waits
    for a code, WAITS_FOR_CODE_S at most. Those that are over go."""
    await db.execute(delete(_SESSIONS).where(_SESSIONS.c.expires_at_ms <= now_ms))
    begun = SignedIn(
        secrets.token_urlsafe(TOKEN_BYTES),
        secrets.token_urlsafe(TOKEN_BYTES),
        now_ms + (WAITS_FOR_CODE_S if user.totp_on else lifetime_s) * 1_000,
        user.email,
        user.totp_on,
    )
    await db.execute(
        insert(_SESSIONS).values(
            token_hash=token_hash(begun.token),
            company_id=user.company_id,
            email=user.email,
            csrf=begun.csrf,
            expires_at_ms=begun.expires_at_ms,
            since_ms=now_ms,
            used_ms=now_ms,
            address=where.address,
            agent=shown(where.agent)[:AGENT_LETTERS_MAX],
            waits_for_code=begun.waits_for_code,
        )
    )
    if not begun.waits_for_code:
        await note_act(
            db, user.company_id, user.email, "signed_in", user.email, where.address, now_ms
        )
    return begun


async def find_waiting(db: AsyncConnection, token: str, now_ms: int) -> Any:
    """The session that waits for a code, with ``company_id``, ``email``, ``address``, ``agent``;
    None if there is none."""
    rows = await db.execute(
        select(_SESSIONS).where(
            _SESSIONS.c.token_hash == token_hash(token),
            _SESSIONS.c.expires_at_ms > now_ms,
            _SESSIONS.c.waits_for_code,
        )
    )
    return rows.one_or_none()


async def find_session(db: AsyncConnection, token: str, now_ms: int) -> Person | None:
    """Whose session it is; None for one that is unknown or over. That it was used is written down,
    once in USED_EVERY_MS."""
    hashed = token_hash(token)
    row = await (await driver_of(db)).fetchrow(_SESSION, hashed, now_ms)
    if row is None:
        return None
    company_id, email, csrf, role, used_ms, has_password = row
    if now_ms - used_ms >= USED_EVERY_MS:
        used = update(_SESSIONS).where(_SESSIONS.c.token_hash == hashed).values(used_ms=now_ms)
        await db.execute(used)
    return Person(_company(company_id), email, csrf, UserRole(role), has_password)


async def sign_out(db: AsyncConnection, token: str) -> None:
    """End a session; one that is not there is ended already."""
    await db.execute(delete(_SESSIONS).where(_SESSIONS.c.token_hash == token_hash(token)))


async def add_token(
    db: AsyncConnection,
    company_id: CompanyId,
    name: str,
    now_ms: int,
    lifetime_days: int = TOKEN_LIFETIME_DAYS,
    role: UserRole = UserRole.LOOK,
    email: str = "",
) -> str:
    """An API token that may do what ``role`` may: shown once, and over after ``lifetime_days`` (1
    to TOKEN_LIFETIME_DAYS_MAX). ``email``: the user with whom it ends. Raises InvalidField."""
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
            role=role.value,
            email=email,
        )
    )
    return token


async def find_token(db: AsyncConnection, token: str, now_ms: int) -> Person | None:
    """Whose API token it is; None for an unknown one, and for one that is over. That it was used is
    written down, once in USED_EVERY_MS."""
    hashed = token_hash(token)
    columns = (_TOKENS.c.company_id, _TOKENS.c.name, _TOKENS.c.role, _TOKENS.c.used_ms)
    rows = await db.execute(
        select(*columns).where(_TOKENS.c.token_hash == hashed, _TOKENS.c.expires_at_ms > now_ms)
    )
    row = rows.one_or_none()
    if row is None:
        return None
    if now_ms - (row.used_ms or 0) >= USED_EVERY_MS:
        used = update(_TOKENS).where(_TOKENS.c.token_hash == hashed).values(used_ms=now_ms)
        await db.execute(used)
    return Person(_company(row.company_id), row.name, None, UserRole(row.role))


def token_hash(token: str) -> bytes:
    """All that is kept of a token: it has 256 random bits, so a plain hash will do."""
    return hashlib.sha256(token.encode()).digest()


def _company(found: UUID) -> CompanyId:
    return CompanyId(UUID(bytes=found.bytes))
