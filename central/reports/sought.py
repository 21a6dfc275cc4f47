"""What a store's boxes are asked for in every acknowledgement."""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.hole import read_holes
from sync.protocol.change import Epoch, Head
from sync.protocol.commands import COMMANDS_MAX, Missing, Seek
from sync.protocol.identity import StoreId

# Those that are not damaged any more, or that a person put right, are not sought.
_DAMAGED = """
SELECT q.epoch_number, q.epoch_fingerprint, q.seq, r.hash FROM quarantine AS q
JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE store_id = $1 AND q.state = 'damaged' ORDER BY 1, 2, 3 LIMIT $2
"""

# Of an epoch that is the store's, its box sends the rest itself; what it carried stands elsewhere.
_CLAIMED = """
SELECT c.epoch_number, c.epoch_fingerprint, coalesce(s.watermark, 0) + 1, max(c.seq)
FROM claim AS c LEFT JOIN stream AS s USING (store_id, epoch_number, epoch_fingerprint)
LEFT JOIN written_off AS w USING (store_id, epoch_number, epoch_fingerprint)
LEFT JOIN recovered_fact AS f
    ON f.store_id = c.store_id AND f.hash = c.hash AND f.source = 'journal'
WHERE c.store_id = $1 AND s.state IS DISTINCT FROM 'current'
    AND c.seq > greatest(s.watermark, w.through, 0) AND f.hash IS NULL
GROUP BY 1, 2, 3 ORDER BY 1, 2 LIMIT $2
"""

_HOLES = """
SELECT epoch_number, epoch_fingerprint, holes FROM stream
WHERE store_id = $1 AND holes IS NOT NULL ORDER BY 1, 2
"""


async def missing_events(db: AsyncConnection, store_id: StoreId) -> tuple[Missing, ...]:
    """Holes that are not filled, and what somebody claims of an epoch that no box may be there to
    send: a till may have what stood in them."""
    connection = await driver_of(db)
    rows = await connection.fetch(_HOLES, store_id)
    claimed = await connection.fetch(_CLAIMED, store_id, COMMANDS_MAX)
    found = [
        Missing(Epoch(number, fingerprint), hole.after + 1, hole.through)
        for number, fingerprint, stored in rows
        for hole in read_holes(stored)
        if not hole.filled
    ]
    found += [Missing(Epoch(number, fingerprint), *ends) for number, fingerprint, *ends in claimed]
    return tuple(found[:COMMANDS_MAX])


async def sought_events(db: AsyncConnection, store_id: StoreId) -> tuple[Seek, ...]:
    """Events that are kept as damaged: a till may hold them whole."""
    rows = await (await driver_of(db)).fetch(_DAMAGED, store_id, COMMANDS_MAX)
    return tuple(Seek(Head(Epoch(row[0], row[1]), row[2], row[3])) for row in rows)
