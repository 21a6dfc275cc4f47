"""One-time codes as a second factor (TOTP, RFC 6238: six digits of 30 seconds, SHA-1 as every app
has it), and recovery codes for who lost the telephone.

The secret is sealed at rest under a key that follows from head office's own. A code is good for its
30 seconds and those before and after, each once. Wrong ones make the next wait, ever longer,
counted with the user: who stole a password or a session does not get to try a million of them.
"""

import hashlib
import hmac
import secrets
from typing import Any, NamedTuple

import pyotp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.people import RecoveryCode, UserRow
from central.db.tables import Company, table
from central.domain.access import CodesOn, WrongCode
from central.domain.derived_keys import NONCE_BYTES, NotSealedHere, open_at_rest, seal_at_rest
from central.usecases.people.change_user import change_user
from central.usecases.people.end_access import no_user
from central.usecases.people.sign_in_tries import wait_s
from sync.http.later import TooManyTries
from sync.protocol.identity import CompanyId

STEP_S = 30
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
CODE_LETTERS_MAX = 40
ISSUER = "Holdfast"
_USERS = table(UserRow)
_CODES = table(RecoveryCode)
_COMPANIES = table(Company)


class CodesOf(NamedTuple):
    """How a user stands. ``address``: what an app reads (otpauth://), while they are being set up;
    ``left``: recovery codes."""

    on: bool
    address: str | None
    secret: str | None
    left: int


async def begin_codes(
    db: AsyncConnection, company_id: CompanyId, email: str, key: Ed25519PrivateKey
) -> None:
    """A new secret, which counts once a code of it was typed (``confirm_codes``). ``key``: head
    office's own. Raises CodesOn."""
    user = await _locked(db, company_id, email)
    if user.totp_on:
        raise CodesOn
    nonce = secrets.token_bytes(NONCE_BYTES)
    secret = pyotp.random_base32().encode()
    sealed = seal_at_rest(key, _about(company_id, email), secret, nonce)
    await change_user(db, company_id, email, totp_sealed=sealed, totp_step=0)


async def read_codes(
    db: AsyncConnection, company_id: CompanyId, email: str, key: Ed25519PrivateKey
) -> CodesOf:
    """For the user's own page. Raises NotFound."""
    user = (await db.execute(_user(company_id, email))).one_or_none()
    if user is None:
        raise no_user(email)
    left = await db.scalar(select(func.count()).select_from(_CODES).where(*_mine(user)))
    if user.totp_on or user.totp_sealed is None:
        return CodesOf(user.totp_on, None, None, left or 0)
    secret = _secret(user, key)
    if secret is None:
        return CodesOf(False, None, None, left or 0)
    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)
    return CodesOf(False, address, secret, left or 0)


async def users_with_codes(db: AsyncConnection) -> list[tuple[str, str]]:
    """Of every company: its name and the user's address."""
    found = await db.execute(
        select(_COMPANIES.c.name, _USERS.c.email)
        .join(_USERS, _USERS.c.company_id == _COMPANIES.c.company_id)
        .where(_USERS.c.totp_on)
        .order_by(_COMPANIES.c.name, _USERS.c.email)
    )
    return [(name, email) for name, email in found]


async def confirm_codes(
    db: AsyncConnection,
    company_id: CompanyId,
    email: str,
    code: str,
    key: Ed25519PrivateKey,
    now_ms: int,
) -> tuple[str, ...]:
    """From now on a code is asked for; the recovery codes, shown once. Raises CodesOn,
    WrongCode."""
    user = await _locked(db, company_id, email)
    if user.totp_on:
        raise CodesOn
    step = _step_of(user, code, key, now_ms)
    if step is None:
        raise WrongCode
    await change_user(db, company_id, email, totp_on=True, totp_step=step, code_failures=0)
    await db.execute(delete(_CODES).where(*_mine(user)))
    drawn = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    rows = [
        {"company_id": company_id, "email": email, "code_hash": _hash_of(code)} for code in drawn
    ]
    await db.execute(insert(_CODES), rows)
    return drawn


async def end_codes(db: AsyncConnection, company_id: CompanyId, email: str) -> None:
    """No code is asked for any more; recovery codes are worth nothing. Raises NotFound."""
    await change_user(db, company_id, email, totp_on=False, totp_sealed=None, totp_step=0)
    mine = (_CODES.c.company_id == company_id, _CODES.c.email == email)
    await db.execute(delete(_CODES).where(*mine))


async def take_code(
    db: AsyncConnection,
    company_id: CompanyId,
    email: str,
    code: str,
    key: Ed25519PrivateKey,
    now_ms: int,
) -> bool:
    """Whether the code lets the user in; it is used up then. A wrong one is counted: commit also
    where it is False. Raises TooManyTries before any is looked at."""
    user = await _locked(db, company_id, email)
    if user.code_until_ms > now_ms:
        raise TooManyTries(
            "There were too many wrong codes.",
            remedy="Wait, or have an administrator reset you: `central user reset EMAIL`.",
            retry_after_s=-(-(user.code_until_ms - now_ms) // 1_000),
        )
    if await _takes(db, user, code, key, now_ms):
        await change_user(db, company_id, email, code_failures=0, code_until_ms=0)
        return True
    failures = user.code_failures + 1
    until_ms = now_ms + wait_s(failures) * 1_000
    await change_user(db, company_id, email, code_failures=failures, code_until_ms=until_ms)
    return False


async def _takes(
    db: AsyncConnection, user: Any, code: str, key: Ed25519PrivateKey, now_ms: int
) -> bool:
    """A code of the app, or a recovery code: either is used up."""
    step = _step_of(user, code, key, now_ms)
    if step is not None:
        await change_user(db, user.company_id, user.email, totp_step=step)
        return True
    used = await db.execute(
        delete(_CODES)
        .where(*_mine(user), _CODES.c.code_hash == _hash_of(code))
        .returning(_CODES.c.code_hash)
    )
    return used.one_or_none() is not None


def _step_of(user: Any, code: str, key: Ed25519PrivateKey, now_ms: int) -> int | None:
    """Which of the steps about now the code is of; none that was used, nor one before it."""
    secret, typed = _secret(user, key), "".join(code.split())
    if secret is None or not typed.isascii():
        return None
    totp, here = pyotp.TOTP(secret), now_ms // 1_000 // STEP_S
    for step in (here - 1, here, here + 1):
        right = totp.generate_otp(max(0, step))
        if hmac.compare_digest(right, typed) and step > user.totp_step:
            return step
    return None


def _secret(user: Any, key: Ed25519PrivateKey) -> str | None:
    """None where there is none, or it was sealed under a key that head office has no more."""
    if user.totp_sealed is None:
        return None
    try:
        about = _about(user.company_id, user.email)
        return open_at_rest(key, about, user.totp_sealed).decode()
    except NotSealedHere:
        return None


async def _locked(db: AsyncConnection, company_id: CompanyId, email: str) -> Any:
    user = (await db.execute(_user(company_id, email).with_for_update())).one_or_none()
    if user is None:
        raise no_user(email)
    return user


def _user(company_id: CompanyId, email: str) -> Any:
    return select(_USERS).where(_USERS.c.company_id == company_id, _USERS.c.email == email)


def _mine(user: Any) -> tuple[Any, Any]:
    return _CODES.c.company_id == user.company_id, _CODES.c.email == user.email


def _about(company_id: Any, email: str) -> bytes:
    return b"totp" + bytes(company_id.bytes) + email.encode()


def _recovery_code() -> str:
    """80 random bits, in groups that can be read out: a plain hash of it will do."""
    letters = secrets.token_hex(RECOVERY_BYTES)
    return "-".join(letters[at : at + 5] for at in range(0, len(letters), 5))


def _hash_of(code: str) -> bytes:
    typed = "".join(code.split()).replace("-", "").lower()
    return hashlib.sha256(typed.encode()).digest()
