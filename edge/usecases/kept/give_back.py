"""Give back what a till kept: each envelope that is wanted comes home in this box's journal.

The chain's hash is derived again and must come out. The signature is held against the device's key
where this box knows whose epoch it was; of a box that is gone head office knows the key.
"""

import sqlite3
from enum import StrEnum
from typing import Annotated

import msgspec

from edge.db.store import read_enrolment
from edge.domain.fields import Request
from edge.domain.kept import Refused, Standing
from edge.usecases.day.give_manifest import give_late_manifests
from edge.usecases.kept.bring_home import bring_home
from edge.usecases.kept.offer import Known, known_epochs, standing_of
from sync.engine.journal import Moment, NotEnrolled
from sync.engine.signing import SALE_SIGNED, verify_bytes
from sync.protocol.change import FACT_BODY_BYTES_MAX, Head, Kept, link
from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable
from sync.protocol.facts import EventRecovered
from sync.protocol.facts.recovered import SIGNATURE_BYTES
from sync.protocol.identity import StoreId, WorkstationId

KEPT_MAX = 50
SOURCE = "workstation"


class GiveBackKept(Request, frozen=True):
    """``kept``: at most 50 envelopes, each the base64 of a ``Kept`` as a sale's answer had it."""

    kept: Annotated[tuple[bytes, ...], msgspec.Meta(max_length=KEPT_MAX)]


class Outcome(StrEnum):
    """Of one envelope. ``held``: it was here before; ``later``: see Standing."""

    TAKEN = "taken"
    HELD = "held"
    LATER = "later"
    REFUSED = "refused"


class GivenBack(msgspec.Struct, frozen=True):
    """``reason`` of what was refused."""

    outcome: Outcome
    reason: str | None = None


class KeptGivenBack(msgspec.Struct, frozen=True):
    """What became of each, in the order of the request."""

    outcomes: tuple[GivenBack, ...]


_SAID = {
    Standing.ACKNOWLEDGED: Outcome.HELD,
    Standing.HELD: Outcome.HELD,
    Standing.LATER: Outcome.LATER,
}


def give_back_kept(
    db: sqlite3.Connection, asked: GiveBackKept, workstation_id: WorkstationId, moment: Moment
) -> KeptGivenBack:
    """All that can be taken, in one unit of work, and the account of each date of it that is not
    open here (a correction manifest); the same again changes nothing. Raises
    NotEnrolled, SettingsMissing."""
    enrolment, known = read_enrolment(db), known_epochs(db)
    if enrolment is None or known.genesis is None:
        raise NotEnrolled("This box belongs to no store yet.")
    outcomes, brought = [], []
    for raw in asked.kept:
        kept = _sound(raw, enrolment.store_id, known)
        if isinstance(kept, Refused):
            outcomes.append(GivenBack(Outcome.REFUSED, kept.value))
            continue
        standing = standing_of(db, Head(kept.epoch, kept.envelope.seq, kept.hash), known)
        if standing is Standing.WANTED:
            bring_home(db, _recovered(kept, workstation_id), moment)
            brought.append(kept.envelope)
        outcomes.append(GivenBack(_SAID.get(standing, Outcome.TAKEN)))
    give_late_manifests(db, brought, moment)
    return KeptGivenBack(tuple(outcomes))


def _recovered(kept: Kept, workstation_id: WorkstationId) -> EventRecovered:
    where = (kept.epoch, kept.prev_hash, kept.envelope, kept.hash, kept.signature)
    return EventRecovered(SOURCE, workstation_id, *where)


def _sound(raw: bytes, store_id: StoreId, known: Known) -> Kept | Refused:
    """What was kept, if it is what a box of this store wrote."""
    try:
        kept = decode(Kept, raw)
    except Undecodable:
        return Refused.UNREADABLE
    if kept.store_id != store_id:
        return Refused.OTHER_STORE
    if kept.envelope.kind == EventRecovered.KIND.kind:
        return Refused.WRAPPED
    if len(kept.envelope.body) > FACT_BODY_BYTES_MAX:
        return Refused.TOO_LARGE
    if link(store_id, kept.epoch, kept.envelope, kept.prev_hash).hash != kept.hash:
        return Refused.WRONG_HASH
    if len(kept.signature) != SIGNATURE_BYTES:
        return Refused.WRONG_SIGNATURE
    key = known.genesis.device_key if known.genesis and kept.epoch in known.here else None
    if key and not verify_bytes(key, SALE_SIGNED, kept.hash, kept.signature):
        return Refused.WRONG_SIGNATURE
    return kept
