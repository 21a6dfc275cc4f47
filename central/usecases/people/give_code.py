"""What a one-time code opens: the second step of signing in, and the way out of the codes."""

from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import unit_of_work
from central.domain.access import NotSignedIn, WrongCode
from central.usecases.people.note_act import note_act
from central.usecases.people.one_time_codes import CODE_LETTERS_MAX, end_codes, take_code
from central.usecases.people.sign_in import (
    SignedIn,
    Where,
    begin_session,
    find_waiting,
    sign_out,
)
from sync.protocol.identity import CompanyId


class _GaveCode(NamedTuple):
    """The user of a session that waits for no code."""

    company_id: CompanyId
    email: str
    totp_on: bool = False


async def give_code(
    engine: AsyncEngine,
    key: Ed25519PrivateKey,
    token: str,
    code: str,
    now_ms: int,
    lifetime_s: int,
) -> SignedIn:
    """A session in place of the one that waited, whose ``token`` that is. Raises NotSignedIn where
    none waits, WrongCode, TooManyTries."""
    async with unit_of_work(engine) as db:
        waiting = await find_waiting(db, token, now_ms)
        if waiting is None:
            raise NotSignedIn(
                "Nobody waits for a code here any more.", remedy="Sign in from the beginning."
            )
        whose = (CompanyId(waiting.company_id), waiting.email)
        if await take_code(db, *whose, code[:CODE_LETTERS_MAX], key, now_ms):
            await sign_out(db, token)
            where = Where(waiting.address, waiting.agent)
            return await begin_session(db, _GaveCode(*whose), where, now_ms, lifetime_s)
    raise WrongCode


async def give_codes_up(
    engine: AsyncEngine,
    key: Ed25519PrivateKey,
    company_id: CompanyId,
    email: str,
    code: str,
    now_ms: int,
) -> None:
    """Whoever is signed in wants no more codes, and shows by one that it is they. Raises WrongCode,
    TooManyTries."""
    async with unit_of_work(engine) as db:
        right = await take_code(db, company_id, email, code[:CODE_LETTERS_MAX], key, now_ms)
        if right:
            await end_codes(db, company_id, email)
            await note_act(db, company_id, email, "codes_off", email, "", now_ms)
    if not right:
        raise WrongCode
