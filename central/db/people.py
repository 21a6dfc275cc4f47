"""Who may use head office's pages and reports, and who did what: tables of users, of what signs
them in, and of acts.

Only hashes of passwords, cookies, links and tokens are kept.
"""

from uuid import UUID

from sqlmodel import Field

from central.db.tables import CentralTable, big


class UserRow(CentralTable, table=True):
    """Somebody at head office. ``password_hash``: argon2id, None until they set one.
    ``totp_sealed``: the secret of their one-time codes, sealed with a key of head office's own;
    they are asked for once it is ``totp_on``, and each ``totp_step`` is good once.
    ``code_failures``: wrong codes in a row, and until when the next one waits."""

    __tablename__ = "user"
    company_id: UUID = Field(primary_key=True)
    email: str = Field(primary_key=True)
    name: str
    password_hash: str | None = None
    role: str
    active: bool = True
    totp_sealed: bytes | None = None
    totp_on: bool = False
    totp_step: int = big(default=0)
    code_failures: int = 0
    code_until_ms: int = big(default=0)


class RecoveryCode(CentralTable, table=True):
    """Lets a user in once in place of a one-time code: its SHA-256. Its use deletes it."""

    __tablename__ = "recovery_code"
    company_id: UUID = Field(primary_key=True)
    email: str = Field(primary_key=True)
    code_hash: bytes = Field(primary_key=True)


class BoardSession(CentralTable, table=True):
    """A signed-in browser: SHA-256 of the cookie's token, its CSRF token, its end, from where and
    since when, and about when it was used last. ``waits_for_code``: it opens nothing yet."""

    __tablename__ = "board_session"
    token_hash: bytes = Field(primary_key=True)
    company_id: UUID
    email: str
    csrf: str
    expires_at_ms: int = big()
    since_ms: int = big()
    used_ms: int = big()
    address: str
    agent: str
    waits_for_code: bool


class SignInLink(CentralTable, table=True):
    """A link that signs somebody in once: SHA-256 of its token, and its end. Its use deletes it."""

    __tablename__ = "sign_in_link"
    token_hash: bytes = Field(primary_key=True)
    company_id: UUID
    email: str
    expires_at_ms: int = big()


class ApiToken(CentralTable, table=True):
    """A bearer token: SHA-256 at rest; it opens nothing after its end, and no more than its role.
    ``email``: the user whose it is and with whom it ends; empty: the company's. ``used_ms``: about
    when it was used last."""

    __tablename__ = "api_token"
    token_hash: bytes = Field(primary_key=True)
    company_id: UUID
    name: str
    created_at_ms: int = big()
    expires_at_ms: int = big()
    role: str
    email: str
    used_ms: int | None = big(default=None)


class AuditRow(CentralTable, table=True):
    """Who did what to whom or what at head office: only ever inserted. ``company_id`` None: it
    touched every company."""

    __tablename__ = "audit"
    audit_no: int | None = big(primary_key=True, default=None)
    company_id: UUID | None = Field(default=None, index=True)
    at_ms: int = big()
    who: str
    act: str
    subject: str
    detail: str


class PinOpened(CentralTable, table=True):
    """Which sealed PIN of an operator head office has looked at last, and why it was not taken;
    empty: it was, or a newer one had been given here. May be lost: it is looked at again."""

    __tablename__ = "pin_opened"
    company_id: UUID = Field(primary_key=True)
    operator_id: str = Field(primary_key=True)
    hlc: int = big()
    store_id: UUID
    error: str
