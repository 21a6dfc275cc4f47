"""What stage 2 set aside, in PostgreSQL: an event with its reason, tried again later."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from central.archive.rows import ARRIVED, CORRECTED, EVENT, raw_events
from central.projections.event import Place, RawEvent
from central.projections.line_up import SAME_ID, Aside, AsideState
from central.projections.rows.journal import RELEASED
from sync.protocol.identity import StoreId

_QUARANTINED = f"""
SELECT {EVENT} FROM quarantine AS q
JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq) {CORRECTED}
WHERE q.store_id = $1
"""  # noqa: S608 - constants
_IN_ORDER = """AND (q.epoch_number, q.epoch_fingerprint, q.seq) > ($4, $5, $6)
    ORDER BY q.epoch_number, q.epoch_fingerprint, q.seq LIMIT $3"""
_WAITING_FOR = f"""{_QUARANTINED} AND (q.state = 'waiting' OR q.root_kind = '{SAME_ID}')
    AND q.root_id = ANY($2) {_IN_ORDER}"""
_LOST_UNDER = f"{_QUARANTINED} AND q.root_kind = '{SAME_ID}' AND q.root_id = $2 {_IN_ORDER}"
_LET_GO = f"""
SELECT {ARRIVED} FROM correction AS c
JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE c.store_id = $1 AND c.kind = '{RELEASED}'
"""  # noqa: S608 - constants
_SET_ASIDE_BEFORE = f"""{_QUARANTINED}
    AND ($2::int IS NULL OR q.applier_version < $2) {_IN_ORDER}"""

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


class Quarantine:
    """See ArchiveUnit. ``connection`` is asyncpg's, inside a transaction."""

    _connection: Any

    async def waiting_for(
        self, store_id: StoreId, root_ids: Collection[UUID], after: Place | None, limit: int
    ) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        if not root_ids:
            return ()
        asked = (store_id, list(root_ids), limit, *_beyond(after))
        return raw_events(store_id, await self._connection.fetch(_WAITING_FOR, *asked))

    async def lost_under(self, store_id: StoreId, id_: UUID, limit: int) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        asked = (store_id, id_, limit, *_beyond(None))
        return raw_events(store_id, await self._connection.fetch(_LOST_UNDER, *asked))

    async def let_go(self, store_id: StoreId) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        return raw_events(store_id, await self._connection.fetch(_LET_GO, store_id))

    async def set_aside_before(
        self, store_id: StoreId, after: Place | None, applier_version: int | None, limit: int
    ) -> tuple[RawEvent, ...]:
        """See ArchiveUnit."""
        asked = (store_id, applier_version, limit, *_beyond(after))
        return raw_events(store_id, await self._connection.fetch(_SET_ASIDE_BEFORE, *asked))

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


def _beyond(after: Place | None) -> tuple[int, bytes, int]:
    return (after[0].number, after[0].fingerprint, after[1]) if after else (0, b"", 0)


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
