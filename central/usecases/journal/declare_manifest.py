"""Keep the copy of a manifest that a box sends ahead of its journal: it is shown as declared, moves
no watermark, and proves nothing."""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.protocol.codec import encode
from sync.protocol.identity import StoreId
from sync.protocol.manifest import Manifest

_DECLARE = """
INSERT INTO manifest_declared AS held (store_id, business_date, epoch_number, epoch_fingerprint,
    last_seq, manifest, declared_at_ms)
SELECT s.store_id, $2, s.epoch_number, s.epoch_fingerprint, $5, $6, $7 FROM stream AS s
WHERE s.store_id = $1 AND s.epoch_number = $3 AND s.epoch_fingerprint = $4
ON CONFLICT (store_id, business_date, epoch_number, epoch_fingerprint) DO UPDATE
SET last_seq = excluded.last_seq, manifest = excluded.manifest,
    declared_at_ms = excluded.declared_at_ms
WHERE held.last_seq <= excluded.last_seq
"""


async def declare_manifest(
    db: AsyncConnection, store_id: StoreId, said: Manifest, now_ms: int
) -> None:
    """Of an epoch's day the one that reaches furthest holds. Of an epoch of this store alone: of
    another, nothing is kept."""
    place = (said.business_date, said.epoch_number, said.epoch_fingerprint, said.last_seq)
    await (await driver_of(db)).execute(_DECLARE, store_id, *place, encode(said), now_ms)
