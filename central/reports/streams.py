"""The journals of stores as head office has them: read once for all that a page says of them.

Where a store stands (``Standing``), what is claimed beyond what is here (``claims``) and what the
verdict on a day rests on (``evidence``) follow from the same rows.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.projections.event import OWN_JOURNAL
from central.projections.line_up import SAME_ID
from sync.protocol.codec import encode
from sync.protocol.identity import StoreId

STREAMS_READ_MAX = 10_000
FROM_ITS_JOURNAL = encode(OWN_JOURNAL)
"""As an ``event_recovered`` says it, in its first field."""

CARRIED = f"""
SELECT c.store_id, c.epoch_number, c.epoch_fingerprint, c.seq, c.hash
FROM claim AS c JOIN recovered_fact AS f
    ON f.store_id = c.store_id AND f.hash = c.hash AND f.source = 'journal'
WHERE c.store_id = ANY($1)
UNION
SELECT c.store_id, c.epoch_number, c.epoch_fingerprint, c.seq, c.hash
FROM claim AS c JOIN stream AS s USING (store_id, epoch_number, epoch_fingerprint)
JOIN raw_event AS r ON r.store_id = c.store_id AND r.kind = 'event_recovered' AND NOT r.damaged
    AND substring(r.body FROM 2 FOR {len(FROM_ITS_JOURNAL)}) = '\\x{FROM_ITS_JOURNAL.hex()}'
    AND position(c.hash IN r.body) > 0
LEFT JOIN quarantine AS q ON q.store_id = r.store_id AND q.epoch_number = r.epoch_number
    AND q.epoch_fingerprint = r.epoch_fingerprint AND q.seq = r.seq
WHERE c.store_id = ANY($1) AND s.state <> 'current' AND (q.seq IS NULL OR q.root_kind = '{SAME_ID}')
"""  # noqa: S608 - constants
"""Claims of what its box carried home: it counts, or other content does under its id. A box goes on
in no epoch that it was told to leave, so a current one has nothing of the second sort."""
STREAMS = f"""
SELECT s.store_id, s.epoch_number, s.epoch_fingerprint, s.watermark, s.applied_through,
    s.sender_seq, s.genesis, s.provisional, s.last_contact_ms, s.holes, s.alarm,
    s.state = 'written_off' AS is_off, c.reason, c.decided_by, c.unheard,
    greatest(w.through, h.through, 0) AS through, coalesce(w.through, 0) AS given_up
FROM stream AS s LEFT JOIN tail_closed AS c USING (store_id, epoch_number, epoch_fingerprint)
LEFT JOIN written_off AS w USING (store_id, epoch_number, epoch_fingerprint)
LEFT JOIN (
    SELECT c.store_id, c.epoch_number, c.epoch_fingerprint, max(c.seq) AS through
    FROM ({CARRIED}) AS c GROUP BY 1, 2, 3
) AS h USING (store_id, epoch_number, epoch_fingerprint)
WHERE s.store_id = ANY($1)
ORDER BY 1, 2, 3 LIMIT $2
"""  # noqa: S608 - constants
"""``through``: how far a person wrote the epoch off, or its box carried it home; ``given_up``: the
first alone."""


class Standing(NamedTuple):
    """``behind``: events that the box holds and head office does not; ``unapplied``: here, but not
    yet in the figures; ``alarms``: epochs under one. ``enrolled``: a box speaks for the store."""

    last_contact_ms: int | None = None
    behind: int = 0
    unapplied: int = 0
    alarms: int = 0
    enrolled: bool = False


async def streams_of(db: AsyncConnection, store_ids: Iterable[UUID]) -> Sequence[Any]:
    """Rows of STREAMS, each store's by epoch."""
    found: Sequence[Any] = await (await driver_of(db)).fetch(
        STREAMS, list(store_ids), STREAMS_READ_MAX
    )
    return found


def standings_of(streams: Iterable[Any]) -> dict[StoreId, Standing]:
    """Where each store stands; one without a stream is absent."""
    found: dict[StoreId, Standing] = {}
    for row in streams:
        store_id = StoreId(row[0])
        heard_ms, behind, unapplied, alarms, _ = found.get(store_id, Standing())
        told_ms, held = row["last_contact_ms"], row["watermark"]
        found[store_id] = Standing(
            told_ms if heard_ms is None else max(heard_ms, told_ms or heard_ms),
            behind + max(row["sender_seq"] - held, 0),
            unapplied + held - row["applied_through"],
            alarms + (row["alarm"] is not None),
            enrolled=True,
        )
    return found
