"""Stage 2 in PostgreSQL: events are read, rows written. It holds the store's turn, and touches the
stream's row only to move its own cursor at the end: a long unit of stage 2 does not keep a store's
next batch waiting."""

from typing import Any

import msgspec

from central.archive.port import BYTES_APPLIED_MAX, Standing, StreamKey
from central.archive.rows import (
    CORRECTED,
    ENVELOPE,
    EVENT,
    envelope_of,
    place_of,
    raw_events,
    read_standing,
)
from central.domain.hole import Holes, holes_stored
from central.projections.event import RawEvent
from central.projections.row_changes import RowChanges
from central.projections.taking_back import NOTHING_GONE
from central.projections.write import write_changes
from sync.protocol.change import Envelope
from sync.protocol.identity import CustomerId

_SAVE_APPLIED = """
UPDATE stream SET applied_through = $4
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
"""

_EVENTS_AFTER = f"""
SELECT {EVENT} FROM (
    SELECT *, sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS bytes_before
    FROM raw_event
    WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq > $4
    ORDER BY seq LIMIT $5
) AS r {CORRECTED}
WHERE r.bytes_before < $6 ORDER BY r.seq
"""  # noqa: S608 - constants

_HEAL = """
UPDATE raw_event SET event_id = $6, kind = $7, kind_version = $8, occurred_at_ms = $9,
    utc_offset_s = $10, boot_id = $11, hlc = $12, clock_state = $13, body = $14, damaged = false
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq = $4 AND hash = $5
    AND damaged RETURNING seq
"""

_SAVE_HOLES = """
UPDATE stream SET holes = $4
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
"""
_ENVELOPE = f"""
SELECT {ENVELOPE} FROM raw_event
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq = $4
"""  # noqa: S608 - constants

_NO_WAIT_FOR_THE_DISK = "SET LOCAL synchronous_commit = off"
WRITE_TURN = "INSERT INTO apply_turn (store_id) VALUES ($1) ON CONFLICT (store_id) DO NOTHING"
LOCK_TURN = "SELECT store_id FROM apply_turn WHERE store_id = $1 FOR NO KEY UPDATE"
_TRY_TURN = f"{LOCK_TURN} SKIP LOCKED"


class Applying:
    """See ArchiveUnit. ``connection`` is asyncpg's, inside a transaction."""

    _connection: Any

    async def try_store(self, key: StreamKey) -> bool:
        """See ArchiveUnit."""
        return await self._connection.fetchrow(_TRY_TURN, key.store_id) is not None

    async def begin_applying(self, key: StreamKey) -> Standing | None:
        """See ArchiveUnit. Two statements: the second one sees what the lock waited for.

        The unit does not wait for the disk: what a power cut takes of the projections it takes of
        ``applied_through`` too, and stage 2 does it again. Later commits that wait flush it."""
        await self._connection.execute(_NO_WAIT_FOR_THE_DISK)
        if await self._connection.fetchrow(LOCK_TURN, key.store_id) is None:
            return None
        return await read_standing(self._connection, key)

    async def events_after(self, key: StreamKey, seq: int, limit: int) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        arguments = (*place_of(key), seq, limit, BYTES_APPLIED_MAX)
        rows = await self._connection.fetch(_EVENTS_AFTER, *arguments)
        return raw_events(key.store_id, rows)

    async def write(
        self, changes: RowChanges, gone: RowChanges = NOTHING_GONE
    ) -> frozenset[CustomerId]:
        """See ArchiveUnit."""
        return await write_changes(self._connection, changes, gone)

    async def heal(self, key: StreamKey, envelope: Envelope, hash_: bytes) -> bool:
        """See ArchiveUnit."""
        what = (*place_of(key), envelope.seq, hash_, *msgspec.structs.astuple(envelope)[1:])
        return await self._connection.fetchval(_HEAL, *what) is not None

    async def save_holes(self, key: StreamKey, holes: Holes) -> None:
        """See ArchiveUnit."""
        await self._connection.execute(_SAVE_HOLES, *place_of(key), holes_stored(holes))

    async def envelope(self, key: StreamKey, seq: int) -> Envelope | None:
        """See ArchiveUnit."""
        row = await self._connection.fetchrow(_ENVELOPE, *place_of(key), seq)
        return None if row is None else envelope_of(row)

    async def save_applied(self, key: StreamKey, through: int) -> None:
        """See ArchiveUnit."""
        await self._connection.execute(_SAVE_APPLIED, *place_of(key), through)
