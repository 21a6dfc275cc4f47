"""Projections of the journals themselves: what of them counted, was given up, or is counted in
another's place, or accepted as it is (see ``projected``)."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from central.db.tables import CentralTable, big, metadata

_BEFORE = frozenset(metadata.tables)


class CountedFactRow(CentralTable, table=True):
    """Where a fact that is no sale counted, by its own id: a second arrival counts nowhere. A
    sale's row says the same of sales."""

    __tablename__ = "counted_fact"
    store_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    fact_id: UUID = Field(primary_key=True)
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int = big()


class RecoveredFactRow(CentralTable, table=True):
    """Of a fact that counts by a recovered event: from where it came and where it arrived, its hash
    in its own chain, its body's digest. Its own row has the place that it was written at."""

    __tablename__ = "recovered_fact"
    store_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    fact_id: UUID = Field(primary_key=True)
    hash: bytes
    body_digest: bytes
    source: str
    workstation_id: str | None
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int = big()


class WrittenOffRow(CentralTable, table=True):
    """Of an epoch what a person gave up: nothing claimed through here is waited for any more."""

    __tablename__ = "written_off"
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    through: int = big()
    reason: str
    decided_by: str


class ManifestGivenRow(CentralTable, table=True):
    """What an epoch of a store said of a day at no close: because it was asked, or because
    something of the day came late."""

    __tablename__ = "manifest_given"
    store_id: UUID = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    seq: int = big(primary_key=True)
    cause: str
    manifest: bytes


class DaySignedRow(CentralTable, table=True):
    """A signing of a store's day, with the figures that were signed: the last of a day holds, and
    every one stays."""

    __tablename__ = "day_signed"
    store_id: UUID = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    signing: int = Field(primary_key=True)
    counted: bytes
    declared: bytes | None
    through: bytes
    exception_minor: int | None = big()
    exception: str
    signed_at_ms: int = big()
    decided_by: str


class DayRootRow(CentralTable, table=True):
    """The root of a day over all stores of a company: made once, and signed."""

    __tablename__ = "day_root"
    company_id: UUID = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    incarnation: UUID
    size: int = big()
    root: bytes
    key: bytes
    signature: bytes
    made_at_ms: int = big()
    decided_by: str


class CorrectionRow(CentralTable, table=True):
    """What a person decided of an event that was set aside: what counts in its place, or that
    nothing does (``kind`` empty). The event itself stays as it came."""

    __tablename__ = "correction"
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    seq: int = big(primary_key=True)
    kind: str
    kind_version: int
    body: bytes
    reason: str
    decided_by: str


class TailClosedRow(CentralTable, table=True):
    """An epoch that a person closed, and who of the shop may hold something of it still."""

    __tablename__ = "tail_closed"
    store_id: UUID = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    through: int = big()
    reason: str
    decided_by: str
    unheard: str
    heard: int = big()
    home: str
    aside: str
    unknown: str


class ExceptionAcceptedRow(CentralTable, table=True):
    """An exception that a person accepted as it is, and how much of it."""

    __tablename__ = "exception_accepted"
    company_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    case_key: str = Field(primary_key=True)
    amount: int = big()
    reason: str
    decided_by: str


class StoreAlarm(CentralTable, table=True):
    """Alarms that stores recorded in their journals."""

    __tablename__ = "store_alarm"
    store_id: UUID = Field(primary_key=True)
    alarm_id: UUID = Field(primary_key=True)
    kind: str
    subject: str
    detail: str
    occurred_at_ms: int = big()
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int = big()


OF_JOURNALS = frozenset(metadata.tables) - _BEFORE
"""The tables of this module."""
