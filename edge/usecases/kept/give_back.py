"""Give back what a till kept: each envelope that is wanted comes home in this box's journal.

The chain's hash is derived again and must come out. The signature is held against the key of the
box that wrote in that epoch, which head office says of those before this one. Where head office
knows no such epoch, the box that was issued that number may have opened it itself: then its key
signed; what none of that number signed stays with the till. A head office that says no keys holds
the signature itself.
"""

import sqlite3
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import msgspec

from edge.db.lineage import epoch_keys
from edge.db.store import read_enrolment
from edge.domain.fields import Request
from edge.domain.kept import Refused, Standing
from edge.usecases.day.give_manifest import give_late_manifests
from edge.usecases.kept.bring_home import bring_home
from edge.usecases.kept.offer import Known, known_epochs, standing_of
from sync.engine.journal import Moment, NotEnrolled
from sync.engine.signing import SALE_SIGNED, verify_bytes
from sync.protocol.change import FACT_BODY_BYTES_MAX, Epoch, Head, Kept, link
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
    """Of one envelope. ``held``: it was here before; ``later``: see Standing, or nobody knows yet
    whose it is."""

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
    keys, outcomes, brought = epoch_keys(db), [], []
    for raw in asked.kept:
        kept = _sound(raw, enrolment.store_id)
        signed = isinstance(kept, Refused) or _is_signed(kept, keys, known)
        if isinstance(kept, Refused) or signed is False:
            why = kept if isinstance(kept, Refused) else Refused.WRONG_SIGNATURE
            outcomes.append(GivenBack(Outcome.REFUSED, why.value))
            continue
        standing = standing_of(db, Head(kept.epoch, kept.envelope.seq, kept.hash), known)
        if standing is Standing.WANTED and signed is None:
            standing = Standing.LATER
        if standing is Standing.WANTED:
            bring_home(db, _recovered(kept, workstation_id), moment)
            brought.append(kept.envelope)
        outcomes.append(GivenBack(_SAID.get(standing, Outcome.TAKEN)))
    give_late_manifests(db, brought, moment)
    return KeptGivenBack(tuple(outcomes))


def all_later(asked: GiveBackKept) -> KeptGivenBack:
    """Where it is not known whose keys signed, and head office cannot be asked."""
    return KeptGivenBack((GivenBack(Outcome.LATER),) * len(asked.kept))


def _recovered(kept: Kept, workstation_id: WorkstationId) -> EventRecovered:
    where = (kept.epoch, kept.prev_hash, kept.envelope, kept.hash, kept.signature)
    return EventRecovered(SOURCE, workstation_id, *where)


def _sound(raw: bytes, store_id: StoreId) -> Kept | Refused:
    """What was kept, if a box of this store can have written it."""
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
    return kept


def _is_signed(kept: Kept, keys: Mapping[Epoch, bytes], known: Known) -> bool | None:
    """By the box that wrote in that epoch; None: nobody knows yet who that was."""
    genesis = known.genesis
    own = genesis.device_key if genesis is not None and kept.epoch in known.here else None
    key = own or keys.get(kept.epoch)
    if key is not None or not keys:
        return key is None or _signed_it(key, kept)
    of_number = (key for epoch, key in keys.items() if epoch.number == kept.epoch.number)
    return any(_signed_it(key, kept) for key in of_number) or None


def _signed_it(key: bytes, kept: Kept) -> bool:
    return verify_bytes(key, SALE_SIGNED, kept.hash, kept.signature)
