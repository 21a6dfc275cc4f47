"""Hears where a store stands: every request states its box's head, also a pull or a heartbeat."""

from central.archive.port import Archive, Claim, StreamKey
from central.usecases.journal.ingest_batch import (
    Acknowledged,
    Contact,
    NoStream,
    head_fork,
    heard,
    record_fork,
    remember_head,
)
from sync.protocol.change import Head
from sync.protocol.facts import AlarmKind
from sync.protocol.identity import DeviceId, StoreId
from sync.protocol.ingest import Fenced, Forked


async def record_stated_head(
    archive: Archive, store_id: StoreId, device_id: DeviceId, head: Head, now_ms: int
) -> Acknowledged | Forked | Fenced | NoStream:
    """Note the contact; answer with the watermark of the head's epoch, or what is wrong with it.

    A head below the watermark is no error here: the box learns from the answer that head office
    holds more of its epoch than it does itself. A fork is said at its first contact; a stream that
    stands under that alarm already is answered, so that its box, which pushes no more, goes on
    taking reference data and sells at the prices of the day.
    """
    key = StreamKey(store_id, head.epoch)
    async with archive.unit() as unit:
        standing = await unit.lock_stream(key)
        await remember_head(unit, store_id, Claim(head, device_id, now_ms))
        if standing is None or standing.device_id != device_id:
            return NoStream()
        sealed = standing.sealed_through
        fork = None if sealed is not None else await head_fork(unit, key, standing, head)
        if fork is not None:
            await record_fork(unit, key, standing, fork, now_ms)
            if standing.alarm != AlarmKind.FORK.value:
                return fork
            return Acknowledged(standing.watermark, standing.head_hash)
        await unit.save_stream(key, heard(standing, Contact(head, None, now_ms)))
        if sealed is not None:
            return Fenced(sealed)
        return Acknowledged(standing.watermark, standing.head_hash)


async def note_head(
    archive: Archive, store_id: StoreId, device_id: DeviceId, head: Head, now_ms: int
) -> bool:
    """Remember what a request stated that is answered otherwise: a refusal, a page of a feed. Does
    its box write in an epoch that is fenced?"""
    async with archive.unit() as unit:
        standing = await remember_head(unit, store_id, Claim(head, device_id, now_ms))
    return standing is not None and standing.sealed_through is not None
