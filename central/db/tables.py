"""The one definition of head office's schema.

Everything about a store leads with ``store_id``, in every key, unique constraint and join, and no
uniqueness spans stores: that keeps hash partitions and distribution open (design.md, The write path
at central). Ids are native UUIDs, instants BIGINT milliseconds UTC, money BIGINT minor units.

Three groups: what arrived (stream, raw_event, personal_key: never rebuilt), what central decided
and published (decision, feeds, people), and projections (rebuilt from the first two at any time).
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, MetaData, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def big(**options: Any) -> Any:
    """A BIGINT column: amounts, sequences, milliseconds."""
    return Field(sa_type=BigInteger, **options)


class CentralTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """Base of central's tables, with a registry of its own: the edge has another."""


metadata = CentralTable.metadata


def table(kind: type[CentralTable]) -> Table:
    """A table for statements: its columns carry their types to the checker."""
    return metadata.tables[str(kind.__tablename__)]


# --- what arrived -------------------------------------------------------------------------------


class StreamRow(CentralTable, table=True):
    """One epoch of one store: what central holds of it, and where stage 2 stands."""

    __tablename__ = "stream"
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    device_id: UUID
    genesis: bytes
    genesis_signature: bytes
    watermark: int = big(default=0)
    head_hash: bytes
    sealed: bool = False
    current: bool = True
    alarm: str | None = None
    sender_seq: int = big(default=0)
    sender_hash: bytes | None = None
    last_contact_ms: int | None = big(default=None)
    health: bytes | None = None
    applied_through: int = big(default=0)


class RawEvent(CentralTable, table=True):
    """The journal as it arrived: only ever inserted. Unique by (store, epoch, seq) alone."""

    __tablename__ = "raw_event"
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    seq: int = big(primary_key=True)
    event_id: UUID
    kind: str
    kind_version: int
    occurred_at_ms: int = big()
    utc_offset_s: int
    boot_id: UUID
    hlc: int = big()
    clock_state: str
    hash: bytes
    body: bytes
    received_at_ms: int = big()


class PersonalKeyRow(CentralTable, table=True):
    """Keys of customers' personal fields, beside the chain; erasure deletes the row."""

    __tablename__ = "personal_key"
    company_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(primary_key=True)
    key: bytes


class AlarmRow(CentralTable, table=True):
    """What central itself noticed about a stream: fork, rewind, damage."""

    __tablename__ = "alarm"
    store_id: UUID = Field(primary_key=True)
    alarm_id: UUID = Field(primary_key=True)
    kind: str
    detail: str
    raised_at_ms: int = big()


# --- what central decided and published ---------------------------------------------------------


class CentralState(CentralTable, table=True):
    """One row: this central's incarnation, and the row lock that numbers and chains decisions."""

    __tablename__ = "central_state"
    one: int = Field(primary_key=True, default=1)
    incarnation: UUID
    parent_incarnation: UUID | None = None
    last_decision_no: int = big(default=0)
    last_decision_hash: bytes | None = None


class Company(CentralTable, table=True):
    """A company; nothing of one ever meets another's."""

    __tablename__ = "company"
    company_id: UUID = Field(primary_key=True)
    name: str = Field(unique=True)
    currency: str
    decimals: int


class Store(CentralTable, table=True):
    """A shop. ``settings`` is the msgpack of StoreSettings."""

    __tablename__ = "store"
    __table_args__ = (UniqueConstraint("company_id", "code"),)
    store_id: UUID = Field(primary_key=True)
    company_id: UUID = Field(foreign_key="company.company_id", index=True)
    code: str
    name: str
    price_zone: str
    zone: str
    settings: bytes
    last_epoch_number: int = 0


class Device(CentralTable, table=True):
    """A box and its public key (Ed25519, 32 bytes)."""

    __tablename__ = "device"
    device_id: UUID = Field(primary_key=True)
    store_id: UUID = Field(foreign_key="store.store_id", index=True)
    public_key: bytes
    revoked: bool = False


class GrantsDue(CentralTable, table=True):
    """Customers' points that a new store still gets its part of, ``after_customer_id`` in the order
    of ids: what one unit of work leaves to the next. ``stores``: among how many they are shared."""

    __tablename__ = "grants_due"
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    company_id: UUID
    stores: int
    after_customer_id: UUID


class Decision(CentralTable, table=True):
    """What central itself decided: dense, only ever inserted, each chained to the one before. With
    the journals it rebuilds every projection (central/decisions.py lists the kinds)."""

    __tablename__ = "decision"
    decision_no: int = big(primary_key=True)
    company_id: UUID
    kind: str
    body: bytes
    decided_at_ms: int = big()
    hash: bytes


class Publication(CentralTable, table=True):
    """Rows waiting for the sequencer, which alone gives pub_seq; ``waiting_no`` only orders the
    rows of one unit of work. ``publication`` names what takes effect together."""

    __tablename__ = "publication"
    waiting_no: int | None = big(primary_key=True, default=None)
    publication: UUID
    company_id: UUID
    data_set: str
    scope: str
    key: str
    body: bytes | None


class Feed(CentralTable, table=True):
    """A feed's head and its set's hash there."""

    __tablename__ = "feed"
    company_id: UUID = Field(primary_key=True)
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    head: int = big(default=0)
    set_hash: bytes


class FeedLog(CentralTable, table=True):
    """Every publication by its dense pub_seq; ``set_hash`` is the set's after it."""

    __tablename__ = "feed_log"
    company_id: UUID = Field(primary_key=True)
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    pub_seq: int = big(primary_key=True)
    key: str
    body: bytes | None
    set_hash: bytes
    publication: UUID


class FeedLatest(CentralTable, table=True):
    """Each key's newest row of a feed, so that the sequencer can take it out of the set's hash."""

    __tablename__ = "feed_latest"
    company_id: UUID = Field(primary_key=True)
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    pub_seq: int = big()
    body: bytes | None


class Leader(CentralTable, table=True):
    """Row locks of what only one process may do at a time; undistributed on purpose."""

    __tablename__ = "leader"
    role: str = Field(primary_key=True)


# --- projections: dropped and rebuilt from raw_event, decision and personal_key ------------------


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
        UniqueConstraint("store_id", "receipt_number"),
        Index(None, "store_id", "business_date"),
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
    tax_included: bool
    total_minor: int = big()
    rounding_minor: int = big()
    change_minor: int = big()
    points_earned: int = big()
    points_taken_back: int = big()
    points_debt: int = big()
    training: bool


class SaleLineRow(CentralTable, table=True):
    """Sale and return lines, signed."""

    __tablename__ = "sale_line"
    __table_args__ = (_key_by_day("line_no", counted=("quantity_milli", "amount_minor")),)
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    item_id: str
    description: str
    scan_code: str | None
    tax_class: str
    tax_rate_bp: int
    tax_version: int = big()
    price_version: int = big()
    unit_price_minor: int = big()
    unit_cost_minor: int | None = big()
    quantity_milli: int = big()
    extended_minor: int = big()
    amount_minor: int = big()
    tax_minor: int = big()
    points: int = big()
    original_sale_id: UUID | None
    original_line_no: int | None


class SaleTaxRow(CentralTable, table=True):
    """A receipt's tax lines."""

    __tablename__ = "sale_tax"
    __table_args__ = (
        _key_by_day(
            *("is_return", "tax_class", "tax_rate_bp"), counted=("taxable_minor", "tax_minor")
        ),
    )
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    is_return: bool = Field(primary_key=True)
    tax_class: str = Field(primary_key=True)
    tax_rate_bp: int = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    taxable_minor: int = big()
    tax_minor: int = big()


class SaleTenderRow(CentralTable, table=True):
    """A receipt's tenders, from 1."""

    __tablename__ = "sale_tender"
    __table_args__ = (_key_by_day("tender_no", counted=("tender_id", "amount_minor", "points")),)
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    tender_no: int = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    tender_id: str
    kind: str
    amount_minor: int = big()
    reference: str | None
    points: int = big()


class DayTotal(CentralTable, table=True):
    """One figure of a store's day, kept by adding: what live totals read. ``figure`` is a name of
    sync.protocol.manifest.figures."""

    __tablename__ = "day_total"
    store_id: UUID = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    figure: str = Field(primary_key=True)
    amount: int = big()


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


class TillSessionRow(CentralTable, table=True):
    """A till's period."""

    __tablename__ = "till_session"
    __table_args__ = (Index(None, "store_id", "business_date"),)
    store_id: UUID = Field(primary_key=True)
    till_session_id: UUID = Field(primary_key=True)
    till_id: str
    workstation_id: str
    operator_id: str
    business_date: date
    float_minor: int = big()
    moved_minor: int = big(default=0)
    expected_cash_minor: int | None = big(default=None)
    counted_cash_minor: int | None = big(default=None)


class StockLevelRow(CentralTable, table=True):
    """On hand of a store's item: the sum of its movements."""

    __tablename__ = "stock_level"
    store_id: UUID = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    on_hand_milli: int = big()


class StockMovementRow(CentralTable, table=True):
    """Stock that moved without a sale (sales move it through their lines)."""

    __tablename__ = "stock_movement"
    __table_args__ = (Index(None, "store_id", "business_date"),)
    store_id: UUID = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    business_date: date | None
    item_id: str
    kind: str
    quantity_milli: int = big()


class PointsAccount(CentralTable, table=True):
    """A customer's points: balance = opening + earned - spent - taken_back; granted = what stores
    may still spend (sum of grants less spends). available = balance - granted."""

    __tablename__ = "points_account"
    company_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(primary_key=True)
    opening: int = big(default=0)
    earned: int = big(default=0)
    spent: int = big(default=0)
    taken_back: int = big(default=0)
    granted: int = big(default=0)


class PointsMove(CentralTable, table=True):
    """What one receipt did to a customer's points."""

    __tablename__ = "points_move"
    store_id: UUID = Field(primary_key=True)
    sale_id: UUID = Field(primary_key=True)
    customer_id: UUID
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


class StoreAlarm(CentralTable, table=True):
    """Alarms that stores recorded in their journals."""

    __tablename__ = "store_alarm"
    store_id: UUID = Field(primary_key=True)
    alarm_id: UUID = Field(primary_key=True)
    kind: str
    subject: str
    detail: str
    occurred_at_ms: int = big()
