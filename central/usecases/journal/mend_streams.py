"""Mends streams whose row says more, or less, than head office holds of their events.

Events that are lost are with the box still: the watermark goes back to the last event that the
chain reaches, the box hears it at its next contact and sends the rest again, and stage 1 fills in
what is missing among what is here. A row that was set back goes forward to where the chain ends. A
closed stream is not set back, for its box is no more to be asked; and an event that was *changed*
stays for a person to look at.
"""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.port import StreamKey
from central.archive.postgres import PostgresArchive
from central.db.engine import driver_of, unit_of_work
from central.usecases.proof.verify_journal import Stream, Walked, read_stream, walk_chain

_SET = """
UPDATE stream SET watermark = $4, head_hash = $5
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
    AND watermark = $6 AND head_hash = $7
    AND (state IN ('current', 'side', 'sealed') OR watermark < $4) RETURNING true
"""


class Mended(NamedTuple):
    """One stream that was not whole; ``said``: what was found and done, in words; ``done``: False
    where a person must look."""

    said: str
    done: bool


async def mend_streams(engine: AsyncEngine) -> tuple[Mended, ...]:
    """Every stream, each in a unit of work of its own; those that are whole are not named."""
    found = [await _mend(engine, key) for key in await PostgresArchive(engine).streams()]
    return tuple(one for one in found if one is not None)


async def _mend(engine: AsyncEngine, key: StreamKey) -> Mended | None:
    stream = await read_stream(engine, key)
    through = max(stream.watermark, stream.newest)
    walked = await walk_chain(engine, key, stream, through)
    name = f"{stream.code}, epoch {key.epoch}"
    if walked.bad is not None:
        said = f"event {walked.bad} is not the one that was acknowledged"
        return Mended(f"{name}: {said}, and stays as it is: a person must look.", done=False)
    if (walked.seq, walked.hash) == (stream.watermark, stream.head_hash):
        return None
    if walked.seq == stream.watermark:
        said = "its row has another hash than its last event: a person must look"
        return Mended(f"{name}: {said}.", done=False)
    return await _set(engine, key, name, stream, walked)


async def _set(
    engine: AsyncEngine, key: StreamKey, name: str, stream: Stream, walked: Walked
) -> Mended:
    columns = (key.store_id, key.epoch.number, key.epoch.fingerprint)
    async with unit_of_work(engine) as db:
        done = await (await driver_of(db)).fetchval(
            _SET, *columns, walked.seq, walked.hash, stream.watermark, stream.head_hash
        )
    if walked.seq > stream.watermark:
        said = f"its row stood at {stream.watermark}, and its events reach {walked.seq}"
        after = "the row says so now" if done else "it moved meanwhile: run this again"
    else:
        said = f"event {walked.seq + 1} is lost"
        after = (
            "its box sends everything from there on again at its next contact"
            if done
            else "it is closed, and its box is not asked any more"
        )
    return Mended(f"{name}: {said}; {after}.", done=bool(done))
