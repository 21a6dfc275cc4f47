"""Say what a business date comes to in this epoch as of now, at no close: head office asked for it,
or something of a date came home that is not open here (protocol.md, Proof)."""

import sqlite3
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from edge.db.days import find_day, find_open_day
from edge.db.journal import append, read_head
from edge.db.sought import kind_at
from edge.db.totals import read_account
from sync.engine.journal import Entry, Moment
from sync.protocol.change import Envelope
from sync.protocol.codec import decode_fact
from sync.protocol.errors import Undecodable
from sync.protocol.facts import ManifestGiven, RetailTransaction
from sync.protocol.identity import EventId
from sync.protocol.manifest import Manifest


class ManifestCause(StrEnum):
    """Why a manifest is given at no close; head office takes any word."""

    ASKED = "asked"
    LATE = "late"


def give_manifest(
    db: sqlite3.Connection, business_date: date, cause: ManifestCause, moment: Moment
) -> Entry:
    """The event that says it; its id follows from where it stands. Raises NotEnrolled."""
    head, day = read_head(db), find_day(db, business_date)
    event_id = EventId(uuid5(UUID(bytes=head.hash[:16]), f"manifest {business_date}"))
    manifest = Manifest(
        business_date,
        head.epoch.number,
        head.epoch.fingerprint,
        1 if day is None else day.first_seq,
        head.seq,
        head.hash,
        *read_account(db, business_date),
    )
    return append(db, ManifestGiven(cause.value, manifest), event_id, moment)


def give_asked_manifest(db: sqlite3.Connection, business_date: date, moment: Moment) -> None:
    """The same because head office asks, which it does until it has read the answer: not where
    nothing has happened since the last one. Raises NotEnrolled."""
    if kind_at(db, read_head(db)) != ManifestGiven.KIND.kind:
        give_manifest(db, business_date, ManifestCause.ASKED, moment)


def give_late_manifests(
    db: sqlite3.Connection, brought: Iterable[Envelope], moment: Moment
) -> None:
    """For every date of the sales that came home and that is not open here. Raises NotEnrolled."""
    is_open = find_open_day(db)
    dates = {fact.business_date for fact in map(_sale, brought) if fact is not None}
    for business_date in sorted(dates - ({is_open.business_date} if is_open else set())):
        give_manifest(db, business_date, ManifestCause.LATE, moment)


def _sale(envelope: Envelope) -> RetailTransaction | None:
    try:
        fact = decode_fact(envelope.kind, envelope.kind_version, envelope.body)
    except (Undecodable, KeyError):
        return None  # of a newer version: who reads it says of which day it is
    return fact if isinstance(fact, RetailTransaction) else None
