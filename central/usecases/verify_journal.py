"""Walks every stream's chain from its genesis record, in bounded pages.

Each hash is derived again from the raw event and the hash before; a row that was changed, taken out
or put in shows at the first sequence where the chain does not come out.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive import StreamKey
from central.archive_postgres import PostgresArchive
from central.db.engine import raw, unit_of_work
from sync.protocol.change import Envelope, genesis_hash, link
from sync.protocol.clock import ClockState
from sync.protocol.identity import BootId, EventId, StoreId

PAGE_EVENTS = 2_000
PAGES_MAX = 10_000_000

_STREAM = """
SELECT o.code, s.genesis, s.watermark, s.head_hash FROM stream AS s JOIN store AS o USING (store_id)
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
"""
_PAGE = """
SELECT seq, event_id, kind, kind_version, occurred_at_ms, utc_offset_s, boot_id, hlc, clock_state,
    body, hash
FROM raw_event
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq > $4 AND seq <= $5
ORDER BY seq LIMIT $6
"""


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as the journals say. ``what`` is a sentence; ``receipt`` the number on
    the receipt it is about, ``seq`` the event, where there is one."""

    store_code: str
    what: str
    epoch: str | None = None
    seq: int | None = None
    receipt: str | None = None


class StreamVerdict(msgspec.Struct, frozen=True):
    """One epoch's chain: ``events`` that come out, and the first that does not."""

    store_code: str
    epoch: str
    events: int
    first_bad_seq: int | None
    finding: Finding | None


async def verify_journal(
    engine: AsyncEngine, store_id: StoreId | None = None
) -> tuple[StreamVerdict, ...]:
    """The verdict on every stream, or on those of one store, in the order of their names."""
    archive = PostgresArchive(engine)
    return tuple([await _verify(engine, key) for key in await archive.streams(store_id)])


async def _verify(engine: AsyncEngine, key: StreamKey) -> StreamVerdict:
    """Through the watermark that stands at the beginning: what arrives meanwhile is not looked at;
    nothing that is there ever changes, so each page may be its own unit of work."""
    name = (key.store_id, key.epoch.number, key.epoch.fingerprint)
    async with unit_of_work(engine) as db:
        stream = await (await raw(db)).fetchrow(_STREAM, *name)
    code, watermark = stream["code"], stream["watermark"]
    seq, previous = 0, genesis_hash(stream["genesis"])
    for _ in range(PAGES_MAX):
        async with unit_of_work(engine) as db:
            page = await (await raw(db)).fetch(_PAGE, *name, seq, watermark, PAGE_EVENTS)
        if not page:
            break
        seq, previous, bad = _walk(key, page, seq, previous)
        if bad is not None:
            return _bad(code, key, seq, f"event {bad} is not the one that the chain goes on with")
    if seq != watermark:
        return _bad(code, key, seq, f"event {seq + 1} is missing")
    if previous != stream["head_hash"]:
        return _bad(code, key, seq - 1, f"the hash at event {seq} is not the one acknowledged")
    return StreamVerdict(code, str(key.epoch), seq, None, None)


def _walk(
    key: StreamKey, page: Sequence[Any], seq: int, previous: bytes
) -> tuple[int, bytes, int | None]:
    """Through a page: the last good sequence with its hash, and the first bad one."""
    for row in page:
        if row["seq"] != seq + 1:
            return seq, previous, seq + 1
        envelope = Envelope(
            row["seq"],
            EventId(row["event_id"]),
            row["kind"],
            row["kind_version"],
            row["occurred_at_ms"],
            row["utc_offset_s"],
            BootId(row["boot_id"]),
            row["hlc"],
            ClockState(row["clock_state"]),
            row["body"],
        )
        hashed = link(key.store_id, key.epoch, envelope, previous).hash
        if hashed != row["hash"]:
            return seq, previous, seq + 1
        seq, previous = seq + 1, hashed
    return seq, previous, None


def _bad(code: str, key: StreamKey, good_through: int, what: str) -> StreamVerdict:
    epoch = str(key.epoch)
    finding = Finding(code, f"{code}, epoch {epoch}: {what}.", epoch, good_through + 1)
    return StreamVerdict(code, epoch, good_through, good_through + 1, finding)
