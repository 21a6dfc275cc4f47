"""Tables of rights to spend and of the accounts that they are of, made from facts and decisions
(``central/projections/rows/escrow.py``)."""

from datetime import date
from uuid import UUID

from sqlmodel import Field, Index

from central.db.tables import CentralTable, big, metadata

_BEFORE = frozenset(metadata.tables)


class RightAccountRow(CentralTable, table=True):
    """What somebody has of a kind (points: a customer): balance = opening + earned - spent -
    taken_back; granted = every right that was given or born, less what was spent of it or came
    back. What head office may still give is ``central.reports.rights``' to say."""

    __tablename__ = "right_account"
    company_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    opening: int = big(default=0)
    earned: int = big(default=0)
    spent: int = big(default=0)
    taken_back: int = big(default=0)
    granted: int = big(default=0)
    entries: int = big(default=1)


class RightHeldRow(CentralTable, table=True):
    """What an epoch of a store may still spend of an account: earned + granted - used - released,
    below nothing where it spent what it did not have."""

    __tablename__ = "right_held"
    __table_args__ = (Index(None, "account_id", "kind"),)
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    earned: int = big(default=0)
    granted: int = big(default=0)
    used: int = big(default=0)
    released: int = big(default=0)
    entries: int = big(default=1)


class RightSpendRow(CentralTable, table=True):
    """What one receipt took from one right: a receipt's line, a grant and 0, or the store itself
    and 0, its goodwill."""

    __tablename__ = "right_spend"
    __table_args__ = (
        Index(None, "store_id", "root", "line_no"),
        Index(None, "account_id", "kind"),
    )
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    root: UUID = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    kind: str
    account_id: UUID
    amount: int = big()


class RightBornRow(CentralTable, table=True):
    """What one receipt put into an account that is no customer's points for goods: a load of a
    card, a refund into credit, points of a void."""

    __tablename__ = "right_born"
    __table_args__ = (Index(None, "account_id", "kind"),)
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    kind: str
    account_id: UUID
    amount: int = big()
    last_day: date | None


class RightReleasedRow(CentralTable, table=True):
    """What of a right came back unspent, by an event of its store or by a decision."""

    __tablename__ = "right_released"
    __table_args__ = (Index(None, "store_id", "root", "line_no"),)
    store_id: UUID = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    root: UUID = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    kind: str
    account_id: UUID
    amount: int = big()


class GrantGivenRow(CentralTable, table=True):
    """A right of a store's epoch that head office decided on."""

    __tablename__ = "grant_given"
    store_id: UUID = Field(primary_key=True)
    grant_id: UUID = Field(primary_key=True)
    kind: str
    account_id: UUID
    amount: int = big()
    epoch_number: int
    epoch_fingerprint: bytes


class GrantAnswerRow(CentralTable, table=True):
    """What a store that asked for a right was told."""

    __tablename__ = "grant_answer"
    __table_args__ = (Index(None, "account_id", "kind"),)
    store_id: UUID = Field(primary_key=True)
    request_id: UUID = Field(primary_key=True)
    kind: str
    account_id: UUID
    asked: int = big()
    granted: int = big()
    epoch_number: int
    epoch_fingerprint: bytes
    until: date | None


class RequestGivenUpRow(CentralTable, table=True):
    """A request for a right that its store does not use, whatever it was told."""

    __tablename__ = "request_given_up"
    store_id: UUID = Field(primary_key=True)
    request_id: UUID = Field(primary_key=True)
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int = big()


class GoodwillBudgetRow(CentralTable, table=True):
    """What a store may let customers spend beyond their rights, from a business date on."""

    __tablename__ = "goodwill_budget"
    store_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    from_date: date = Field(primary_key=True)
    amount: int = big()
    period: str
    reason: str
    decided_by: str


class GoodwillGivenRow(CentralTable, table=True):
    """The most of it that an epoch was ever given from a business date on."""

    __tablename__ = "goodwill_given"
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    from_date: date = Field(primary_key=True)
    amount: int = big()
    period: str
    until: date


class ShareRuleRow(CentralTable, table=True):
    """How a company cuts what is available of an account (``escrow.ShareRule``), where it said so.
    ``percents``: in words."""

    __tablename__ = "share_rule"
    company_id: UUID = Field(primary_key=True)
    percents: str
    cap: int = big()
    decided_by: str


class CouponRow(CentralTable, table=True):
    """A coupon that is good once: its balance stands in ``right_account``."""

    __tablename__ = "coupon"
    __table_args__ = (Index(None, "company_id", "batch"),)
    company_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    batch: int
    promotion_id: str
    decided_by: str


OF_RIGHTS = frozenset(metadata.tables) - _BEFORE
"""The tables of this module."""
