"""What lets machines in and what head office signs with: tables of its keys and codes."""

from uuid import UUID

from sqlmodel import Field

from central.db.tables import CentralTable, big


class OfficeKey(CentralTable, table=True):
    """Public halves of head office's own key: the one ``current`` is the only one that may sign,
    whichever folder a process was started in; those before it still prove what they signed."""

    __tablename__ = "office_key"
    public_key: bytes = Field(primary_key=True)
    since_ms: int = big()
    current: bool


class EnrolCode(CentralTable, table=True):
    """A one-time code: hashed, expiring. The same code with the same public key gives
    the same answer again, since the first may have been lost. ``selector`` is the code's first
    part, in clear: what is behind it is compared in constant time. ``ended_at_ms``: a newer code
    of its store was made or used, or a person ended it."""

    __tablename__ = "enrol_code"
    code_hash: bytes = Field(primary_key=True)
    store_id: UUID = Field(foreign_key="store.store_id", index=True)
    expires_at_ms: int = big()
    redeemed_by: bytes | None = None
    device_id: UUID | None = None
    selector: str = Field(default="", index=True)
    ended_at_ms: int | None = big(default=None)
