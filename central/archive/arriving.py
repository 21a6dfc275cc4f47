"""Stage 1 in PostgreSQL: what arrives is kept. It holds the stream's row."""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg

from central.archive.port import Alarm, Arrived, Claim, Occupied, Standing, StreamKey
from central.archive.rows import driver_uuid, place_of, read_standing
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.shared import PersonalKey

_SAVE_STREAM = """
UPDATE stream SET watermark = $4, head_hash = $5, alarm = $6, sender_seq = $7,
    last_contact_ms = $8, health = $9, ended_seq = $10, sealed_through = $11,
    state = $12, health_at_ms = $13
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
    "damaged",
)

_KEEP_KEYS = """
INSERT INTO personal_key (company_id, customer_id, key)
SELECT $1, * FROM unnest($2::uuid[], $3::bytea[]) AS came (customer_id, key)
WHERE NOT EXISTS (SELECT FROM customer_erasure AS e
    WHERE e.company_id = $1 AND e.customer_id = came.customer_id)
ON CONFLICT (company_id, customer_id) DO NOTHING
"""

_RAISE_ALARM = """
INSERT INTO alarm (store_id, alarm_id, kind, detail, raised_at_ms, epoch_number,
    epoch_fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (store_id, alarm_id) DO NOTHING RETURNING true
"""

CLAIMS_MAX = 1_000
"""Of one store. What is beyond them is known by ``sender_seq`` alone, where its epoch is known."""
_CLAIMS = "SELECT count(*) FROM claim WHERE store_id = $1"
_KEEP_CLAIM = """
INSERT INTO claim (store_id, epoch_number, epoch_fingerprint, seq, hash, device_id, heard_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
# Each claim looks its one event up: a join is free to read the whole journal for it.
_CLAIMS_ANSWERED = """
SELECT seq, hash, held FROM (
    SELECT c.seq, c.hash, (SELECT r.hash FROM raw_event AS r
        WHERE r.store_id = c.store_id AND r.epoch_number = c.epoch_number
            AND r.epoch_fingerprint = c.epoch_fingerprint AND r.seq = c.seq) AS held
    FROM claim AS c WHERE c.store_id = $1 AND c.epoch_number = $2 AND c.epoch_fingerprint = $3
) AS answered WHERE held IS NOT NULL
"""
_SETTLE_CLAIMS = """
DELETE FROM claim AS c USING unnest($4::bigint[], $5::bytea[]) AS settled (seq, hash)
WHERE c.store_id = $1 AND c.epoch_number = $2 AND c.epoch_fingerprint = $3
    AND c.seq = settled.seq AND c.hash = settled.hash
"""


class Arriving:
    """See ArchiveUnit. ``connection`` is asyncpg's, inside a transaction."""

    _connection: Any

    async def lock_stream(self, key: StreamKey) -> Standing | None:
        """See ArchiveUnit."""
        return await read_standing(self._connection, key, " FOR NO KEY UPDATE")

    async def hashes(self, key: StreamKey, first: int, last: int) -> dict[int, bytes]:
        """See ArchiveUnit."""
        rows = await self._connection.fetch(_HASHES, *place_of(key), first, last)
        return {row["seq"]: row["hash"] for row in rows}

    async def append(self, key: StreamKey, events: Sequence[Arrived]) -> None:
        """See ArchiveUnit."""
        store_id, *epoch = place_of(key)
        stream = (driver_uuid(store_id), *epoch)
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
            *place_of(key),
            standing.watermark,
            standing.head_hash,
            standing.alarm,
            standing.sender_seq,
            standing.last_contact_ms,
            standing.health,
            standing.ended_seq,
            standing.sealed_through,
            standing.state.value,
            standing.health_at_ms,
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
        rows = await self._connection.fetch(_CLAIMS_ANSWERED, *place_of(key))
        settled = [(seq, hash_) for seq, hash_, held in rows if hash_ == held]
        if settled:
            columns = zip(*settled, strict=True)
            await self._connection.execute(_SETTLE_CLAIMS, *place_of(key), *columns)
        return min((seq for seq, hash_, held in rows if hash_ != held), default=None)

    async def raise_alarm(self, store_id: StoreId, alarm: Alarm) -> bool:
        """See ArchiveUnit."""
        return await insert_alarm(self._connection, store_id, alarm)


async def insert_alarm(connection: Any, store_id: StoreId, alarm: Alarm) -> bool:
    """What people must be told; False where it was told before. ``connection`` is asyncpg's."""
    *said, epoch = alarm
    place = (None, None) if epoch is None else (epoch.number, epoch.fingerprint)
    return bool(await connection.fetchval(_RAISE_ALARM, store_id, *said, *place))


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
        event.damaged,
    )
