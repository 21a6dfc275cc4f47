"""Customers, what search knows of them, and the keys of their personal fields."""

from sqlalchemy import Index, String
from sqlmodel import Field

from edge.db.tables.base import EdgeTable


class Customer(EdgeTable, table=True):
    """A customer as this store knows it, readable. Code and e-mail may stand twice:
    two stores may have created them offline (protocol.md, customer)."""

    __tablename__ = "customer"
    __table_args__ = (Index("ix_customer_name", "name", "customer_id"),)
    customer_id: bytes = Field(primary_key=True)
    code: str | None = Field(index=True)
    active: bool
    name: str | None = Field(sa_type=String(collation="NOCASE"))
    email: str | None = Field(index=True)
    phone: str | None


class CustomerName(EdgeTable, table=True):
    """What search knows of a customer, beside ``customer_words`` and ``customer_parts`` (FTS5, made
    by migration) at rowid = ``number``: folded texts (``sync/protocol/search.py``) and the phone's
    key (``sync/protocol/phone.py``), from the front and from the back."""

    __tablename__ = "customer_name"
    number: int = Field(primary_key=True)
    customer_id: bytes = Field(unique=True)
    name_key: str = Field(index=True)
    code_key: str | None = Field(index=True)
    email_key: str | None = Field(index=True)
    phone_key: str | None = Field(index=True)
    phone_back: str | None = Field(index=True)


class CustomerFieldState(EdgeTable, table=True):
    """Each field's newest change, as it travels: a pulled record is merged, never put over it."""

    __tablename__ = "customer_field"
    customer_id: bytes = Field(primary_key=True)
    field: str = Field(primary_key=True)
    hlc: int
    source: bytes
    value: str | None
    sealed: bytes | None


class CustomerAlias(EdgeTable, table=True):
    """``customer_id`` is the same person as ``kept_id``, who is nobody's alias: head office says
    so. Facts name either, and rights and debts of both are that person's."""

    __tablename__ = "customer_alias"
    customer_id: bytes = Field(primary_key=True)
    kept_id: bytes = Field(index=True)


class CustomerGroupRow(EdgeTable, table=True):
    """In which ``word``'s group a customer is, as head office says."""

    __tablename__ = "customer_group"
    customer_id: bytes = Field(primary_key=True)
    word: str


class CustomerTierRow(EdgeTable, table=True):
    """Through which business date a customer is in a tier."""

    __tablename__ = "customer_tier"
    customer_id: bytes = Field(primary_key=True)
    tier: str = Field(primary_key=True)
    until: str


class PointsExpiringRow(EdgeTable, table=True):
    """Which of a customer's points run out next, after the day ``until``."""

    __tablename__ = "points_expiring"
    customer_id: bytes = Field(primary_key=True)
    points: int
    until: str


class ErasedCustomer(EdgeTable, table=True):
    """Ids that are barred for ever: no key, no field and no row of theirs is taken any more."""

    __tablename__ = "erased_customer"
    customer_id: bytes = Field(primary_key=True)


class CustomerKey(EdgeTable, table=True):
    """The key of a customer's personal fields. Erasure deletes it."""

    __tablename__ = "customer_key"
    customer_id: bytes = Field(primary_key=True)
    key: bytes
