"""Who wrote in a store's epochs, and whether head office holds what tills were told in them: what a
new box holds against what they kept of the boxes before it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.protocol.change import Epoch, Genesis, Head
from sync.protocol.codec import decode
from sync.protocol.enrolment import LINEAGE_KEYS_MAX, EpochKey, Lineage
from sync.protocol.identity import StoreId

_EPOCHS = """
SELECT epoch_number, epoch_fingerprint, genesis FROM stream
WHERE store_id = $1 ORDER BY 1 DESC, 2 DESC LIMIT $2
"""
_HELD = """
SELECT asked.place FROM unnest($2::int[], $3::bytea[], $4::bigint[], $5::bytea[])
    WITH ORDINALITY AS asked (epoch_number, epoch_fingerprint, seq, hash, place)
JOIN raw_event AS r USING (epoch_number, epoch_fingerprint, seq, hash)
WHERE r.store_id = $1 AND NOT r.damaged
"""
_CAME_HOME = "SELECT hash FROM recovered_fact WHERE store_id = $1 AND hash = ANY($2)"


async def lineage_of(db: AsyncConnection, store_id: StoreId, events: Sequence[Head]) -> Lineage:
    """Held is what stands whole in its own stream under that hash, or counts because it came
    home."""
    driver = await driver_of(db)
    rows = await driver.fetch(_EPOCHS, store_id, LINEAGE_KEYS_MAX)
    keys = tuple(
        EpochKey(Epoch(number, fingerprint), decode(Genesis, genesis).device_key)
        for number, fingerprint, genesis in rows
    )
    if not events:
        return Lineage(keys, ())
    places = [(one.epoch.number, one.epoch.fingerprint, one.seq, one.hash) for one in events]
    numbers, fingerprints, seqs, hashes = (list(column) for column in zip(*places, strict=True))
    held = await driver.fetch(_HELD, store_id, numbers, fingerprints, seqs, hashes)
    home = {row[0] for row in await driver.fetch(_CAME_HOME, store_id, hashes)}
    there = {row[0] for row in held}
    held_or_home = (at in there or one.hash in home for at, one in enumerate(events, start=1))
    return Lineage(keys, tuple(held_or_home))
