"""The archive in PostgreSQL: set-based statements on asyncpg's connection, one unit of work each.

Stage 1 holds the stream's row; stage 2 holds the store's turn, and touches the stream's only to
move its own cursor at the end: a long unit of stage 2 does not keep a store's next batch waiting.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from asyncpg.pgproto import pgproto
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.port import (
    BYTES_APPLIED_MAX,
    Alarm,
    Arrived,
    Claim,
    Contended,
    Occupied,
    Standing,
    StreamKey,
)
from central.db.engine import raw, unit_of_work
from central.projections.event import RawEvent
from central.projections.fact_id import SALE_KIND, FactId
from central.projections.line_up import (
    Aside,
    AsideState,
    Held,
    HeldError,
    Place,
    Wanted,
)
from central.projections.row_changes import RowChanges
from central.projections.write import write_changes
from sync.protocol.aggregate import Root
from sync.protocol.change import Epoch
from sync.protocol.clock import Hlc
from sync.protocol.identity import CompanyId, CustomerId, DeviceId, EventId, StoreId
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange, PersonalKey

PublishCustomers: TypeAlias = Callable[
    [AsyncConnection, CompanyId, tuple[CustomerRecord, ...]], Awaitable[None]
]
"""Called inside the unit of work with the whole records of customers that changed."""

_STREAM = """
SELECT company_id, device_id, genesis, watermark, head_hash, sealed, alarm, sender_seq,
    last_contact_ms, health, applied_through
FROM stream WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
"""

_SAVE_STREAM = """
UPDATE stream SET watermark = $4, head_hash = $5, alarm = $6, sender_seq = $7,
    last_contact_ms = $8, health = $9
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
"""

_SAVE_APPLIED = """
UPDATE stream SET applied_through = $4
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
"""

_HASHES = """
SELECT seq, hash FROM raw_event
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq BETWEEN $4 AND $5
"""

RAW_COLUMNS = (
    "store_id",
    "epoch_number",
    "epoch_fingerprint",
    "seq",
    "event_id",
    "kind",
    "kind_version",
    "occurred_at_ms",
    "utc_offset_s",
    "boot_id",
    "hlc",
    "clock_state",
    "hash",
    "body",
    "received_at_ms",
)

_KEEP_KEYS = """
INSERT INTO personal_key (company_id, customer_id, key)
SELECT $1, * FROM unnest($2::uuid[], $3::bytea[])
ON CONFLICT (company_id, customer_id) DO NOTHING
"""

_RAISE_ALARM = """
INSERT INTO alarm (store_id, alarm_id, kind, detail, raised_at_ms) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (store_id, alarm_id) DO NOTHING
"""

CLAIMS_MAX = 1_000
"""Of one store. What is beyond them is known by ``sender_seq`` alone, where its epoch is known."""
_CLAIMS = "SELECT count(*) FROM claim WHERE store_id = $1"
_KEEP_CLAIM = """
INSERT INTO claim (store_id, epoch_number, epoch_fingerprint, seq, hash, device_id, heard_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
_SETTLE_CLAIMS = """
DELETE FROM claim AS c USING raw_event AS r
WHERE c.store_id = $1 AND c.epoch_number = $2 AND c.epoch_fingerprint = $3
    AND r.store_id = c.store_id AND r.epoch_number = c.epoch_number
    AND r.epoch_fingerprint = c.epoch_fingerprint AND r.seq = c.seq AND r.hash = c.hash
"""
_CLAIMS_OF_OTHERS = """
SELECT min(seq) FROM claim JOIN raw_event
    USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
"""

_EVENT = """r.epoch_number, r.epoch_fingerprint, r.seq, r.event_id, r.kind, r.kind_version,
    r.occurred_at_ms, r.body, r.received_at_ms"""

_EVENTS_AFTER = f"""
SELECT {_EVENT} FROM (
    SELECT *, sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS bytes_before
    FROM raw_event
    WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq > $4
    ORDER BY seq LIMIT $5
) AS r
WHERE r.bytes_before < $6 ORDER BY r.seq
"""  # noqa: S608

_QUARANTINED = f"""
SELECT {_EVENT} FROM quarantine AS q
JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE q.store_id = $1
"""  # noqa: S608
_IN_ORDER = " ORDER BY q.epoch_number, q.epoch_fingerprint, q.seq LIMIT $3"
_WAITING_FOR = f"{_QUARANTINED} AND q.state = 'waiting' AND q.root_id = ANY($2) {_IN_ORDER}"
_SET_ASIDE_BEFORE = f"""{_QUARANTINED}
    AND ($2::int IS NULL OR q.applier_version < $2)
    AND (q.epoch_number, q.epoch_fingerprint, q.seq) > ($4, $5, $6) {_IN_ORDER}"""

_SALES_HELD = """
SELECT s.sale_id, sha256(r.body) AS digest FROM sale AS s
JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE s.store_id = $1 AND s.sale_id = ANY($2)
"""
_NUMBERS_HELD = "SELECT receipt_number FROM sale WHERE store_id = $1 AND receipt_number = ANY($2)"
_FACTS_HELD = """
SELECT f.kind, f.fact_id, sha256(r.body) AS digest FROM counted_fact AS f
JOIN unnest($2::text[], $3::uuid[]) AS wanted (kind, fact_id) USING (kind, fact_id)
JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE f.store_id = $1
"""
_ERRORS_HELD = """
SELECT epoch_number, epoch_fingerprint, root_kind, root_id, seq FROM quarantine
WHERE store_id = $1 AND state = 'error' AND root_id = ANY($2)
"""

_SET_ASIDE = """
INSERT INTO quarantine (store_id, epoch_number, epoch_fingerprint, seq, state, root_kind, root_id,
    error, applier_version)
SELECT $1, n, f, s, state, kind, id, error, $9 FROM unnest($2::int[], $3::bytea[], $4::bigint[],
    $5::text[], $6::text[], $7::uuid[], $8::text[]) AS aside (n, f, s, state, kind, id, error)
ON CONFLICT (store_id, epoch_number, epoch_fingerprint, seq) DO UPDATE SET
    state = excluded.state, root_kind = excluded.root_kind, root_id = excluded.root_id,
    error = excluded.error, applier_version = excluded.applier_version
"""

# The days that such an event may be of are those of which the verdict says that it is set aside
# (reports/reconciliation.py): they are counted again, since no row of them changes.
_UNSETTLE_DAYS_OF_ASIDES = """
UPDATE day_standing AS held SET settled_at_ms = NULL FROM (
    SELECT array_agg(d.business_date) FILTER (WHERE a.seq >= d.opened_seq
            AND a.seq <= coalesce(d.closed_seq, a.seq)) AS within,
        max(d.business_date) FILTER (WHERE d.closed_seq < a.seq) AS closed,
        min(d.business_date) FILTER (WHERE d.opened_seq > a.seq) AS opened
    FROM unnest($2::int[], $3::bytea[], $4::bigint[]) AS a (number, fingerprint, seq)
    LEFT JOIN business_day AS d ON d.store_id = $1 AND d.epoch_number = a.number
        AND d.epoch_fingerprint = a.fingerprint
    GROUP BY a.number, a.fingerprint, a.seq
) AS aside
WHERE held.store_id = $1 AND held.settled_at_ms IS NOT NULL
    AND CASE WHEN aside.within IS NOT NULL THEN held.business_date = ANY(aside.within)
        ELSE held.business_date >= coalesce(aside.closed, held.business_date)
            AND held.business_date <= coalesce(aside.opened, held.business_date) END
"""

_RELEASE = """
DELETE FROM quarantine AS q USING unnest($2::int[], $3::bytea[], $4::bigint[]) AS gone (n, f, s)
WHERE q.store_id = $1 AND q.epoch_number = gone.n AND q.epoch_fingerprint = gone.f
    AND q.seq = gone.s
"""

_CUSTOMERS = """
SELECT customer_id, field, hlc, source, value, sealed FROM customer_field
WHERE company_id = $1 AND customer_id = ANY($2) ORDER BY customer_id, field COLLATE "C"
"""

_NO_WAIT_FOR_THE_DISK = "SET LOCAL synchronous_commit = off"
WRITE_TURN = "INSERT INTO apply_turn (store_id) VALUES ($1) ON CONFLICT (store_id) DO NOTHING"
_LOCK_TURN = "SELECT store_id FROM apply_turn WHERE store_id = $1 FOR NO KEY UPDATE"
_TRY_TURN = f"{_LOCK_TURN} SKIP LOCKED"

_STREAMS = """
SELECT store_id, epoch_number, epoch_fingerprint FROM stream
WHERE ($1::uuid IS NULL OR store_id = $1) AND ($2 OR applied_through < watermark)
ORDER BY store_id, epoch_number, epoch_fingerprint
"""


class PostgresArchive:
    """``publish_customers`` receives the records of customers that a store changed."""

    def __init__(
        self, engine: AsyncEngine, publish_customers: PublishCustomers | None = None
    ) -> None:
        self._engine = engine
        self._publish_customers = publish_customers

    @asynccontextmanager
    async def unit(self) -> AsyncIterator["PostgresUnit"]:
        """See Archive."""
        try:
            async with unit_of_work(self._engine) as db:
                yield PostgresUnit(db, await raw(db), self._publish_customers)
        except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as error:
            raise Contended(str(error)) from error

    async def streams(self, store_id: StoreId | None = None) -> tuple[StreamKey, ...]:
        """See Archive."""
        return await self._streams(store_id, True)

    async def behind(self) -> tuple[StreamKey, ...]:
        """See Archive."""
        return await self._streams(None, False)

    async def _streams(self, store_id: StoreId | None, every: bool) -> tuple[StreamKey, ...]:
        async with unit_of_work(self._engine) as db:
            rows = await (await raw(db)).fetch(_STREAMS, store_id, every)
        return tuple(StreamKey(StoreId(own(row[0])), Epoch(row[1], row[2])) for row in rows)


class PostgresUnit:
    """See ArchiveUnit. ``connection`` is asyncpg's, inside ``db``'s transaction."""

    def __init__(
        self, db: AsyncConnection, connection: Any, publish_customers: PublishCustomers | None
    ) -> None:
        self._db = db
        self._connection = connection
        self._publish_customers = publish_customers

    async def lock_stream(self, key: StreamKey) -> Standing | None:
        """See ArchiveUnit."""
        return await self._standing(_STREAM + " FOR NO KEY UPDATE", key)

    async def hashes(self, key: StreamKey, first: int, last: int) -> dict[int, bytes]:
        """See ArchiveUnit."""
        rows = await self._connection.fetch(_HASHES, *_columns(key), first, last)
        return {row["seq"]: row["hash"] for row in rows}

    async def append(self, key: StreamKey, events: Sequence[Arrived]) -> None:
        """See ArchiveUnit."""
        stream = _columns(key)
        try:
            await self._connection.copy_records_to_table(
                "raw_event",
                records=[(*stream, *_raw_row(event)) for event in events],
                columns=RAW_COLUMNS,
            )
        except asyncpg.UniqueViolationError as error:
            raise Occupied(str(error)) from error

    async def keep_keys(self, company_id: CompanyId, keys: Iterable[PersonalKey]) -> None:
        """See ArchiveUnit."""
        ordered = sorted(keys, key=lambda key: key.customer_id)
        ids = [key.customer_id for key in ordered]
        await self._connection.execute(_KEEP_KEYS, company_id, ids, [key.key for key in ordered])

    async def save_stream(self, key: StreamKey, standing: Standing) -> None:
        """See ArchiveUnit."""
        await self._connection.execute(
            _SAVE_STREAM,
            *_columns(key),
            standing.watermark,
            standing.head_hash,
            standing.alarm,
            standing.sender_seq,
            standing.last_contact_ms,
            standing.health,
        )

    async def keep_claim(self, store_id: StoreId, claim: Claim) -> None:
        """See ArchiveUnit."""
        if await self._connection.fetchval(_CLAIMS, store_id) >= CLAIMS_MAX:
            return
        epoch, seq, hash_ = claim.head.epoch, claim.head.seq, claim.head.hash
        place = (store_id, epoch.number, epoch.fingerprint, seq, hash_)
        await self._connection.execute(_KEEP_CLAIM, *place, claim.device_id, claim.heard_at_ms)

    async def settle_claims(self, key: StreamKey) -> int | None:
        """See ArchiveUnit."""
        await self._connection.execute(_SETTLE_CLAIMS, *_columns(key))
        other: int | None = await self._connection.fetchval(_CLAIMS_OF_OTHERS, *_columns(key))
        return other

    async def raise_alarm(self, store_id: StoreId, alarm: Alarm) -> None:
        """See ArchiveUnit."""
        await self._connection.execute(_RAISE_ALARM, store_id, *alarm)

    async def try_store(self, key: StreamKey) -> bool:
        """See ArchiveUnit."""
        return await self._connection.fetchrow(_TRY_TURN, key.store_id) is not None

    async def begin_applying(self, key: StreamKey) -> Standing | None:
        """See ArchiveUnit. Two statements: the second one sees what the lock waited for.

        The unit does not wait for the disk: what a power cut takes of the projections it takes of
        ``applied_through`` too, and stage 2 does it again. Later commits that wait flush it."""
        await self._connection.execute(_NO_WAIT_FOR_THE_DISK)
        if await self._connection.fetchrow(_LOCK_TURN, key.store_id) is None:
            return None
        return await self._standing(_STREAM, key)

    async def events_after(self, key: StreamKey, seq: int, limit: int) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        arguments = (*_columns(key), seq, limit, BYTES_APPLIED_MAX)
        rows = await self._connection.fetch(_EVENTS_AFTER, *arguments)
        return raw_events(key.store_id, rows)

    async def waiting_for(
        self, store_id: StoreId, root_ids: Collection[UUID], limit: int
    ) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        if not root_ids:
            return ()
        rows = await self._connection.fetch(_WAITING_FOR, store_id, list(root_ids), limit)
        return raw_events(store_id, rows)

    async def set_aside_before(
        self, store_id: StoreId, after: Place | None, applier_version: int | None, limit: int
    ) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        place = (after[0].number, after[0].fingerprint, after[1]) if after else (0, b"", 0)
        rows = await self._connection.fetch(
            _SET_ASIDE_BEFORE, store_id, applier_version, limit, *place
        )
        return raw_events(store_id, rows)

    async def held(self, store_id: StoreId, wanted: Wanted) -> Held:
        """See ArchiveUnit."""
        sale_ids = {own.id for own in wanted.facts if own.kind == SALE_KIND}
        others = [own for own in wanted.facts if own.kind != SALE_KIND]
        sales = await self._found(_SALES_HELD, store_id, sale_ids)
        facts = await self._facts_held(store_id, others)
        numbers = await self._found(_NUMBERS_HELD, store_id, wanted.receipt_numbers)
        errors = await self._found(_ERRORS_HELD, store_id, wanted.root_ids)
        return Held(
            {FactId(SALE_KIND, row["sale_id"]): row["digest"] for row in sales} | facts,
            frozenset(row["receipt_number"] for row in numbers),
            tuple(HeldError(Epoch(row[0], row[1]), Root(row[2], row[3]), row[4]) for row in errors),
        )

    async def _facts_held(self, store_id: StoreId, wanted: Sequence[FactId]) -> dict[FactId, bytes]:
        if not wanted:
            return {}
        rows = await self._connection.fetch(
            _FACTS_HELD, store_id, *map(list, zip(*wanted, strict=True))
        )
        return {FactId(row["kind"], row["fact_id"]): row["digest"] for row in rows}

    async def write(self, changes: RowChanges) -> frozenset[CustomerId]:
        """See ArchiveUnit."""
        return await write_changes(self._connection, changes)

    async def set_aside(self, store_id: StoreId, asides: Sequence[Aside], version: int) -> None:
        """See ArchiveUnit."""
        if asides:
            columns = tuple(zip(*map(_quarantine_row, asides), strict=True))
            await self._connection.execute(_SET_ASIDE, store_id, *columns, version)
            await self._connection.execute(_UNSETTLE_DAYS_OF_ASIDES, store_id, *columns[:3])

    async def release(self, store_id: StoreId, places: Collection[Place]) -> None:
        """See ArchiveUnit."""
        if places:
            rows = [(epoch.number, epoch.fingerprint, seq) for epoch, seq in places]
            await self._connection.execute(_RELEASE, store_id, *zip(*rows, strict=True))

    async def publish_customers(
        self, company_id: CompanyId, customer_ids: Collection[CustomerId]
    ) -> None:
        """See ArchiveUnit."""
        if customer_ids and self._publish_customers is not None:
            records = await read_customers(self._connection, company_id, customer_ids)
            await self._publish_customers(self._db, company_id, records)

    async def save_applied(self, key: StreamKey, through: int) -> None:
        """See ArchiveUnit."""
        await self._connection.execute(_SAVE_APPLIED, *_columns(key), through)

    async def _standing(self, statement: str, key: StreamKey) -> Standing | None:
        row = await self._connection.fetchrow(statement, *_columns(key))
        if row is None:
            return None
        company_id, device_id, *others = row
        return Standing(CompanyId(own(company_id)), DeviceId(own(device_id)), *others)

    async def _found(
        self, statement: str, store_id: StoreId, ids: Collection[Any]
    ) -> Sequence[Any]:
        if not ids:
            return ()
        rows: Sequence[Any] = await self._connection.fetch(statement, store_id, list(ids))
        return rows


async def read_customers(
    connection: Any, company_id: CompanyId, customer_ids: Collection[CustomerId]
) -> tuple[CustomerRecord, ...]:
    """Whole records as they stand, by id; ``connection`` is asyncpg's."""
    rows = await connection.fetch(_CUSTOMERS, company_id, list(customer_ids))
    fields: dict[CustomerId, list[FieldChange]] = {}
    for row in rows:
        change = FieldChange(
            CustomerField(row["field"]),
            Hlc(row["hlc"]),
            own(row["source"]),
            row["value"],
            row["sealed"],
        )
        fields.setdefault(CustomerId(own(row["customer_id"])), []).append(change)
    return tuple(CustomerRecord(customer_id, tuple(held)) for customer_id, held in fields.items())


def own(found: UUID) -> UUID:
    """The standard library's UUID of asyncpg's subclass: msgspec encodes only that one."""
    return UUID(bytes=found.bytes)


def _columns(key: StreamKey) -> tuple[StoreId, int, bytes]:
    return key.store_id, key.epoch.number, key.epoch.fingerprint


def _raw_row(event: Arrived) -> tuple[Any, ...]:
    envelope = event.envelope
    return (
        envelope.seq,
        envelope.event_id,
        envelope.kind,
        envelope.kind_version,
        envelope.occurred_at_ms,
        envelope.utc_offset_s,
        envelope.boot_id,
        envelope.hlc,
        envelope.clock_state,
        event.link.hash,
        envelope.body,
        event.received_at_ms,
    )


def raw_events(store_id: StoreId, rows: Iterable[Any]) -> tuple[RawEvent, ...]:
    """Of ``_EVENT``'s columns. Their ids are asyncpg's UUIDs: equal to the standard library's, and
    several times faster to hash and to send back to the database in every row."""
    store = StoreId(driver_uuid(store_id))
    epochs: dict[tuple[int, bytes], Epoch] = {}
    found = []
    for number, fingerprint, seq, event_id, *others in rows:
        epoch = epochs.get((number, fingerprint))
        if epoch is None:
            epoch = epochs[number, fingerprint] = Epoch(number, fingerprint)
        found.append(RawEvent(store, epoch, seq, EventId(event_id), *others))
    return tuple(found)


def driver_uuid(given: UUID) -> UUID:
    """asyncpg's UUID of the standard library's."""
    made: UUID = pgproto.UUID(given.bytes)
    return made


def _quarantine_row(
    aside: Aside,
) -> tuple[int, bytes, int, AsideState, str | None, UUID | None, str]:
    reason = aside.reason
    kind, root_id = reason.root if reason.root else (None, None)
    return (
        aside.epoch.number,
        aside.epoch.fingerprint,
        aside.seq,
        reason.state,
        kind,
        root_id,
        reason.error,
    )
