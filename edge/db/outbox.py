"""What a push reads of the store's file and remembers in it, one unit of work a call."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol, TypeVar

from edge.db import journal
from edge.db.damaged import read_damaged
from edge.db.epochs import HeldEpoch, mark_ratified, sending, untold, writing
from edge.db.showing import (
    keep_incarnation,
    known_incarnation,
    note_show_due,
    read_showing,
    tell_epochs_again,
)
from edge.domain.epoch import EpochState
from sync.engine.journal import Entry, JournalDamaged
from sync.engine.outbox import (
    BranchCause,
    Outbox,
    SendState,
    Showing,
    Stopped,
    Untold,
    customers_sealed_in,
)
from sync.protocol.batch import BatchLimits
from sync.protocol.change import Epoch, Head
from sync.protocol.identity import Incarnation
from sync.protocol.shared import PersonalKey

T = TypeVar("T")

_STOPPED = "SELECT stopped FROM push_state WHERE one = 1"
_KEY = "SELECT key FROM customer_key WHERE customer_id = ?"


class Run(Protocol):
    """Runs a function on the store's file: ``Writer.run``, ``Reader.read``."""

    def __call__(self, unit: Callable[[sqlite3.Connection], T], /) -> Awaitable[T]: ...


class Told(NamedTuple):
    """What people must know, recorded by use cases of the edge in the unit of work that remembers
    the rest: pushing has stopped; an epoch is sent again; the box goes on in another epoch."""

    stopped: Callable[[sqlite3.Connection, Stopped], None]
    sent_again: Callable[[sqlite3.Connection, Epoch, str], None]
    branched_off: Callable[[sqlite3.Connection, Epoch, BranchCause, str], None]


class SqliteJournal:
    """The journal of the store's file: what is only read never waits for the writer."""

    def __init__(self, read: Run, run: Run, told: Told) -> None:
        self._read = read
        self._run = run
        self._told = told

    async def state(self) -> SendState:
        """See JournalPort."""
        return await self._read(lambda db: _state(db, writing(db)))

    async def untold(self) -> Untold | None:
        """See JournalPort."""
        return await self._read(lambda db: _read_untold(db, writing(db)))

    async def outbox(self, limits: BatchLimits) -> Outbox:
        """See JournalPort."""
        return await self._read(lambda db: _read_outbox(db, limits))

    async def hash_at(self, epoch: Epoch, seq: int) -> bytes | None:
        """See JournalPort."""
        return await self._read(lambda db: journal.hash_at(db, seq, epoch))

    async def acknowledge(self, epoch: Epoch, through: int, head_hash: bytes) -> None:
        """See JournalPort."""
        await self._run(lambda db: journal.acknowledge(db, through, head_hash, epoch))

    async def ratified(self, epoch: Epoch) -> None:
        """See JournalPort."""
        await self._run(lambda db: mark_ratified(db, epoch))

    async def send_again(self, epoch: Epoch, through: int, head_hash: bytes, detail: str) -> None:
        """See JournalPort."""

        def unit(db: sqlite3.Connection) -> None:
            note_show_due(db, epoch)
            journal.send_again_from(db, through, head_hash, epoch)
            self._told.sent_again(db, epoch, detail)

        await self._run(unit)

    async def must_show(self, incarnation: Incarnation) -> bool:
        """See JournalPort."""
        known, lost = await self._read(known_incarnation)
        if known is None and lost is None:
            await self._run(lambda db: keep_incarnation(db, incarnation))
        return lost is not None or known not in (None, incarnation)

    async def showing(self) -> Showing:
        """See JournalPort."""
        return await self._read(read_showing)

    async def shown(self, incarnation: Incarnation) -> None:
        """See JournalPort."""

        def unit(db: sqlite3.Connection) -> None:
            keep_incarnation(db, incarnation)
            tell_epochs_again(db)

        await self._run(unit)

    async def branch_off(self, epoch: Epoch, cause: BranchCause, detail: str) -> None:
        """See JournalPort."""
        await self._run(lambda db: self._told.branched_off(db, epoch, cause, detail))

    async def stop(self, stopped: Stopped) -> None:
        """See JournalPort."""
        await self._run(lambda db: self._told.stopped(db, stopped))


def _state(db: sqlite3.Connection, held: HeldEpoch) -> SendState:
    row = db.execute(_STOPPED).fetchone()
    stopped = row is not None and row[0] is not None
    left = held.state is EpochState.LEFT
    head = _left_head(db, held) if left else held.head
    through = held.acknowledged_through
    return SendState(head, through, stopped, held.ended, held.pruned_through, left)


def _left_head(db: sqlite3.Connection, held: HeldEpoch) -> Head:
    """Where head office's part of a left epoch ends."""
    own_hash = journal.hash_at(db, held.goes_to, held.epoch)
    return held.head if own_hash is None else Head(held.epoch, held.goes_to, own_hash)


def _read_untold(db: sqlite3.Connection, before: HeldEpoch) -> Untold | None:
    held = untold(db, before.opened_no)
    return None if held is None else Untold(_state(db, held), held.genesis, held.signature)


def _read_outbox(db: sqlite3.Connection, limits: BatchLimits) -> Outbox:
    held = sending(db)
    state, after = _state(db, held), held.acknowledged_through
    sizes = (limits.events, limits.unfolded_bytes)
    try:
        entries = journal.read_range(db, after, *sizes, held.epoch)
    except JournalDamaged:
        entries = (_read_damaged(db, held),)
    entries = tuple(entry for entry in entries if entry.envelope.seq <= held.goes_to)
    prev_hash = entries[0].link.prev_hash if entries else journal.hash_at(db, after, held.epoch)
    if prev_hash is None:  # read_range has raised LookupError before
        raise LookupError(f"the journal holds no event {after}")
    lost = known_incarnation(db).lost is not None
    first = (_read_untold(db, held), lost)
    return Outbox(state, prev_hash, entries, _read_keys(db, entries), *first)


def _read_damaged(db: sqlite3.Connection, held: HeldEpoch) -> Entry:
    """Raises JournalDamaged where nothing can be said of it."""
    after = held.acknowledged_through
    previous = journal.hash_at(db, after, held.epoch)
    if previous is not None:
        found = read_damaged(db, held.store_id, held.head, previous, after + 1)
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
