"""The archive in memory, for the simulation and as the contract suite's second witness.

One unit of work at a time; each change leaves its undo, a savepoint is a mark in that list.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from central.archive.port import (
    BYTES_APPLIED_MAX,
    Alarm,
    Arrived,
    Claim,
    MadeOf,
    Occupied,
    Standing,
    StreamKey,
    moved,
)
from central.domain.epoch import EpochEvent, EpochState
from central.projections.arrival import Geneses
from central.projections.event import Place, RawEvent, Recovered
from central.projections.fact_id import SALE_KIND, FactId
from central.projections.line_up import (
    BLOCKING,
    SAME_ID,
    Aside,
    AsideState,
    Counted,
    Held,
    HeldError,
    Wanted,
    recovered_rank,
)
from central.projections.rows import OF_COMPANIES, TABLES
from central.projections.rows.customer import CustomerField
from central.projections.taking_back import Anew, kinds_of
from sync.protocol import conflict
from sync.protocol.aggregate import Root
from sync.protocol.change import Envelope, Epoch, Genesis, genesis_hash
from sync.protocol.codec import decode
from sync.protocol.identity import CompanyId, CustomerId, StoreId
from sync.protocol.shared import CustomerRecord, PersonalKey
from tests.doubles.archive_memory_rows import Writing, change_of

Key: TypeAlias = tuple[Any, ...]
PublishInMemory: TypeAlias = Callable[[CompanyId, tuple[CustomerRecord, ...]], None]


class QuarantineRow(NamedTuple):
    """Table ``quarantine``."""

    store_id: UUID
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int
    state: str
    root_kind: str | None
    root_id: UUID | None
    error: str
    applier_version: int


class MemoryArchive:
    """``tables``: rows of each projection by their primary key. ``publish_customers`` receives the
    records of customers that a store changed."""

    def __init__(self, publish_customers: PublishInMemory | None = None) -> None:
        self.tables: dict[str, dict[Key, Any]] = {name: {} for name in TABLES}
        self.raw: dict[StreamKey, dict[int, tuple[RawEvent, bytes]]] = {}
        self.standings: dict[StreamKey, Standing] = {}
        self.keys: dict[Key, bytes] = {}
        self.alarms: dict[Key, Alarm] = {}
        self.claims: dict[Key, Claim] = {}
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


class MemoryUnit(Writing):
    """See ArchiveUnit."""

    def __init__(self, archive: MemoryArchive) -> None:
        super().__init__(archive.tables)
        self._archive = archive

    # --- stage 1

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

    async def keep_keys(self, company_id: CompanyId, keys: Iterable[PersonalKey]) -> None:
        """See ArchiveUnit."""
        for key in keys:
            if (company_id, key.customer_id) not in self._archive.keys:
                self.set(self._archive.keys, (company_id, key.customer_id), key.key)

    async def save_stream(self, key: StreamKey, standing: Standing) -> None:
        """See ArchiveUnit."""
        self.set(self._archive.standings, key, standing)

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

    # --- stage 2

    async def try_store(self, key: StreamKey) -> bool:
        """See ArchiveUnit."""
        return True  # one unit of work at a time

    async def begin_applying(self, key: StreamKey) -> Standing | None:
        """See ArchiveUnit."""
        return self._archive.standings.get(key)

    async def events_after(self, key: StreamKey, seq: int, limit: int) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        taken: list[RawEvent] = []
        size = 0
        held = self._archive.raw[key]
        for next_seq in range(seq + 1, min(seq + limit, len(held)) + 1):
            if size >= BYTES_APPLIED_MAX:
                break
            taken.append(held[next_seq][0])
            size += len(held[next_seq][0].body)
        return tuple(taken)

    async def waiting_for(
        self, store_id: StoreId, root_ids: Collection[UUID], after: Place | None, limit: int
    ) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        rows = self._quarantined(store_id, after)
        waiting = [
            row
            for row in rows
            if (row.state == AsideState.WAITING or row.root_kind == SAME_ID)
            and row.root_id in root_ids
        ]
        return self._raw_of(waiting[:limit])

    async def lost_under(self, store_id: StoreId, id_: UUID, limit: int) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        root = (SAME_ID, id_)
        rows = [row for row in self._quarantined(store_id) if (row.root_kind, row.root_id) == root]
        return self._raw_of(rows[:limit])

    async def set_aside_before(
        self, store_id: StoreId, after: Place | None, applier_version: int | None, limit: int
    ) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        rows = [
            row
            for row in self._quarantined(store_id, after)
            if applier_version is None or row.applier_version < applier_version
        ]
        return self._raw_of(rows[:limit])

    async def held(self, store_id: StoreId, wanted: Wanted) -> Held:
        """See ArchiveUnit."""
        numbers = {
            row.receipt_number: row.sale_id
            for row in self.tables["sale"].values()
            if row.store_id == store_id
            and row.receipt_number in wanted.receipt_numbers
            and (store_id, SALE_KIND, row.sale_id) not in self.tables["recovered_fact"]
        }
        counted = {own: self._counted(store_id, own) for own in wanted.facts}
        return Held(
            {own: found for own, found in counted.items() if found is not None},
            numbers,
            tuple(
                HeldError(_epoch(row), Root(row.root_kind, row.root_id), row.seq)
                for row in self._quarantined(store_id)
                if row.state in BLOCKING
                and row.root_kind is not None
                and row.root_id in wanted.root_ids
            ),
        )

    async def geneses(self, epochs: Collection[tuple[StoreId, Epoch]]) -> Geneses:
        """See ArchiveUnit."""
        standings = self._archive.standings
        keys = [StreamKey(*epoch) for epoch in epochs]
        return {key: standings[key].genesis for key in keys if key in standings}

    async def counted(self, store_id: StoreId, ids: Collection[FactId]) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        return tuple(self._arrived(store_id, own) for own in ids)

    async def made_of(self, company_id: CompanyId, store_id: StoreId, anew: Anew) -> MadeOf:
        """See ArchiveUnit; nobody decides anything here."""
        kinds = {kind for table in anew for kind in kinds_of(table)}
        of_company = any(one.table in anew for one in OF_COMPANIES)
        events = [
            self._arrived(row.store_id, FactId(row.kind, row.fact_id))
            for row in self.tables["counted_fact"].values()
            if row.kind in kinds and (of_company or row.store_id == store_id)
        ]
        return MadeOf(tuple(events), ())

    async def set_aside(self, store_id: StoreId, asides: Sequence[Aside], version: int) -> None:
        """See ArchiveUnit."""
        for aside in asides:
            place = (store_id, aside.epoch.number, aside.epoch.fingerprint, aside.seq)
            state, root, error = aside.reason
            kind, root_id = root or (None, None)
            row = QuarantineRow(*place, state, kind, root_id, error, version)
            self.set(self.tables["quarantine"], place, row)

    async def release(self, store_id: StoreId, places: Collection[Place]) -> None:
        """See ArchiveUnit."""
        for epoch, seq in places:
            place = (store_id, epoch.number, epoch.fingerprint, seq)
            self.set(self.tables["quarantine"], place, None)

    async def publish_customers(
        self, company_id: CompanyId, customer_ids: Collection[CustomerId]
    ) -> None:
        """See ArchiveUnit."""
        if customer_ids and self._archive.publish_customers is not None:
            records = tuple(self._customer(company_id, one) for one in sorted(customer_ids))
            self._archive.publish_customers(company_id, records)

    async def heal(self, key: StreamKey, envelope: Envelope, hash_: bytes) -> bool:
        """See ArchiveUnit."""
        raw, held = self._archive.raw.get(key, {}).get(envelope.seq, (None, b""))
        if raw is None or not raw.damaged or held != hash_:
            return False
        healed = raw._replace(
            event_id=envelope.event_id,
            kind=envelope.kind,
            kind_version=envelope.kind_version,
            occurred_at_ms=envelope.occurred_at_ms,
            body=envelope.body,
            hlc=envelope.hlc,
            damaged=False,
        )
        self.set(self._archive.raw[key], envelope.seq, (healed, held))
        return True

    async def save_applied(self, key: StreamKey, through: int) -> None:
        """See ArchiveUnit."""
        standing = self._archive.standings[key]
        self.set(self._archive.standings, key, standing._replace(applied_through=through))

    # --- reading what is held

    def _quarantined(self, store_id: StoreId, after: Place | None = None) -> list[QuarantineRow]:
        beyond = (after[0].number, after[0].fingerprint, after[1]) if after else (0, b"", 0)
        rows = self.tables["quarantine"].values()
        of_store = sorted(row for row in rows if row.store_id == store_id)
        return [row for row in of_store if row[1:4] > beyond]

    def _raw_of(self, rows: Iterable[QuarantineRow]) -> tuple[RawEvent, ...]:
        raw = self._archive.raw
        return tuple(raw[StreamKey(StoreId(row.store_id), _epoch(row))][row.seq][0] for row in rows)

    def _row(self, store_id: StoreId, own: FactId) -> Any:
        """The row that says where a fact that counts was written."""
        if own.kind == SALE_KIND:
            return self.tables["sale"].get((store_id, own.id))
        return self.tables["counted_fact"].get((store_id, *own))

    def _counted(self, store_id: StoreId, own: FactId) -> Counted | None:
        row = self._row(store_id, own)
        if row is None:
            return None
        place = (row.epoch_number, row.epoch_fingerprint, row.seq)
        home = self.tables["recovered_fact"].get((store_id, *own))
        if home is None:
            body = self._raw(store_id, row).body
            return Counted(place, hashlib.sha256(body).digest())
        said = (home.hash, home.body_digest, home.source, home.workstation_id)
        came = Recovered(*said, _epoch(home), home.seq)
        return Counted(recovered_rank(place, came), home.body_digest)

    def _raw(self, store_id: StoreId, row: Any) -> RawEvent:
        """The event at the place that a row names."""
        return self._archive.raw[StreamKey(store_id, _epoch(row))][row.seq][0]

    def _arrived(self, store_id: StoreId, own: FactId) -> RawEvent:
        home = self.tables["recovered_fact"].get((store_id, *own))
        return self._raw(store_id, home or self._row(store_id, own))

    def _customer(self, company_id: CompanyId, customer_id: CustomerId) -> CustomerRecord:
        rows: Iterable[CustomerField] = self.tables["customer_field"].values()
        known = [
            change_of(row)
            for row in rows
            if row.company_id == company_id and row.customer_id == customer_id
        ]
        return conflict.merge(customer_id, known, ())


def _epoch(row: Any) -> Epoch:
    return Epoch(row.epoch_number, row.epoch_fingerprint)


def _stream_order(key: StreamKey) -> tuple[StoreId, int, bytes]:
    return key.store_id, key.epoch.number, key.epoch.fingerprint
