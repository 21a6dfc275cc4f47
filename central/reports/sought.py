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

_HOLES = """
SELECT epoch_number, epoch_fingerprint, holes FROM stream
WHERE store_id = $1 AND holes IS NOT NULL ORDER BY 1, 2
"""


async def missing_events(db: AsyncConnection, store_id: StoreId) -> tuple[Missing, ...]:
    """Holes that are not filled: a till may have what stood in them."""
    rows = await (await driver_of(db)).fetch(_HOLES, store_id)
    found = [
        Missing(Epoch(number, fingerprint), hole.after + 1, hole.through)
        for number, fingerprint, stored in rows
        for hole in read_holes(stored)
        if not hole.filled
    ]
    return tuple(found[:COMMANDS_MAX])


async def sought_events(db: AsyncConnection, store_id: StoreId) -> tuple[Seek, ...]:
    """Events that are kept as damaged: a till may hold them whole."""
    rows = await (await driver_of(db)).fetch(_DAMAGED, store_id, COMMANDS_MAX)
    return tuple(Seek(Head(Epoch(row[0], row[1]), row[2], row[3])) for row in rows)
