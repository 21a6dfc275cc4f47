"""The one definition of head office's schema.

Everything about a store leads with ``store_id``, in every key, unique constraint and join, and no
uniqueness spans stores: that keeps hash partitions and distribution open (design.md, The write path
at central). Ids are native UUIDs, instants BIGINT milliseconds UTC, money BIGINT minor units.

Three groups: what arrived (stream, raw_event, claim, personal_key: never rebuilt), what central
decided and published (decision, feeds, people), and projections (central/db/projected.py: rebuilt
from the first two at any time). Where a table lies on several machines follows from its key:
``distribution.py``.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, MetaData, Table, UniqueConstraint, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from central.domain.epoch import EpochState

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
PLACE = ("store_id", "epoch_number", "epoch_fingerprint", "seq")
RECOVERED = "kind = 'event_recovered'"


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
    """One epoch of one store: what central holds of it, and where stage 2 stands. ``company_id`` is
    the store's: no join stands under this row's lock. ``state`` is one of
    ``central.domain.epoch``'s; ``provisional``: its box opened it itself; ``ended_seq``: of its
    box's own last record, once everything through it is applied; ``sealed_through``: where the
    watermark was when it was fenced. ``health``: what its box said of itself at ``health_at_ms``.
    ``rights_stated_ms``: when its box stated last which rights to spend it holds, because head
    office had been put back to its past; of one that was fenced by then, when that was found.
    ``holes``: msgpack of what its box keeps no more and is not here (``central.domain.hole``)."""

    __tablename__ = "stream"
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    company_id: UUID
    device_id: UUID
    genesis: bytes
    genesis_signature: bytes
    watermark: int = big(default=0)
    head_hash: bytes
    provisional: bool = False
    state: str = EpochState.CURRENT.value
    ended_seq: int | None = big(default=None)
    sealed_through: int | None = big(default=None)
    alarm: str | None = None
    sender_seq: int = big(default=0)
    last_contact_ms: int | None = big(default=None)
    health: bytes | None = None
    applied_through: int = big(default=0)
    rights_stated_ms: int | None = big(default=None)
    holes: bytes | None = None
    health_at_ms: int | None = big(default=None)


class HandedOut(CentralTable, table=True):
    """Through which publication a feed was handed out to a store last, and when: how old the goods,
    prices and people are that it works with."""

    __tablename__ = "handed_out"
    store_id: UUID = Field(primary_key=True)
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    through: int = big()
    at_ms: int = big()


class ClaimRow(CentralTable, table=True):
    """A head that was stated and is not held: somebody says that such an event exists. Gone once
    this very event is here. The epoch may be one that central never issued."""

    __tablename__ = "claim"
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    seq: int = big(primary_key=True)
    hash: bytes = Field(primary_key=True)
    device_id: UUID
    heard_at_ms: int = big()


class RawEvent(CentralTable, table=True):
    """The journal as it arrived: only ever inserted. Unique by (store, epoch, seq) alone."""

    __tablename__ = "raw_event"
    __table_args__ = (Index("ix_raw_event_recovered", *PLACE, postgresql_where=text(RECOVERED)),)
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
    damaged: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    """It arrived as another event than was written, and stands under the hash of that one."""


class PersonalKeyRow(CentralTable, table=True):
    """Keys of customers' personal fields, beside the chain; erasure deletes the row."""

    __tablename__ = "personal_key"
    company_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(primary_key=True)
    key: bytes


class CustomerMatch(CentralTable, table=True):
    """Whose code or e-mail address is the same, without saying what it is: ``digest`` is keyed by
    head office's own key, which is not in the database (usecases/customer/match.py). Made of what
    was published of customers, anew where the key is another; goes when they are erased."""

    __tablename__ = "customer_match"
    __table_args__ = (Index(None, "company_id", "field", "digest"),)
    company_id: UUID = Field(primary_key=True)
    customer_id: UUID = Field(primary_key=True)
    field: str = Field(primary_key=True)
    digest: bytes
    made: bool


class CustomersMatched(CentralTable, table=True):
    """How far the feed of a company's customers was looked through; ``key_name``: by which key."""

    __tablename__ = "customers_matched"
    company_id: UUID = Field(primary_key=True)
    through: int = big()
    key_name: bytes


class CustomerProposal(CentralTable, table=True):
    """Two records that may be one person: somebody changed one to what the other has."""

    __tablename__ = "customer_proposal"
    company_id: UUID = Field(primary_key=True)
    alias_id: UUID = Field(primary_key=True)
    kept_id: UUID = Field(primary_key=True)
    field: str
    found_at_ms: int = big()


class AlarmRow(CentralTable, table=True):
    """What central itself noticed about a store, and of which epoch, where it is one's."""

    __tablename__ = "alarm"
    store_id: UUID = Field(primary_key=True)
    alarm_id: UUID = Field(primary_key=True)
    kind: str
    detail: str
    raised_at_ms: int = big()
    epoch_number: int | None = None
    epoch_fingerprint: bytes | None = None


# --- what central decided and published ---------------------------------------------------------


class CentralState(CentralTable, table=True):
    """One row: this central's incarnation, and the row lock that numbers and chains decisions.

    ``begun_at_ms``: when the incarnation began, 0 for the first. ``lost_since_ms``: from then on
    decisions may be missing; None: none is. ``mirror_no``, ``mirror_hash``: the last entry of the
    mirror (``central/domain/mirror.py``); None: there is none. ``server``: on which PostgreSQL, and
    on which of its timelines, head office was last."""

    __tablename__ = "central_state"
    one: int = Field(primary_key=True, default=1)
    incarnation: UUID
    parent_incarnation: UUID | None = None
    last_decision_no: int = big(default=0)
    last_decision_hash: bytes | None = None
    begun_at_ms: int = big(default=0, sa_column_kwargs={"server_default": "0"})
    lost_since_ms: int | None = big(default=None)
    mirror_no: int | None = big(default=None)
    mirror_hash: bytes | None = None
    server: str | None = None


class Company(CentralTable, table=True):
    """A company; nothing of one ever meets another's. A bag is late after ``late_after_days``."""

    __tablename__ = "company"
    company_id: UUID = Field(primary_key=True)
    name: str = Field(unique=True)
    currency: str
    decimals: int
    late_after_days: int = Field(default=5, sa_column_kwargs={"server_default": "5"})


class Store(CentralTable, table=True):
    """A shop. ``settings`` is the msgpack of StoreSettings. ``retired``: it was given up. The last
    epoch of its line is the one that the next box's follows."""

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
    last_epoch_fingerprint: bytes | None = None
    retired: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})


class Device(CentralTable, table=True):
    """A box and its public key (Ed25519, 32 bytes)."""

    __tablename__ = "device"
    device_id: UUID = Field(primary_key=True)
    store_id: UUID = Field(foreign_key="store.store_id", index=True)
    public_key: bytes
    revoked: bool = False


class Decision(CentralTable, table=True):
    """What central itself decided: dense, only ever inserted, each chained to the one before. With
    the journals it rebuilds every projection (central/domain/decisions.py lists the kinds)."""

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


NUMBERED_AT = "(extract(epoch FROM now()) * 1000)::bigint"


class Feed(CentralTable, table=True):
    """A feed's head and its set's hash there. ``floor``: at or below it the log holds only what was
    in the set there, whose hash was ``floor_hash``."""

    __tablename__ = "feed"
    company_id: UUID = Field(primary_key=True)
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    head: int = big(default=0)
    set_hash: bytes
    floor: int = big(default=0, sa_column_kwargs={"server_default": "0"})
    floor_hash: bytes | None = None


class FeedLog(CentralTable, table=True):
    """Publications by their dense pub_seq; ``set_hash`` is the set's after it. ``at_ms``: when they
    were numbered."""

    __tablename__ = "feed_log"
    company_id: UUID = Field(primary_key=True)
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    pub_seq: int = big(primary_key=True)
    key: str
    body: bytes | None
    set_hash: bytes
    publication: UUID
    at_ms: int = big(sa_column_kwargs={"server_default": text(NUMBERED_AT)})


class FeedSnapshot(CentralTable, table=True):
    """A feed's newest snapshot: the msgpack of ``sync/protocol/snapshot.py``."""

    __tablename__ = "snapshot"
    company_id: UUID = Field(primary_key=True)
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    head: int = big()
    set_hash: bytes
    body: bytes


class FeedSnapshotPart(CentralTable, table=True):
    """Parts of this and earlier snapshots by the SHA-256 of their content; ``wanted_at_ms``: when a
    snapshot named them last."""

    __tablename__ = "snapshot_part"
    company_id: UUID = Field(primary_key=True)
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    name: bytes = Field(primary_key=True)
    content: bytes
    wanted_at_ms: int = big()


class FeedLatest(CentralTable, table=True):
    """Each key's newest row of a feed, so that the sequencer can take it out of the set's hash."""

    __tablename__ = "feed_latest"
    company_id: UUID = Field(primary_key=True)
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    pub_seq: int = big()
    body: bytes | None


class FileLayout(CentralTable, table=True):
    """What a person said of a file's columns, by its header row (``fingerprint``, SHA-256): the
    next file with the same header is read alike. ``about``: items or customers; ``said``: the
    msgpack of ``central/domain/importing/said.py``."""

    __tablename__ = "file_layout"
    company_id: UUID = Field(primary_key=True)
    about: str = Field(primary_key=True)
    fingerprint: bytes = Field(primary_key=True)
    said: bytes


class Leader(CentralTable, table=True):
    """Row locks of what only one process may do at a time; undistributed on purpose."""

    __tablename__ = "leader"
    role: str = Field(primary_key=True)


class ApplyTurn(CentralTable, table=True):
    """The row lock under which stage 2 works at a store: a row a store, written with its first
    epoch. ``taken_back``: how often something that counted was."""

    __tablename__ = "apply_turn"
    store_id: UUID = Field(primary_key=True)
    taken_back: int = big(default=0, sa_column_kwargs={"server_default": "0"})


class DayStanding(CentralTable, table=True):
    """A store's day, counted again where this is lost: when it was found proven, and what its
    running figures come to, None since something of it came; whether these were signed last, None
    while nobody looked. ``asked_at_ms``: when its box was asked for a manifest, ``is_asked``: and
    has not given it. Made by stage 2, ``settle_days`` and ``sign_off``."""

    __tablename__ = "day_standing"
    __table_args__ = (
        Index(None, "store_id", "settled_at_ms"),
        Index("ix_day_standing_asked", "store_id", postgresql_where=text("is_asked")),
    )
    store_id: UUID = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    settled_at_ms: int | None = big(default=None)
    as_signed: bool | None = None
    owed_minor: int | None = big(default=None)
    over_short_minor: int | None = big(default=None)
    asked_at_ms: int | None = big(default=None)
    is_asked: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
