"""An event that another epoch wrote and that comes home in this one: its box is burnt, was put back
to its past, or went another way (protocol.md, Epochs)."""

from typing import Annotated
from uuid import uuid5

import msgspec

from sync.protocol.change import Envelope, Epoch, Hash, Kind
from sync.protocol.errors import Unbalanced
from sync.protocol.facts.base import Fact, KindVersion
from sync.protocol.identity import EventId, WorkstationId

SIGNATURE_BYTES = 64
Signature = Annotated[bytes, msgspec.Meta(min_length=SIGNATURE_BYTES, max_length=SIGNATURE_BYTES)]


class EventRecovered(Fact, frozen=True, array_like=True):
    """Wraps an envelope unchanged: what happened, when, in which order and at which till is said
    inside. ``epoch``, ``prev_hash`` and ``hash`` are its place in the chain that it was written in,
    ``signature`` the writing device's over ``hash`` (tag SALE_SIGNED).

    ``source``: from where it came, an open word (``workstation``, which ``workstation_id`` names,
    or ``journal``).
    """

    KIND = KindVersion("event_recovered", 1)
    OWN_ID = None

    source: Kind
    workstation_id: WorkstationId | None
    epoch: Epoch
    prev_hash: Hash
    envelope: Envelope
    hash: Hash
    signature: Signature

    def __post_init__(self) -> None:
        if self.envelope.kind == self.KIND.kind:
            raise Unbalanced("a recovered event wraps no recovered one")

    def event_id_in(self, epoch: Epoch) -> EventId:
        """Under what it stands in the journal of ``epoch``, whoever gives it back how often."""
        return EventId(uuid5(self.envelope.event_id, f"{self.hash.hex()} in {epoch}"))
