"""An event as it is kept, and with the fact that its body is."""

from typing import NamedTuple, TypeAlias

from sync.protocol.change import Epoch
from sync.protocol.clock import Hlc
from sync.protocol.facts import AnyFact
from sync.protocol.identity import EventId, StoreId


class RawEvent(NamedTuple):
    """An event as it is kept, without what only the chain needs."""

    store_id: StoreId
    epoch: Epoch
    seq: int
    event_id: EventId
    kind: str
    kind_version: int
    occurred_at_ms: int
    body: bytes
    received_at_ms: int
    hlc: Hlc
    damaged: bool = False
    """It is not what was written."""


Place: TypeAlias = tuple[Epoch, int]
Rank: TypeAlias = tuple[int | bytes, ...]
"""Of two arrivals of one fact the one of the lower rank counts: the place that the event was
written at, and of what came home by a recovered event behind it its hash, whether a box had it in
its own journal (which says that all before it is here, too: ``claims``), and where it arrived."""
OWN_JOURNAL = "journal"
"""The source of what a box carried from an epoch that it left."""


class Recovered(NamedTuple):
    """How an event came home that another epoch wrote: the hash and the digest of its body there,
    from where, and where it arrived."""

    hash: bytes
    body_digest: bytes
    source: str
    workstation_id: str | None
    epoch: Epoch
    seq: int


class Event(NamedTuple):
    """A fact with its place, the one that it was written at: what a fold reads."""

    store_id: StoreId
    epoch: Epoch
    seq: int
    event_id: EventId
    occurred_at_ms: int
    received_at_ms: int
    fact: AnyFact
    hlc: Hlc = Hlc(0)
    recovered: Recovered | None = None

    @property
    def place(self) -> tuple[int, bytes, int]:
        """As a row's columns: epoch_number, epoch_fingerprint, seq."""
        return self.epoch.number, self.epoch.fingerprint, self.seq
