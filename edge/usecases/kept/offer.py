"""Offer what a till kept: which of it is wanted here, and what head office has already.

A look that writes nothing. Wanted is what no journal of this folder holds, wrapped or not, unless
head office had it when it sealed the epoch before: this very event, which it says of each that a
till kept; and what head office itself seeks, because what it has of it is damaged, or is lost and
kept by no box any more.
"""

import sqlite3
from typing import Annotated

import msgspec

from edge.db.lineage import is_held_there
from edge.db.recovered import EpochHere, came_home, epochs_here, find_event
from edge.db.sought import is_sought
from edge.db.store import read_enrolment
from edge.domain.fields import Request
from edge.domain.kept import Standing
from sync.protocol.bounds import INTEGER_MAX
from sync.protocol.change import Epoch, Genesis, Head
from sync.protocol.codec import decode
from sync.protocol.typed import not_typed

OFFERS_MAX = 500
_DERIVED = not_typed("a page repeats what a box derived")


class KeptEvent(Request, frozen=True):
    """An event's place as a sale's answer told it (``head``)."""

    epoch: Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,8}-[0-9a-f]{8}$(?!\n)"), _DERIVED]
    seq: Annotated[int, msgspec.Meta(ge=1, le=INTEGER_MAX)]
    hash: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)"), _DERIVED]

    @property
    def head(self) -> Head:
        """The place as the journal knows it."""
        number, _, fingerprint = self.epoch.partition("-")
        epoch = Epoch(int(number), bytes.fromhex(fingerprint))
        return Head(epoch, self.seq, bytes.fromhex(self.hash))


class OfferKept(Request, frozen=True):
    """At most 500 at a time."""

    kept: Annotated[tuple[KeptEvent, ...], msgspec.Meta(max_length=OFFERS_MAX)]


class OfferedKept(msgspec.Struct, frozen=True):
    """How it stands with each, in the order of the offer."""

    standings: tuple[Standing, ...]


class Known(msgspec.Struct, frozen=True):
    """What this box knows of epochs: those that it holds events of, and the record of its own."""

    here: dict[Epoch, EpochHere]
    genesis: Genesis | None


def offer_kept(db: sqlite3.Connection, offer: OfferKept) -> OfferedKept:
    """How it stands with each of what was offered."""
    known = known_epochs(db)
    return OfferedKept(tuple(standing_of(db, event.head, known) for event in offer.kept))


def unproven(db: sqlite3.Connection, offer: OfferKept) -> tuple[Head, ...]:
    """Those of which head office is to be asked: it had events at their places."""
    known = known_epochs(db)
    heads = (event.head for event in offer.kept)
    return tuple(
        head for head in heads if _is_sealed(head, known) and _there(db, head, known) is None
    )


def known_epochs(db: sqlite3.Connection) -> Known:
    """What an event's standing follows from, beside its own place."""
    enrolment = read_enrolment(db)
    return Known(epochs_here(db), None if enrolment is None else decode(Genesis, enrolment.genesis))


def standing_of(db: sqlite3.Connection, event: Head, known: Known) -> Standing:
    """How it stands with one event."""
    home = came_home(db, event)
    if home is not None:
        return Standing.ACKNOWLEDGED if home else Standing.HELD
    standing = _in_journals(db, event, known)
    if standing is not Standing.HELD and is_sought(db, event):
        return Standing.WANTED
    return standing


def _in_journals(db: sqlite3.Connection, event: Head, known: Known) -> Standing:
    """By what was written here, and by what head office had of the box before this one."""
    here = known.here.get(event.epoch)
    if here is not None:
        return _in_epoch(db, event, here)
    if not _is_sealed(event, known):
        return Standing.WANTED
    held = _there(db, event, known)
    if held is None:
        return Standing.LATER
    return Standing.ACKNOWLEDGED if held else Standing.WANTED


def _is_sealed(event: Head, known: Known) -> bool:
    """It stands where head office had an event of the box before this one."""
    genesis = known.genesis
    if genesis is None or event.epoch in known.here:
        return False
    return event.epoch == genesis.parent and event.seq <= genesis.parent_watermark


def _there(db: sqlite3.Connection, event: Head, known: Known) -> bool | None:
    """Whether it is this very one; None: that is not known. The last one's hash stands in this
    box's own record."""
    genesis = known.genesis
    if genesis is not None and event.seq == genesis.parent_watermark:
        return event.hash == genesis.parent_hash
    return is_held_there(db, event)


def _in_epoch(db: sqlite3.Connection, event: Head, here: EpochHere) -> Standing:
    """Of an epoch that this folder wrote. What is pruned was acknowledged; what was damaged
    since is held by nobody but the till. What a copy of this box gave in the place of an event that
    head office took from here is wanted at once: no other epoch begins for it."""
    found = find_event(db, event.epoch, here, event.seq)
    if found is not None and found.hash != event.hash:
        may_leave = here.current and event.seq > here.acknowledged_through
        return Standing.LATER if may_leave else Standing.WANTED
    if event.seq <= here.acknowledged_through:
        return Standing.ACKNOWLEDGED
    if found is not None and found.whole:
        return Standing.HELD
    return Standing.LATER if here.current and event.seq > here.seq else Standing.WANTED
