"""Closes an epoch whose box said that it ended, once everything through that record is applied."""

from collections.abc import Collection, Sequence

from central.archive.port import ArchiveUnit, StreamKey, moved
from central.domain.epoch import EpochEvent
from central.projections.event import Place, RawEvent
from central.usecases.journal.ingest_batch import flag_after_closing
from sync.protocol.facts import EpochEnded

_ENDED = EpochEnded.KIND.kind


async def end_epochs(
    unit: ArchiveUnit, events: Sequence[RawEvent], aside: Collection[Place]
) -> None:
    """``events`` were applied, but for those that are set ``aside``. What stands behind a last
    record is flagged: its box said that there is nothing."""
    for event in events:
        if event.kind == _ENDED and (event.epoch, event.seq) not in aside:
            await _end(unit, event)


async def _end(unit: ArchiveUnit, event: RawEvent) -> None:
    key = StreamKey(event.store_id, event.epoch)
    standing = await unit.lock_stream(key)
    if standing is None or (standing.ended_seq or event.seq + 1) <= event.seq:
        return
    ended = moved(standing._replace(ended_seq=event.seq), EpochEvent.ENDED, event.epoch)
    await unit.save_stream(key, ended)
    if standing.watermark > event.seq:
        await flag_after_closing(unit, key, event.received_at_ms)
