"""Who may use head office's pages and reports, and who did what: tables of users, of what signs
them in, and of acts.

Only hashes of passwords, cookies, links and tokens are kept.
"""

from uuid import UUID

from sqlmodel import Field

from central.db.tables import CentralTable, big


class UserRow(CentralTable, table=True):
    """Somebody at head office; argon2id."""

    __tablename__ = "user"
    company_id: UUID = Field(primary_key=True)
    email: str = Field(primary_key=True)
    name: str
    password_hash: str


class BoardSession(CentralTable, table=True):
    """A signed-in browser: SHA-256 of the cookie's token, its CSRF token, its end."""

    __tablename__ = "board_session"
    token_hash: bytes = Field(primary_key=True)
    company_id: UUID
    email: str
    csrf: str
    expires_at_ms: int = big()


class SignInLink(CentralTable, table=True):
    """A link that signs somebody in once: SHA-256 of its token, and its end. Its use deletes it."""

    __tablename__ = "sign_in_link"
    token_hash: bytes = Field(primary_key=True)
    company_id: UUID
    email: str
    expires_at_ms: int = big()


class ApiToken(CentralTable, table=True):
    """A bearer token for reports: SHA-256 at rest; it opens nothing after its end."""

    __tablename__ = "api_token"
    token_hash: bytes = Field(primary_key=True)
    company_id: UUID
    name: str
    created_at_ms: int = big()
    expires_at_ms: int = big()


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
