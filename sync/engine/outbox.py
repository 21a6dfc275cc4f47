"""What a push reads of a journal and remembers in it, as a port: ``edge/db/outbox.py`` is a store's
file behind it.
"""

from enum import StrEnum
from typing import NamedTuple, Protocol

from sync.engine.journal import Entry
from sync.protocol.batch import BatchLimits
from sync.protocol.change import Envelope, Head
from sync.protocol.codec import decode_fact
from sync.protocol.errors import Undecodable
from sync.protocol.facts import CustomerChanged
from sync.protocol.identity import CustomerId
from sync.protocol.shared import PersonalKey

_CUSTOMER_CHANGED = "customer_changed"


class StopReason(StrEnum):
    """Why nothing more is pushed until a person looked; selling goes on."""

    FORK = "fork"
    REWOUND = "rewound"
    FENCED = "fenced"
    BAD_ENVELOPE = "bad_envelope"
    PRUNED = "pruned"
    JOURNAL_DAMAGED = "journal_damaged"
    STOPPED_BEFORE = "stopped_before"


class Stopped(NamedTuple):
    """Pushing has stopped; ``detail`` says why, for people."""

    reason: StopReason
    detail: str


class SendState(NamedTuple):
    """The chain's end, the only send state, and whether pushing was stopped."""

    head: Head
    acknowledged_through: int
    stopped: bool


class Outbox(NamedTuple):
    """What goes next: ``entries`` follow ``acknowledged_through``, whose hash is ``prev_hash``.
    ``keys``: of the personal fields that they name."""

    state: SendState
    prev_hash: bytes
    entries: tuple[Entry, ...]
    keys: tuple[PersonalKey, ...]


class JournalPort(Protocol):
    """A journal as ``push_once`` and ``beat_once`` see it."""

    async def state(self) -> SendState:
        """What is written, and what is acknowledged."""
        ...

    async def outbox(self, limits: BatchLimits) -> Outbox:
        """The next events within ``limits``, at least one if any waits."""
        ...

    async def hash_at(self, seq: int) -> bytes | None:
        """Our hash at ``seq`` (0: genesis), None where we have no such event."""
        ...

    async def acknowledge(self, through: int, head_hash: bytes) -> None:
        """Central holds everything through ``through``. Raises NotAcknowledgeable."""
        ...

    async def send_again(self, through: int, head_hash: bytes, detail: str) -> None:
        """Central holds only what came through ``through``: begin there again, and raise the alarm
        in the same unit of work. Raises NotAcknowledgeable."""
        ...

    async def stop(self, stopped: Stopped) -> None:
        """Remember that pushing has stopped, and raise the alarm in the same unit of work."""
        ...


def customers_sealed_in(envelopes: tuple[Envelope, ...]) -> tuple[CustomerId, ...]:
    """Customers whose sealed fields stand in these events, in order, each once."""
    found: dict[CustomerId, None] = {}
    for envelope in envelopes:
        if envelope.kind != _CUSTOMER_CHANGED:
            continue
        try:
            fact = decode_fact(envelope.kind, envelope.kind_version, envelope.body)
        except (Undecodable, KeyError):
            continue  # damaged, or of a newer version: it travels as it is, central judges
        if isinstance(fact, CustomerChanged) and any(change.sealed for change in fact.fields):
            found[fact.customer_id] = None
    return tuple(found)
