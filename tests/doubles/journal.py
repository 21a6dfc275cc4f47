"""A journal without a file, behind the same port and the same contract suite as the store's."""

from collections.abc import Mapping
from uuid import UUID

from sync.engine.journal import Entry, Moment, NotAcknowledgeable, next_entry
from sync.engine.outbox import (
    BranchCause,
    Outbox,
    SendState,
    Showing,
    Stopped,
    Untold,
    customers_sealed_in,
)
from sync.protocol.batch import BatchLimits, plan_batch
from sync.protocol.change import Epoch, Head
from sync.protocol.clock import Hlc
from sync.protocol.facts import AnyFact
from sync.protocol.identity import CustomerId, EventId, Incarnation, StoreId
from sync.protocol.shared import PersonalKey


class MemoryJournal:
    """A journal without a file. ``keys`` is what the customers' key table would hold; ``stops``,
    ``alarms`` and ``branches`` keep what was told. It has one epoch, also after it was left."""

    def __init__(
        self,
        store_id: StoreId,
        epoch: Epoch,
        genesis_hash: bytes,
        keys: Mapping[CustomerId, bytes] | None = None,
    ) -> None:
        self.stops: list[Stopped] = []
        self.alarms: list[str] = []
        self.branches: list[tuple[Epoch, BranchCause, str]] = []
        self._store_id = store_id
        self._epoch = epoch
        self._hashes = [genesis_hash]
        self._entries: list[Entry] = []
        self._acknowledged = 0
        self._incarnation: Incarnation | None = None
        self._keys = keys if keys is not None else {}

    def append(self, fact: AnyFact, event_id: EventId, moment: Moment) -> Entry:
        """See ``journal.append``."""
        last = self._entries[-1].envelope.hlc if self._entries else Hlc(0)
        entry = next_entry(self._store_id, self._head(), last, fact, event_id, moment)
        self._entries.append(entry)
        self._hashes.append(entry.link.hash)
        return entry

    def _head(self) -> Head:
        return Head(self._epoch, len(self._entries), self._hashes[-1])

    async def state(self) -> SendState:
        """See JournalPort."""
        return SendState(self._head(), self._acknowledged, bool(self.stops))

    async def untold(self) -> Untold | None:
        """See JournalPort."""
        return None

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

    async def hash_at(self, epoch: Epoch, seq: int) -> bytes | None:
        """See JournalPort."""
        assert epoch == self._epoch
        return self._hashes[seq] if 0 <= seq < len(self._hashes) else None

    async def acknowledge(self, epoch: Epoch, through: int, head_hash: bytes) -> None:
        """See JournalPort."""
        if through < self._acknowledged:
            raise NotAcknowledgeable(f"{through} is below what is acknowledged already")
        await self._remember(epoch, through, head_hash)

    async def ratified(self, epoch: Epoch) -> None:
        """See JournalPort."""
        raise AssertionError(epoch)

    async def must_show(self, incarnation: Incarnation) -> bool:
        """See JournalPort."""
        self._incarnation = self._incarnation or incarnation
        return incarnation != self._incarnation

    async def showing(self) -> Showing:
        """See JournalPort."""
        known = self._incarnation or Incarnation(UUID(int=0))
        state = await self.state()
        told = Head(self._epoch, self._acknowledged, self._hashes[self._acknowledged])
        return Showing(state, told, b"genesis", bytes(64), known, b"")

    async def shown(self, incarnation: Incarnation) -> None:
        """See JournalPort."""
        self._incarnation = incarnation

    async def branch_off(self, epoch: Epoch, cause: BranchCause, detail: str) -> None:
        """See JournalPort."""
        self.branches.append((epoch, cause, detail))

    async def send_again(self, epoch: Epoch, through: int, head_hash: bytes, detail: str) -> None:
        """See JournalPort."""
        if through > self._acknowledged:
            raise NotAcknowledgeable(f"{through} is beyond what is acknowledged")
        await self._remember(epoch, through, head_hash)
        self.alarms.append(detail)

    async def _remember(self, epoch: Epoch, through: int, head_hash: bytes) -> None:
        if await self.hash_at(epoch, through) != head_hash:
            raise NotAcknowledgeable(f"central's hash at {through} is not ours")
        self._acknowledged = through

    async def stop(self, stopped: Stopped) -> None:
        """See JournalPort."""
        self.stops.append(stopped)
