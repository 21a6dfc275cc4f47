"""Stage 2 in PostgreSQL: events are read, rows written. It holds the store's turn, and touches the
stream's row only to move its own cursor at the end: a long unit of stage 2 does not keep a store's
next batch waiting."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from central.archive.port import BYTES_APPLIED_MAX, Standing, StreamKey
from central.archive.rows import CORRECTED, EVENT, place_of, raw_events, read_standing
from central.projections.event import RawEvent
from central.projections.fact_id import SALE_KIND, FactId
from central.projections.line_up import Held, HeldError, Wanted
from central.projections.row_changes import RowChanges
from central.projections.write import write_changes
from sync.protocol.aggregate import Root
from sync.protocol.change import Envelope, Epoch
from sync.protocol.identity import CustomerId, StoreId

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

_SALES_HELD = f"""
SELECT s.sale_id, sha256(coalesce(c.body, r.body)) AS digest FROM sale AS s
JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq) {CORRECTED}
WHERE s.store_id = $1 AND s.sale_id = ANY($2)
"""  # noqa: S608 - constants
_NUMBERS_HELD = "SELECT receipt_number FROM sale WHERE store_id = $1 AND receipt_number = ANY($2)"
_FACTS_HELD = f"""
SELECT f.kind, f.fact_id, sha256(coalesce(c.body, r.body)) AS digest FROM counted_fact AS f
JOIN unnest($2::text[], $3::uuid[]) AS wanted (kind, fact_id) USING (kind, fact_id)
JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq) {CORRECTED}
WHERE f.store_id = $1
"""  # noqa: S608 - constants
_ERRORS_HELD = """
SELECT epoch_number, epoch_fingerprint, root_kind, root_id, seq FROM quarantine
WHERE store_id = $1 AND state IN ('error', 'damaged') AND root_id = ANY($2)
"""

_HEAL = """
UPDATE raw_event SET event_id = $6, kind = $7, kind_version = $8, occurred_at_ms = $9,
    utc_offset_s = $10, boot_id = $11, hlc = $12, clock_state = $13, body = $14, damaged = false
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq = $4 AND hash = $5
    AND damaged RETURNING seq
"""

_NO_WAIT_FOR_THE_DISK = "SET LOCAL synchronous_commit = off"
WRITE_TURN = "INSERT INTO apply_turn (store_id) VALUES ($1) ON CONFLICT (store_id) DO NOTHING"
_LOCK_TURN = "SELECT store_id FROM apply_turn WHERE store_id = $1 FOR NO KEY UPDATE"
_TRY_TURN = f"{_LOCK_TURN} SKIP LOCKED"


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
        if await self._connection.fetchrow(_LOCK_TURN, key.store_id) is None:
            return None
        return await read_standing(self._connection, key)

    async def events_after(self, key: StreamKey, seq: int, limit: int) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        arguments = (*place_of(key), seq, limit, BYTES_APPLIED_MAX)
        rows = await self._connection.fetch(_EVENTS_AFTER, *arguments)
        return raw_events(key.store_id, rows)

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

    async def heal(self, key: StreamKey, envelope: Envelope, hash_: bytes) -> bool:
        """See ArchiveUnit."""
        what = (*place_of(key), envelope.seq, hash_, *msgspec.structs.astuple(envelope)[1:])
        return await self._connection.fetchval(_HEAL, *what) is not None

    async def save_applied(self, key: StreamKey, through: int) -> None:
        """See ArchiveUnit."""
        await self._connection.execute(_SAVE_APPLIED, *place_of(key), through)

    async def _found(
        self, statement: str, store_id: StoreId, ids: Collection[Any]
    ) -> Sequence[Any]:
        if not ids:
            return ()
        rows: Sequence[Any] = await self._connection.fetch(statement, store_id, list(ids))
        return rows
