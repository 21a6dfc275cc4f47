"""What head office has still to give of accounts: what one unit of work leaves to the next."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from central.db.tables import CentralTable, metadata


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


class GoodwillDue(CentralTable, table=True):
    """Stores whose goodwill budget is to be cut anew to what their present epoch may have of it."""

    __tablename__ = "goodwill_due"
    company_id: UUID = Field(primary_key=True)
    store_id: UUID = Field(primary_key=True)


class LoyaltyDue(CentralTable, table=True):
    """Customers of whom a receipt came, or something was said, that may change their tier or their
    points (``usecases/loyalty/settle.py``)."""

    __tablename__ = "loyalty_due"
    company_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(primary_key=True)


class LoyaltySwept(CentralTable, table=True):
    """The month, by its first day, for which all customers of a company were looked at: in a new
    one points run out and birthdays come."""

    __tablename__ = "loyalty_swept"
    company_id: UUID = Field(primary_key=True)
    month: date


class FreedEpoch(CentralTable, table=True):
    """An epoch that ended, of whose rights the accounts were looked at since it is in ``state``."""

    __tablename__ = "freed_epoch"
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    state: str = Field(primary_key=True)


class TellingDue(CentralTable, table=True):
    """What stores are to be told of facts that came (``usecases/telling/tell.py``): the data set,
    and the order, transfer or wish that they are about."""

    __tablename__ = "telling_due"
    company_id: UUID = Field(primary_key=True)
    data_set: str = Field(primary_key=True)
    subject_id: UUID = Field(primary_key=True)


_LATEST = metadata.tables["feed_latest"].c
Index(
    "ix_feed_latest_told",
    *(_LATEST.company_id, _LATEST.data_set),
    text("split_part(key, '@', 1)"),
    postgresql_where=text("data_set IN ('purchase_orders', 'transfers')"),
)
"""What any store was ever told of an order or a transfer is one look."""
