"""Projections: tables that are dropped and made anew from raw_event, decision and personal_key.

Each row of ``central.projections.rows`` is one of a table here, with its columns in their order.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, text
from sqlmodel import Field

from central.db.projected_cash import OF_CASH
from central.db.projected_journals import OF_JOURNALS
from central.db.projected_loyalty import OF_LOYALTY
from central.db.projected_people import OF_PEOPLE
from central.db.projected_receipts import OF_RECEIPTS
from central.db.projected_rights import OF_RIGHTS
from central.db.projected_stock import OF_STOCK
from central.db.tables import CentralTable, big, metadata

_OTHERS = frozenset(metadata.tables)


class Quarantine(CentralTable, table=True):
    """An event that could not be applied: set aside with its error, tried again later. ``state``:
    ``error``, ``waiting`` (behind another of its aggregate) or ``parked`` (unknown kind)."""

    __tablename__ = "quarantine"
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    seq: int = big(primary_key=True)
    state: str
    root_kind: str | None
    root_id: UUID | None
    error: str
    applier_version: int


def _key_by_day(*key: str, counted: tuple[str, ...]) -> PrimaryKeyConstraint:
    """A key that leads with the day: a day's rows lie side by side in it, with the columns that
    reports count, so that they are counted without a look at the table."""
    columns = ("store_id", "business_date", "sale_id", *key)
    return PrimaryKeyConstraint(*columns, postgresql_include=list(counted))


class SaleRow(CentralTable, table=True):
    """A receipt as head office counts it."""

    __tablename__ = "sale"
    __table_args__ = (
        # Not unique: where a journal forked, two receipts were printed under one number.
        Index(None, "store_id", "receipt_number"),
        # With the epoch: which epochs brought receipts of a day is one look.
        Index(None, "store_id", "business_date", "epoch_number", "epoch_fingerprint"),
        Index(
            "ix_sale_voiding",
            *("store_id", "post_void_of"),
            postgresql_where=text("post_void_of IS NOT NULL"),
        ),
    )
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int = big()
    receipt_number: str
    workstation_id: str
    till_session_id: UUID
    operator_id: str
    business_date: date
    tendered_at_ms: int = big()
    customer_id: UUID | None
    currency: str
    total_minor: int = big()
    rounding_minor: int = big()
    change_minor: int = big()
    points_earned: int = big()
    points_taken_back: int = big()
    points_debt: int = big()
    training: bool
    post_void_of: UUID | None
    points_given_back: int = big()


class SaleLineRow(CentralTable, table=True):
    """Sale and return lines, signed."""

    __tablename__ = "sale_line"
    __table_args__ = (
        _key_by_day("line_no", counted=("quantity_milli", "discount_minor", "amount_minor")),
        Index(
            "ix_sale_line_returned",
            *("store_id", "original_sale_id", "original_line_no"),
            postgresql_where=text("original_sale_id IS NOT NULL"),
        ),
        Index(
            "ix_sale_line_unverified",
            *("store_id", "sale_id"),
            postgresql_where=text("unverified IS NOT NULL"),
        ),
        Index(
            "ix_sale_line_price_book",
            *("store_id", "business_date"),
            postgresql_where=text("price_book IS NOT NULL"),
        ),
    )
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    item_id: str
    description: str
    unit: str
    scan_code: str | None
    tax_class: str
    tax_rate_bp: int
    tax_included: bool
    tax_version: int = big()
    price_version: int = big()
    unit_price_minor: int = big()
    unit_cost_minor: int | None = big()
    quantity_milli: int = big()
    extended_minor: int = big()
    discount_minor: int = big()
    amount_minor: int = big()
    tax_minor: int = big()
    points: int = big()
    original_sale_id: UUID | None
    original_line_no: int | None
    original_store_id: UUID | None
    unverified: str | None
    price_book: str | None
    cost_minor: int | None = big()
    packs_milli: int | None = big()


class SaleTaxRow(CentralTable, table=True):
    """A receipt's tax lines."""

    __tablename__ = "sale_tax"
    __table_args__ = (
        _key_by_day(
            *("is_return", "tax_class", "tax_rate_bp", "tax_included"),
            counted=("net_minor", "tax_minor"),
        ),
    )
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    is_return: bool = Field(primary_key=True)
    tax_class: str = Field(primary_key=True)
    tax_rate_bp: int = Field(primary_key=True)
    tax_included: bool = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    net_minor: int = big()
    tax_minor: int = big()


class SaleTenderRow(CentralTable, table=True):
    """A receipt's tenders, from 1. ``outcome``: how sure it is, where somebody else pays.
    ``foreign_milli``: handed over in ``foreign_currency``, in thousandths of it."""

    __tablename__ = "sale_tender"
    __table_args__ = (
        _key_by_day("tender_no", counted=("tender_id", "amount_minor", "points", "tip_minor")),
        Index(
            "ix_sale_tender_unsure",
            *("store_id", "business_date"),
            postgresql_where=text("outcome IN ('offline', 'on_sight')"),
        ),
        Index(
            "ix_sale_tender_voucher",
            *("store_id", "sale_id"),
            postgresql_where=text("kind = 'voucher'"),
        ),
    )
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    tender_no: int = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    tender_id: str
    name: str
    kind: str
    amount_minor: int = big()
    reference: str | None
    points: int = big()
    outcome: str | None
    tip_minor: int = big()
    foreign_currency: str | None
    foreign_milli: int | None = big()


class SaleModifierRow(CentralTable, table=True):
    """What changed prices of a receipt's lines: promotions, and what people did by hand."""

    __tablename__ = "sale_modifier"
    __table_args__ = (
        _key_by_day("line_no", "modifier_no", counted=()),
        Index(
            "ix_sale_modifier_price_override",
            *("store_id", "sale_id"),
            postgresql_where=text("kind = 'price_override'"),
        ),
    )
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    modifier_no: int = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    kind: str
    promotion_id: str | None
    promotion_version: int | None = big()
    operator_id: str | None
    coupon: str | None
    reason: str
    amount_minor: int = big()


class DayTotal(CentralTable, table=True):
    """One figure of a store's day, kept by adding: what live totals read. ``figure`` is a name of
    sync.protocol.figures.figures."""

    __tablename__ = "day_total"
    store_id: UUID = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    figure: str = Field(primary_key=True)
    amount: int = big()
    entries: int = big()


class BusinessDayRow(CentralTable, table=True):
    """A store's day as its facts say: the manifest is the store's own account of it."""

    __tablename__ = "business_day"
    store_id: UUID = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    opened_seq: int | None = big(default=None)
    closed_seq: int | None = big(default=None)
    manifest: bytes | None = None
    reopened_seq: int | None = big(default=None)


class AlarmClearingRow(CentralTable, table=True):
    """A store's alarm that somebody cleared, and why."""

    __tablename__ = "alarm_clearing"
    store_id: UUID = Field(primary_key=True)
    alarm_id: UUID = Field(primary_key=True)
    cleared_by: str
    reason: str
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int = big()


class PointsMove(CentralTable, table=True):
    """What one receipt did to a customer's points."""

    __tablename__ = "points_move"
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(index=True)
    earned: int = big()
    spent: int = big()
    taken_back: int = big()
    debt: int = big()


class CustomerFieldRow(CentralTable, table=True):
    """Each field's newest change (sync.protocol.conflict); from journals and decisions alike."""

    __tablename__ = "customer_field"
    company_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(primary_key=True)
    field: str = Field(primary_key=True)
    hlc: int = big()
    source: UUID
    value: str | None
    sealed: bytes | None
    made: bool
    """The customer was created with it: two who were created with one code are one person."""


class CustomerAliasRow(CentralTable, table=True):
    """Pairs of records that are one person while ``joins`` are more than ``parts``: the larger id
    is found as the smaller one, which may be another's alias in turn. A pair that somebody parted
    is never joined by head office itself."""

    __tablename__ = "customer_alias"
    company_id: UUID = Field(primary_key=True)
    alias_id: UUID = Field(primary_key=True)
    kept_id: UUID = Field(primary_key=True)
    joins: int
    parts: int
    entries: int = big(default=1)


class CustomerErasureRow(CentralTable, table=True):
    """Customers who were erased: their ids are barred for ever."""

    __tablename__ = "customer_erasure"
    company_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(primary_key=True)
    reason: str
    decided_by: str


PROJECTED = {
    name: each
    for name, each in metadata.tables.items()
    if name not in _OTHERS
    or name in OF_CASH | OF_JOURNALS | OF_LOYALTY | OF_PEOPLE | OF_RECEIPTS | OF_RIGHTS | OF_STOCK
}
"""The tables of this module and of the others that are called ``projected_…``, by name."""
