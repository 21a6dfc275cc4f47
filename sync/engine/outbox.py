"""What a push reads of a journal and remembers in it, as a port with two implementations.

SqliteJournal stands on journal.py, one unit of work per call; MemoryJournal has the same behaviour
without a database. Both pass tests/contract/test_journal.py.
"""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from sync.engine import journal
from sync.engine.journal import Entry, Moment, NotAcknowledgeable
from sync.protocol.batch import BatchLimits, plan_batch
from sync.protocol.change import Envelope, Epoch, Head
from sync.protocol.clock import Hlc
from sync.protocol.codec import decode_fact
from sync.protocol.errors import Undecodable
from sync.protocol.facts import AnyFact, CustomerChanged
from sync.protocol.identity import CustomerId, EventId, StoreId
from sync.protocol.shared import PersonalKey

if TYPE_CHECKING:  # edge decides which SQLite stands behind the name
    from sqlite3 import Connection

T = TypeVar("T")

_STOPPED = "SELECT stopped FROM push_state WHERE one = 1"
_CUSTOMER_CHANGED = "customer_changed"
_KEY = "SELECT key FROM customer_key WHERE customer_id = ?"


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


class Run(Protocol):
    """Runs a unit of work whole: ``edge.db.connection.writer.Writer.run``."""

    def __call__(self, unit: "Callable[[Connection], T]", /) -> Awaitable[T]: ...


class SqliteJournal:
    """The journal of the store's file. ``on_stop`` and ``on_send_again`` record what people must
    know (a use case of the edge), in the unit of work that remembers the rest."""

    def __init__(
        self,
        run: Run,
        on_stop: "Callable[[Connection, Stopped], None]",
        on_send_again: "Callable[[Connection, str], None]",
    ) -> None:
        self._run = run
        self._on_stop = on_stop
        self._on_send_again = on_send_again

    async def state(self) -> SendState:
        """See JournalPort."""
        return await self._run(_read_state)

    async def outbox(self, limits: BatchLimits) -> Outbox:
        """See JournalPort."""
        return await self._run(lambda db: _read_outbox(db, limits))

    async def hash_at(self, seq: int) -> bytes | None:
        """See JournalPort."""
        return await self._run(lambda db: journal.hash_at(db, seq))

    async def acknowledge(self, through: int, head_hash: bytes) -> None:
        """See JournalPort."""
        await self._run(lambda db: journal.acknowledge(db, through, head_hash))

    async def send_again(self, through: int, head_hash: bytes, detail: str) -> None:
        """See JournalPort."""

        def unit(db: "Connection") -> None:
            journal.send_again_from(db, through, head_hash)
            self._on_send_again(db, detail)

        await self._run(unit)

    async def stop(self, stopped: Stopped) -> None:
        """See JournalPort."""
        await self._run(lambda db: self._on_stop(db, stopped))


def _read_state(db: "Connection") -> SendState:
    row = db.execute(_STOPPED).fetchone()
    stopped = row is not None and row[0] is not None
    return SendState(journal.read_head(db), journal.acknowledged(db), stopped)


def _read_outbox(db: "Connection", limits: BatchLimits) -> Outbox:
    state = _read_state(db)
    after = state.acknowledged_through
    entries = journal.read_range(db, after, limits.events, limits.unfolded_bytes)
    prev_hash = entries[0].link.prev_hash if entries else journal.hash_at(db, after)
    if prev_hash is None:  # read_range has raised LookupError before
        raise LookupError(f"the journal holds no event {after}")
    return Outbox(state, prev_hash, entries, _read_keys(db, entries))


def _read_keys(db: "Connection", entries: tuple[Entry, ...]) -> tuple[PersonalKey, ...]:
    keys = []
    for customer_id in customers_sealed_in(tuple(entry.envelope for entry in entries)):
        row = db.execute(_KEY, (customer_id.bytes,)).fetchone()
        if row is not None:  # erased meanwhile: the fields stay closed, the event travels
            keys.append(PersonalKey(customer_id, row[0]))
    return tuple(keys)


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


class MemoryJournal:
    """A journal without a file. ``keys`` is what the customers' key table would hold; ``stops`` and
    ``alarms`` keep what was told."""

    def __init__(
        self,
        store_id: StoreId,
        epoch: Epoch,
        genesis_hash: bytes,
        keys: Mapping[CustomerId, bytes] | None = None,
    ) -> None:
        self.stops: list[Stopped] = []
        self.alarms: list[str] = []
        self._store_id = store_id
        self._epoch = epoch
        self._hashes = [genesis_hash]
        self._entries: list[Entry] = []
        self._acknowledged = 0
        self._keys = keys if keys is not None else {}

    def append(self, fact: AnyFact, event_id: EventId, moment: Moment) -> Entry:
        """See ``journal.append``."""
        last = self._entries[-1].envelope.hlc if self._entries else Hlc(0)
        entry = journal.next_entry(self._store_id, self._head(), last, fact, event_id, moment)
        self._entries.append(entry)
        self._hashes.append(entry.link.hash)
        return entry

    def _head(self) -> Head:
        return Head(self._epoch, len(self._entries), self._hashes[-1])

    async def state(self) -> SendState:
        """See JournalPort."""
        return SendState(self._head(), self._acknowledged, bool(self.stops))

    async def outbox(self, limits: BatchLimits) -> Outbox:
        """See JournalPort."""
        after = self._acknowledged
        waiting = self._entries[after : after + limits.events]
        count = plan_batch([len(entry.envelope.body) for entry in waiting], limits)
        entries = tuple(waiting[:count])
        keys = tuple(
            PersonalKey(customer_id, self._keys[customer_id])
            for customer_id in customers_sealed_in(tuple(entry.envelope for entry in entries))
            if customer_id in self._keys
        )
        return Outbox(await self.state(), self._hashes[after], entries, keys)

    async def hash_at(self, seq: int) -> bytes | None:
        """See JournalPort."""
        return self._hashes[seq] if 0 <= seq < len(self._hashes) else None

    async def acknowledge(self, through: int, head_hash: bytes) -> None:
        """See JournalPort."""
        if through < self._acknowledged:
            raise NotAcknowledgeable(f"{through} is below what is acknowledged already")
        await self._remember(through, head_hash)

    async def send_again(self, through: int, head_hash: bytes, detail: str) -> None:
        """See JournalPort."""
        if through > self._acknowledged:
            raise NotAcknowledgeable(f"{through} is beyond what is acknowledged")
        await self._remember(through, head_hash)
        self.alarms.append(detail)

    async def _remember(self, through: int, head_hash: bytes) -> None:
        if await self.hash_at(through) != head_hash:
            raise NotAcknowledgeable(f"central's hash at {through} is not ours")
        self._acknowledged = through

    async def stop(self, stopped: Stopped) -> None:
        """See JournalPort."""
        self.stops.append(stopped)
