"""What head office has still to give of accounts: what one unit of work leaves to the next."""

from uuid import UUID

from sqlmodel import Field

from central.db.tables import CentralTable, big


class GrantsDue(CentralTable, table=True):
    """Customers' points that a new store still gets its part of, ``after_customer_id`` in the order
    of ids: what one unit of work leaves to the next. ``stores``: among how many they are shared."""

    __tablename__ = "grants_due"
    company_id: UUID = Field(primary_key=True)
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes
    stores: int
    after_customer_id: UUID


class ShareDue(CentralTable, table=True):
    """Accounts of which something came free, until the stores where their owners shop got their
    shares of it."""

    __tablename__ = "share_due"
    company_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)


class ShareRuleRow(CentralTable, table=True):
    """How a company cuts what is available of an account (``escrow.ShareRule``), where it said so.
    ``percents``: in words."""

    __tablename__ = "share_rule"
    company_id: UUID = Field(primary_key=True)
    percents: str
    cap: int = big()


class FreedEpoch(CentralTable, table=True):
    """An epoch that ended, of whose rights the accounts were looked at since."""

    __tablename__ = "freed_epoch"
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
