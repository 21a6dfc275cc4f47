"""Say what a business date comes to in an epoch, at no close: head office asked for it, something
of a date came home that is not open here, or this box left an epoch in the middle of its day
(protocol.md, Proof)."""

import sqlite3
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from edge.db.days import find_open_day
from edge.db.epochs import writing
from edge.db.journal import append, read_head
from edge.db.sought import given_manifests
from edge.usecases.day.close import make_manifest, make_part
from sync.engine.journal import Entry, Moment
from sync.protocol.change import Envelope, Epoch, Head, ProvisionalGenesis
from sync.protocol.codec import decode, decode_fact
from sync.protocol.errors import Undecodable
from sync.protocol.facts import ManifestGiven, RetailTransaction
from sync.protocol.identity import EventId
from sync.protocol.manifest import Manifest, is_nothing


class ManifestCause(StrEnum):
    """Why a manifest is given at no close; head office takes any word."""

    ASKED = "asked"
    LATE = "late"
    LEFT = "left"


def give_manifest(
    db: sqlite3.Connection, manifest: Manifest, cause: ManifestCause, moment: Moment
) -> Entry:
    """The event that says it; its id follows from where it stands. Raises NotEnrolled."""
    named = f"manifest {manifest.business_date}"
    event_id = EventId(uuid5(UUID(bytes=read_head(db).hash[:16]), named))
    return append(db, ManifestGiven(cause.value, manifest), event_id, moment)


def give_asked_manifest(db: sqlite3.Connection, business_date: date, moment: Moment) -> None:
    """The same because head office asks, which it does until it has read the answer: not where
    nothing has happened since that. Of the epoch that was left for this one,
    too, where it has something of the day. Raises NotEnrolled."""
    held = writing(db)
    if any(_answers(body, held.epoch, business_date) for body in given_manifests(db, held)):
        return
    if held.provisional:
        genesis = decode(ProvisionalGenesis, held.genesis)
        if genesis.parent is not None and genesis.parent_hash is not None:
            left = Head(genesis.parent, genesis.parent_watermark, genesis.parent_hash)
            give_left_manifest(db, left, business_date, moment)
    give_manifest(db, make_manifest(db, business_date), ManifestCause.ASKED, moment)


def give_left_manifest(
    db: sqlite3.Connection, left: Head, business_date: date, moment: Moment
) -> None:
    """What stands of a day in the epoch that this box left, through the event after which it went
    on in this one: nothing more of that epoch is here. Not where it has nothing of the day, or head
    office nothing of it."""
    manifest = make_part(db, left, business_date)
    if left.seq and not (is_nothing(manifest.store) and is_nothing(manifest.recovered)):
        give_manifest(db, manifest, ManifestCause.LEFT, moment)


def give_late_manifests(
    db: sqlite3.Connection, brought: Iterable[Envelope], moment: Moment
) -> None:
    """For every date of the sales that came home and that is not open here. Raises NotEnrolled."""
    is_open = find_open_day(db)
    dates = {fact.business_date for fact in map(_sale, brought) if fact is not None}
    for business_date in sorted(dates - ({is_open.business_date} if is_open else set())):
        give_manifest(db, make_manifest(db, business_date), ManifestCause.LATE, moment)


def _answers(body: bytes, epoch: Epoch, business_date: date) -> bool:
    said = decode(ManifestGiven, body).manifest
    about = Epoch(said.epoch_number, said.epoch_fingerprint)
    return (said.business_date, about) == (business_date, epoch)


def _sale(envelope: Envelope) -> RetailTransaction | None:
    try:
        fact = decode_fact(envelope.kind, envelope.kind_version, envelope.body)
    except (Undecodable, KeyError):
        return None  # of a newer version: who reads it says of which day it is
    return fact if isinstance(fact, RetailTransaction) else None
