"""Takes that a box keeps no more what head office has not either (protocol.md, Push): head office
was put back to its past, and asks for events that the box has had acknowledged long ago.

Decided and told to people in the unit of work in which the journal goes on behind them: from there
on the box sends what it has, and what is missing is sought at the tills. What was here already is
not lost by it, and the same again changes nothing.
"""

from uuid import uuid5

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.arriving import insert_alarm
from central.archive.port import Alarm, Standing, StreamKey
from central.archive.rows import place_of
from central.db.engine import driver_of, unit_of_work
from central.domain.decisions import StreamPruned
from central.domain.hole import Hole, hole_at, holes_stored
from central.usecases.box.epochs import hold_epoch, lock_store
from central.usecases.box.find_device import EnrolledDevice
from central.usecases.decision.decide import decide
from central.usecases.journal.ingest_batch import Acknowledged, IngestAnswer, NoStream
from sync.protocol.batch import PrunedThrough
from sync.protocol.change import Head, genesis_hash
from sync.protocol.ingest import Damaged, Forked

STREAM_PRUNED = "stream_pruned"
_GO_ON = """
UPDATE stream SET watermark = $4, head_hash = $5, holes = $6, last_contact_ms = $7
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
"""
_HASH = """
SELECT hash FROM raw_event
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq = $4
"""


async def take_pruned(
    engine: AsyncEngine, device: EnrolledDevice, pruned: PrunedThrough, head: Head, now_ms: int
) -> IngestAnswer:
    """Where the stream stands then. ``head``: what the request states; nobody can have pruned
    beyond it."""
    key = StreamKey(device.store_id, pruned.epoch)
    if head.epoch != pruned.epoch or head.seq < pruned.through:
        return Damaged(f"it cannot keep event {pruned.through} no more, of which it has {head.seq}")
    async with unit_of_work(engine) as db:
        await lock_store(db, device.store_id)
        standing = await hold_epoch(db, key)
        if standing is None or standing.device_id != device.device_id:
            return NoStream()
        if pruned.through > standing.watermark:
            await _go_on(db, key, standing, device, pruned, now_ms)
            return Acknowledged(pruned.through, pruned.hash)
        if await _held_hash(db, key, standing, pruned.through) not in (None, pruned.hash):
            return Forked(pruned.through)
    return Acknowledged(standing.watermark, standing.head_hash)


async def _held_hash(
    db: AsyncConnection, key: StreamKey, standing: Standing, seq: int
) -> bytes | None:
    if seq == standing.watermark:
        return standing.head_hash
    if seq == 0:
        return genesis_hash(standing.genesis)
    hole = hole_at(standing.holes, seq)
    if hole is not None and seq == hole.through:
        return hole.hash
    found: bytes | None = await (await driver_of(db)).fetchval(_HASH, *place_of(key), seq)
    return found


async def _go_on(
    db: AsyncConnection,
    key: StreamKey,
    standing: Standing,
    device: EnrolledDevice,
    pruned: PrunedThrough,
    now_ms: int,
) -> None:
    hole = Hole(standing.watermark, pruned.through, pruned.hash)
    connection = await driver_of(db)
    after = (pruned.through, pruned.hash, holes_stored((*standing.holes, hole)), now_ms)
    await connection.execute(_GO_ON, *place_of(key), *after)
    place = (pruned.epoch, hole.after, hole.through, hole.hash)
    decided = StreamPruned(device.store_id, device.device_id, *place)
    await decide(db, standing.company_id, (decided,), now_ms)
    detail = (
        f"Epoch {key.epoch}: events {hole.after + 1} to {hole.through} are not here, and its box"
        " keeps them no more. They are sought at the tills."
    )
    alarm_id = uuid5(key.store_id, f"{STREAM_PRUNED}:{key.epoch}:{hole.after}:{hole.through}")
    alarm = Alarm(alarm_id, STREAM_PRUNED, detail, now_ms, key.epoch)
    await insert_alarm(connection, key.store_id, alarm)
