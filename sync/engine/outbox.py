"""What a push reads of a journal and remembers in it, as a port: ``edge/db/outbox.py`` is a store's
file behind it.
"""

from enum import StrEnum
from typing import NamedTuple, Protocol

from sync.engine.journal import Entry
from sync.protocol.batch import BatchLimits
from sync.protocol.change import Envelope, Epoch, Head
from sync.protocol.codec import decode_fact
from sync.protocol.enrolment import AnswerShown
from sync.protocol.errors import Undecodable
from sync.protocol.facts import (
    BirthMonthTold,
    CustomerChanged,
    EventRecovered,
    InvoiceMadeOut,
)
from sync.protocol.identity import CustomerId, Incarnation
from sync.protocol.reference import Goodwill, Grant
from sync.protocol.shared import PersonalKey

_MAY_SEAL = frozenset(
    {fact.KIND.kind for fact in (CustomerChanged, BirthMonthTold, InvoiceMadeOut, EventRecovered)}
)


class BranchCause(StrEnum):
    """Why a box opens an epoch by itself (PROTOCOL.md, Provisional epochs); others may come."""

    REWOUND = "rewound"
    FORK = "fork"
    RESTORED = "restored"
    FENCED = "fenced"


class StopReason(StrEnum):
    """Why nothing more is pushed until a person looked; selling goes on."""

    BAD_ENVELOPE = "bad_envelope"
    JOURNAL_DAMAGED = "journal_damaged"
    STOPPED_BEFORE = "stopped_before"


class Stopped(NamedTuple):
    """Pushing has stopped; ``detail`` says why, for people."""

    reason: StopReason
    detail: str


class SendState(NamedTuple):
    """An epoch's end, its only send state, and whether pushing was stopped. ``ended``: the box was
    fenced from it, and what waits of it is its late tail. Events through ``pruned_through`` are not
    kept any more. ``left``: the box left it, and ``head`` is the last event that head office had
    then: what it lost of those goes again, and nothing that comes of it changes the box."""

    head: Head
    acknowledged_through: int
    stopped: bool
    ended: bool = False
    pruned_through: int = 0
    left: bool = False


class Untold(NamedTuple):
    """An epoch that this box opened itself and that head office does not know yet, by the record
    that the box signed."""

    state: SendState
    genesis: bytes
    signature: bytes


class Showing(NamedTuple):
    """What this box shows of itself to a head office that was put back to its past: see
    ``enrolment.Readmission``. ``state``: of the epoch that it writes in; ``acknowledged``: the last
    event that head office said it had, of that epoch or of one that it has lost since."""

    state: SendState
    acknowledged: Head
    genesis: bytes
    signature: bytes
    incarnation: Incarnation
    settings: bytes
    rights: tuple[Grant, ...] = ()
    answers: tuple[AnswerShown, ...] = ()
    goodwill: tuple[Goodwill, ...] = ()


class Outbox(NamedTuple):
    """What goes next, of the oldest epoch with something that waits: ``entries`` follow
    ``acknowledged_through``, whose hash is ``prev_hash``. ``keys``: of the personal fields that
    they name. ``untold``: what head office must be told first; ``lost``: that it has less than it
    had, before anything is sent again."""

    state: SendState
    prev_hash: bytes
    entries: tuple[Entry, ...]
    keys: tuple[PersonalKey, ...]
    untold: Untold | None = None
    lost: bool = False


class JournalPort(Protocol):
    """A journal as ``push_once`` and ``beat_once`` see it: epochs, and the box writes in one."""

    async def state(self) -> SendState:
        """Of the epoch that the box writes in: what is written, and what is acknowledged."""
        ...

    async def untold(self) -> Untold | None:
        """The oldest epoch that head office must be told of before it is asked in that one."""
        ...

    async def outbox(self, limits: BatchLimits) -> Outbox:
        """The next events within ``limits``, at least one if any waits."""
        ...

    async def hash_at(self, epoch: Epoch, seq: int) -> bytes | None:
        """Our hash at ``seq`` (0: genesis), None where we have no such event."""
        ...

    async def acknowledge(self, epoch: Epoch, through: int, head_hash: bytes) -> None:
        """Central holds everything through ``through``. Raises NotAcknowledgeable."""
        ...

    async def ratified(self, epoch: Epoch) -> None:
        """Central knows it."""
        ...

    async def send_again(self, epoch: Epoch, through: int, head_hash: bytes, detail: str) -> None:
        """Central holds only what came through ``through``: begin there again, and raise the alarm
        in the same unit of work. Raises NotAcknowledgeable."""
        ...

    async def must_show(self, incarnation: Incarnation) -> bool:
        """Whether head office, which says that this is its incarnation, was put back to its past
        and this box has not shown itself since. The first one is believed."""
        ...

    async def showing(self) -> Showing:
        """What there is to show."""
        ...

    async def shown(self, incarnation: Incarnation) -> None:
        """Head office of this incarnation has it all; epochs that this box opened itself are told
        again."""
        ...

    async def branch_off(self, epoch: Epoch, cause: BranchCause, detail: str) -> None:
        """The box must not go on in ``epoch``: it goes on in another one, and people are told in
        the same unit of work (PROTOCOL.md, Provisional epochs)."""
        ...

    async def stop(self, stopped: Stopped) -> None:
        """Remember that pushing has stopped, and raise the alarm in the same unit of work."""
        ...


def customers_sealed_in(envelopes: tuple[Envelope, ...]) -> tuple[CustomerId, ...]:
    """Customers whose sealed fields stand in these events, or in what they bring home, in order,
    each once."""
    found: dict[CustomerId, None] = {}
    for envelope in envelopes:
        if envelope.kind not in _MAY_SEAL:
            continue
        try:
            fact = decode_fact(envelope.kind, envelope.kind_version, envelope.body)
        except (Undecodable, KeyError):
            continue  # damaged, or of a newer version: it travels as it is, central judges
        if isinstance(fact, EventRecovered):
            found |= dict.fromkeys(customers_sealed_in((fact.envelope,)))
        if isinstance(fact, CustomerChanged) and any(change.sealed for change in fact.fields):
            found[fact.customer_id] = None
        if isinstance(fact, InvoiceMadeOut | BirthMonthTold):
            found[fact.customer_id] = None
    return tuple(found)
