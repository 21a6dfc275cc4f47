"""What a push reads of the store's file and remembers in it, one unit of work a call."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from edge.db import journal
from edge.db.damaged import read_damaged
from edge.db.store import read_enrolment
from sync.engine.journal import Entry, JournalDamaged
from sync.engine.outbox import Outbox, SendState, Stopped, customers_sealed_in
from sync.protocol.batch import BatchLimits
from sync.protocol.change import Head
from sync.protocol.shared import PersonalKey

T = TypeVar("T")

_STOPPED = "SELECT stopped FROM push_state WHERE one = 1"
_KEY = "SELECT key FROM customer_key WHERE customer_id = ?"


class Run(Protocol):
    """Runs a function on the store's file: ``Writer.run``, ``Reader.read``."""

    def __call__(self, unit: Callable[[sqlite3.Connection], T], /) -> Awaitable[T]: ...


class SqliteJournal:
    """The journal of the store's file: what is only read never waits for the writer. ``on_stop``
    and ``on_send_again`` record what people must know (a use case of the edge), in the unit of work
    that remembers the rest."""

    def __init__(
        self,
        read: Run,
        run: Run,
        on_stop: Callable[[sqlite3.Connection, Stopped], None],
        on_send_again: Callable[[sqlite3.Connection, str], None],
    ) -> None:
        self._read = read
        self._run = run
        self._on_stop = on_stop
        self._on_send_again = on_send_again

    async def state(self) -> SendState:
        """See JournalPort."""
        return await self._read(_read_state)

    async def outbox(self, limits: BatchLimits) -> Outbox:
        """See JournalPort."""
        return await self._read(lambda db: _read_outbox(db, limits))

    async def hash_at(self, seq: int) -> bytes | None:
        """See JournalPort."""
        return await self._read(lambda db: journal.hash_at(db, seq))

    async def acknowledge(self, through: int, head_hash: bytes) -> None:
        """See JournalPort."""
        await self._run(lambda db: journal.acknowledge(db, through, head_hash))

    async def send_again(self, through: int, head_hash: bytes, detail: str) -> None:
        """See JournalPort."""

        def unit(db: sqlite3.Connection) -> None:
            journal.send_again_from(db, through, head_hash)
            self._on_send_again(db, detail)

        await self._run(unit)

    async def stop(self, stopped: Stopped) -> None:
        """See JournalPort."""
        await self._run(lambda db: self._on_stop(db, stopped))


def _read_state(db: sqlite3.Connection) -> SendState:
    row = db.execute(_STOPPED).fetchone()
    stopped = row is not None and row[0] is not None
    return SendState(journal.read_head(db), journal.acknowledged(db), stopped)


def _read_outbox(db: sqlite3.Connection, limits: BatchLimits) -> Outbox:
    state = _read_state(db)
    after = state.acknowledged_through
    try:
        entries = journal.read_range(db, after, limits.events, limits.unfolded_bytes)
    except JournalDamaged:
        entries = (_read_damaged(db, state.head, after),)
    prev_hash = entries[0].link.prev_hash if entries else journal.hash_at(db, after)
    if prev_hash is None:  # read_range has raised LookupError before
        raise LookupError(f"the journal holds no event {after}")
    return Outbox(state, prev_hash, entries, _read_keys(db, entries))


def _read_damaged(db: sqlite3.Connection, head: Head, after: int) -> Entry:
    """Raises JournalDamaged where nothing can be said of it."""
    enrolment, previous = read_enrolment(db), journal.hash_at(db, after)
    if enrolment is not None and previous is not None:
        found = read_damaged(db, enrolment.store_id, head, previous, after + 1)
        if found is not None:
            return found
    raise JournalDamaged(f"event {after + 1} of this box's journal is missing, or its hash is")


def _read_keys(db: sqlite3.Connection, entries: tuple[Entry, ...]) -> tuple[PersonalKey, ...]:
    keys = []
    for customer_id in customers_sealed_in(tuple(entry.envelope for entry in entries)):
        row = db.execute(_KEY, (customer_id.bytes,)).fetchone()
        if row is not None:  # erased meanwhile: the fields stay closed, the event travels
            keys.append(PersonalKey(customer_id, row[0]))
    return tuple(keys)
