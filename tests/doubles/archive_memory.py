"""The archive in memory, for the simulation and as the contract suite's second witness.

One unit of work at a time; each change leaves its undo, a savepoint is a mark in that list.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from central.archive.port import (
    Alarm,
    Arrived,
    Claim,
    Occupied,
    Standing,
    StreamKey,
    moved,
)
from central.domain.epoch import EpochEvent, EpochState
from central.domain.hole import Holes
from central.projections.event import RawEvent
from central.projections.row_changes import RowChanges
from central.projections.rows import TABLES
from central.projections.taking_back import NOTHING_GONE
from central.projections.telling import Due, due_of
from sync.protocol.change import Envelope, Epoch, Genesis, genesis_hash
from sync.protocol.codec import decode
from sync.protocol.identity import CompanyId, CustomerId, StoreId
from sync.protocol.shared import CustomerRecord, PersonalKey
from tests.doubles.archive_memory_applying import Applying

Key: TypeAlias = tuple[Any, ...]
PublishInMemory: TypeAlias = Callable[[CompanyId, tuple[CustomerRecord, ...]], None]


class MemoryArchive:
    """``tables``: rows of each projection by their primary key. ``publish_customers`` receives the
    records of customers that a store changed."""

    def __init__(self, publish_customers: PublishInMemory | None = None) -> None:
        self.tables: dict[str, dict[Key, Any]] = {name: {} for name in TABLES}
        self.raw: dict[StreamKey, dict[int, tuple[RawEvent, bytes]]] = {}
        self.envelopes: dict[Key, Envelope] = {}
        self.standings: dict[StreamKey, Standing] = {}
        self.keys: dict[Key, bytes] = {}
        self.alarms: dict[Key, Alarm] = {}
        self.claims: dict[Key, Claim] = {}
        self.due: dict[Due, Due] = {}
        """Of what stores are to be told (``telling_due``)."""
        self.publish_customers = publish_customers
        self._one_at_a_time = asyncio.Lock()

    def open_stream(self, key: StreamKey, signed: bytes, parent: Epoch | None = None) -> None:
        """An enrolment's, which seals the current one; or after ``parent``, sealing nothing."""
        genesis, state = decode(Genesis, signed), EpochState.CURRENT
        if parent and self.standings[StreamKey(key.store_id, parent)].state is not state:
            state = EpochState.SIDE
        for other, standing in self.standings.items():
            if other.store_id == key.store_id and parent in (None, other.epoch):
                event = EpochEvent.LEFT if parent else EpochEvent.REPLACED
                self.standings[other] = moved(standing, event, other.epoch)
        self.raw[key] = {}
        self.standings[key] = Standing(
            company_id=genesis.company_id,
            device_id=genesis.device_id,
            genesis=signed,
            watermark=0,
            head_hash=genesis_hash(signed),
            alarm=None,
            sender_seq=0,
            last_contact_ms=None,
            health=None,
            applied_through=0,
            ended_seq=None,
            sealed_through=None,
            state=state,
        )

    @asynccontextmanager
    async def unit(self) -> AsyncIterator["MemoryUnit"]:
        """See Archive."""
        async with self._one_at_a_time:
            unit = MemoryUnit(self)
            try:
                yield unit
            except BaseException:
                unit.roll_back(0)
                raise

    async def streams(self, store_id: StoreId | None = None) -> tuple[StreamKey, ...]:
        """See Archive."""
        found = (key for key in self.standings if store_id in (None, key.store_id))
        return tuple(sorted(found, key=_stream_order))

    async def behind(self) -> tuple[StreamKey, ...]:
        """See Archive."""
        return tuple(
            key
            for key in await self.streams()
            if self.standings[key].applied_through < self.standings[key].watermark
        )


class MemoryUnit(Applying):
    """See ArchiveUnit; here is its stage 1."""

    async def write(
        self, changes: RowChanges, gone: RowChanges = NOTHING_GONE
    ) -> frozenset[CustomerId]:
        """See ArchiveUnit: what stores are told of is marked with it."""
        changed = await super().write(changes, gone)
        for due in due_of(changes, gone):
            self.set(self._archive.due, due, due)
        return changed

    async def lock_stream(self, key: StreamKey) -> Standing | None:
        """See ArchiveUnit."""
        return self._archive.standings.get(key)

    async def hashes(self, key: StreamKey, first: int, last: int) -> dict[int, bytes]:
        """See ArchiveUnit."""
        held = self._archive.raw[key]
        return {seq: held[seq][1] for seq in range(first, last + 1) if seq in held}

    async def append(self, key: StreamKey, events: Sequence[Arrived]) -> None:
        """See ArchiveUnit."""
        for one in events:
            sent = one.envelope
            if sent.seq in self._archive.raw[key]:
                raise Occupied(str(sent.seq))
            what = (
                sent.kind,
                sent.kind_version,
                sent.occurred_at_ms,
                sent.body,
                one.received_at_ms,
                sent.hlc,
                one.damaged,
            )
            raw = RawEvent(key.store_id, key.epoch, sent.seq, sent.event_id, *what)
            self.set(self._archive.raw[key], sent.seq, (raw, one.link.hash))
            self.set(self._archive.envelopes, (key, sent.seq), sent)

    async def keep_keys(self, company_id: CompanyId, keys: Iterable[PersonalKey]) -> None:
        """See ArchiveUnit."""
        for key in keys:
            whose = (company_id, key.customer_id)
            if whose not in (*self._archive.keys, *self.tables["customer_erasure"]):
                self.set(self._archive.keys, whose, key.key)

    async def save_stream(self, key: StreamKey, standing: Standing) -> None:
        """See ArchiveUnit."""
        self.set(self._archive.standings, key, standing)

    async def save_holes(self, key: StreamKey, holes: Holes) -> None:
        """See ArchiveUnit."""
        standing = self._archive.standings[key]
        self.set(self._archive.standings, key, standing._replace(holes=holes))

    async def envelope(self, key: StreamKey, seq: int) -> Envelope | None:
        """See ArchiveUnit."""
        return self._archive.envelopes.get((key, seq))

    async def keep_claim(self, store_id: StoreId, claim: Claim) -> None:
        """See ArchiveUnit."""
        key = (store_id, claim.head.epoch, claim.head.seq, claim.head.hash)
        if key not in self._archive.claims:
            self.set(self._archive.claims, key, claim)

    async def settle_claims(self, key: StreamKey) -> int | None:
        """See ArchiveUnit."""
        held = self._archive.raw[key]
        others = []
        for place in list(self._archive.claims):
            store_id, epoch, seq, hash_ = place
            if (store_id, epoch) == key and seq in held:
                if held[seq][1] == hash_:
                    self.set(self._archive.claims, place, None)
                else:
                    others.append(seq)
        return min(others, default=None)

    async def raise_alarm(self, store_id: StoreId, alarm: Alarm) -> bool:
        """See ArchiveUnit."""
        key = (store_id, alarm.alarm_id)
        is_new = key not in self._archive.alarms
        if is_new:
            self.set(self._archive.alarms, key, alarm)
        return is_new


def _stream_order(key: StreamKey) -> tuple[StoreId, int, bytes]:
    return key.store_id, key.epoch.number, key.epoch.fingerprint
