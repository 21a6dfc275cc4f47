"""Stage 2 over the archive in memory: what is read of it, and what is set aside or released."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from central.archive.port import BYTES_APPLIED_MAX, MadeOf, Standing, StreamKey
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
from central.projections.rows import OF_COMPANIES
from central.projections.rows.customer import CustomerField
from central.projections.rows.journal import RELEASED
from central.projections.taking_back import Anew, kinds_of
from sync.protocol import conflict
from sync.protocol.aggregate import Root
from sync.protocol.change import Envelope, Epoch
from sync.protocol.count_seen import Before, lines_before
from sync.protocol.identity import CompanyId, CustomerId, StoreId
from sync.protocol.shared import CustomerRecord
from tests.doubles.archive_memory_rows import Writing, change_of

if TYPE_CHECKING:
    from tests.doubles.archive_memory import MemoryArchive


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


class Applying(Writing):
    """The part of a unit of work that stage 2 uses."""

    def __init__(self, archive: "MemoryArchive") -> None:
        super().__init__(archive.tables, self._lines_of)
        self._archive = archive

    def _lines_of(self, store_id: UUID) -> tuple[Before, ...]:
        standings = self._archive.standings.items()
        return lines_before(
            {key.epoch: one.genesis for key, one in standings if key.store_id == store_id}
        )

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
        behind = sorted(one for one in held if one > seq)  # what is in a hole is missing
        for next_seq in behind[:limit]:
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

    async def let_go(self, store_id: StoreId) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        rows = self.tables["correction"].values()
        return self._raw_of(row for row in rows if (row.store_id, row.kind) == (store_id, RELEASED))

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
        wanted = {(store_id, epoch.number) for store_id, epoch in epochs}
        return {
            (*key,): standing.genesis
            for key, standing in self._archive.standings.items()
            if (key.store_id, key.epoch.number) in wanted
        }

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
