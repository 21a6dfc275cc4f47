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


class AuthorityRow(CentralTable, table=True):
    """A company's certificate authority: its certificate (DER), and its key as it is sealed under
    the ``office_key`` whose public half that is."""

    __tablename__ = "authority"
    company_id: UUID = Field(primary_key=True)
    office_key: bytes = Field(primary_key=True)
    certificate: bytes
    sealed_key: bytes


class BoxName(CentralTable, table=True):
    """A name that a store's box has a certificate for, its alone until that expires."""

    __tablename__ = "box_name"
    company_id: UUID = Field(primary_key=True)
    name: str = Field(primary_key=True)
    store_id: UUID
    expires_at_ms: int = big()


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
