"""A link that signs one person in, once: for a first look, or in place of a lost password.

The token stands in the address's fragment, which no browser sends and no server logs; the page
shows whom it is for and sends it when its button is pressed, so that a preview uses nothing up. It
is ``RANDOM.EMAIL``, kept as the SHA-256 of the whole: a link with another address is another link.
"""

import secrets
import shlex
from urllib.parse import quote

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.db.engine import unit_of_work
from central.db.people import SignInLink, UserRow
from central.db.tables import table
from central.domain.access import Deactivated, NotSignedIn
from central.domain.fields import email_address
from central.usecases.people.sign_in import TOKEN_BYTES, SignedIn, Where, begin_session, token_hash
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.identity import CompanyId

LINK_LIFETIME_S = 15 * 60
LINK_LIFETIME_S_MIN = 60
LINK_LIFETIME_S_MAX = 72 * 3_600
LINK_LETTERS_MAX = 1_000

_LINKS = table(SignInLink)
_USERS = table(UserRow)


async def create_sign_in_link(
    db: AsyncConnection,
    company_id: CompanyId,
    email: str,
    now_ms: int,
    lifetime_s: int = LINK_LIFETIME_S,
) -> str:
    """The token of a new link for a user of the company; ``link_address`` makes the link of it.
    Raises InvalidField, NotFound."""
    if not LINK_LIFETIME_S_MIN <= lifetime_s <= LINK_LIFETIME_S_MAX:
        raise InvalidField(
            "minutes: a link lives for 1 minute to 72 hours.",
            field="minutes",
            remedy="Choose fewer, or make another link later.",
        )
    address = email_address(email)
    known = await db.scalar(
        select(_USERS.c.active).where(_USERS.c.company_id == company_id, _USERS.c.email == address)
    )
    if known is None:
        raise NotFound(
            f"There is no user {address}.", field="email", remedy="Add one: `central user add`."
        )
    if not known:
        raise Deactivated(
            f"{address} may not sign in.",
            remedy=f"If they shall again: `central user activate {shlex.quote(address)}`.",
        )
    await db.execute(delete(_LINKS).where(_LINKS.c.expires_at_ms <= now_ms))
    token = f"{secrets.token_urlsafe(TOKEN_BYTES)}.{quote(address, safe='@')}"
    await db.execute(
        insert(_LINKS).values(
            token_hash=token_hash(token),
            company_id=company_id,
            email=address,
            expires_at_ms=now_ms + lifetime_s * 1_000,
        )
    )
    return token


def link_address(url: str, token: str) -> str:
    """What a person opens; ``url`` is head office's own address, such as http://127.0.0.1:8100."""
    return f"{url.rstrip('/')}/sign-in#link={quote(token, safe='@')}"


async def sign_in_by_link(
    engine: AsyncEngine, token: str, where: Where, now_ms: int, lifetime_s: int
) -> SignedIn:
    """A session for whom the link was made, and the link is used up; where they have one-time
    codes, one that waits for a code: no link goes past those. Raises NotSignedIn, the same for a
    link that is unknown, used or over."""
    async with unit_of_work(engine) as db:
        rows = await db.execute(
            delete(_LINKS)
            .where(_LINKS.c.token_hash == token_hash(token), _LINKS.c.expires_at_ms > now_ms)
            .returning(_LINKS.c.company_id, _LINKS.c.email)
        )
        link = rows.one_or_none()
        if link is None:
            raise NotSignedIn(
                "This link was used already, or its time is over.",
                remedy="Make a new one: `central user link EMAIL`.",
            )
        users = select(_USERS.c.company_id, _USERS.c.email, _USERS.c.totp_on)
        user = await db.execute(
            users.where(_USERS.c.company_id == link.company_id, _USERS.c.email == link.email)
        )
        return await begin_session(db, user.one(), where, now_ms, lifetime_s)
