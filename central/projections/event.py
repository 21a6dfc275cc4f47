"""An event as it is kept, and with the fact that its body is."""

from typing import NamedTuple

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


class Event(NamedTuple):
    """A fact with its place: what a fold reads."""

    store_id: StoreId
    epoch: Epoch
    seq: int
    event_id: EventId
    occurred_at_ms: int
    received_at_ms: int
    fact: AnyFact
    hlc: Hlc = Hlc(0)

    @property
    def place(self) -> tuple[int, bytes, int]:
        """As a row's columns: epoch_number, epoch_fingerprint, seq."""
        return self.epoch.number, self.epoch.fingerprint, self.seq
