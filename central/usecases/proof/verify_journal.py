"""Walks every stream's chain from its genesis record, in bounded pages.

Each hash is derived again from the raw event and the hash before; a row that was changed, taken out
or put in shows at the first sequence where the chain does not come out. A row of ``stream`` that
was set back shows by the events that stand beyond it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.port import StreamKey
from central.archive.postgres import PostgresArchive
from central.archive.rows import ENVELOPE, envelope_of
from central.db.engine import driver_of, unit_of_work
from central.domain.hole import Holes, hole_at, read_holes
from central.usecases.proof.in_processes import Show, in_processes
from sync.protocol.change import genesis_hash, link
from sync.protocol.identity import StoreId

PAGE_EVENTS = 2_000
PAGES_MAX = 10_000_000

_STREAM = """
SELECT coalesce(o.code, s.store_id::text) AS code, s.genesis, s.watermark, s.head_hash, s.holes,
    (SELECT max(r.seq) FROM raw_event AS r WHERE r.store_id = s.store_id
        AND r.epoch_number = s.epoch_number AND r.epoch_fingerprint = s.epoch_fingerprint) AS newest
FROM stream AS s LEFT JOIN store AS o USING (store_id)
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
"""
_PAGE = f"""
SELECT {ENVELOPE}, hash, damaged
FROM raw_event
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq > $4 AND seq <= $5
ORDER BY seq LIMIT $6
"""  # noqa: S608 - constants


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
    engine: AsyncEngine,
    store_id: StoreId | None = None,
    processes: int = 1,
    show: Show | None = None,
) -> tuple[StreamVerdict, ...]:
    """The verdict on every stream, or on those of one store, in the order of their names. Raises
    ProcessEnded."""
    keys = await PostgresArchive(engine).streams(store_id)
    pieces = await in_processes(engine, verify_streams, keys, processes, show)
    return tuple(verdict for piece in pieces for verdict in piece)


async def verify_streams(engine: AsyncEngine, keys: Sequence[StreamKey]) -> list[StreamVerdict]:
    """One after the other."""
    return [await _verify(engine, key) for key in keys]


async def _verify(engine: AsyncEngine, key: StreamKey) -> StreamVerdict:
    """Through the watermark that stands at the beginning: what arrives meanwhile is not looked at;
    nothing that is there ever changes, so each page may be its own unit of work."""
    stream = await read_stream(engine, key)
    walked = await walk_chain(engine, key, stream, stream.watermark)
    seq, code = walked.seq, stream.code
    if walked.bad is not None:
        what = f"event {walked.bad} is not the one that the chain goes on with"
        return _bad(code, key, seq, what)
    if seq != stream.watermark:
        return _bad(code, key, seq, f"event {seq + 1} is missing")
    if walked.hash != stream.head_hash:
        return _bad(code, key, seq - 1, f"the hash at event {seq} is not the one acknowledged")
    if stream.newest > stream.watermark:
        what = f"events {seq + 1} to {stream.newest} stand beyond what is acknowledged"
        return _bad(code, key, seq, f"{what}, {seq}: its row was set back")
    return StreamVerdict(code, str(key.epoch), seq, None, None)


class Stream(NamedTuple):
    """A stream as its row says; ``newest``: the highest sequence of its events, 0 for none."""

    code: str
    genesis: bytes
    watermark: int
    head_hash: bytes
    holes: Holes
    newest: int


class Walked(NamedTuple):
    """How far a chain comes out, and its hash there; ``bad``: the event after it is another one,
    None: it is missing, or the walk was over."""

    seq: int
    hash: bytes
    bad: int | None


async def read_stream(engine: AsyncEngine, key: StreamKey) -> Stream:
    """The row, and what stands of its events at that moment."""
    async with unit_of_work(engine) as db:
        row = await (await driver_of(db)).fetchrow(_STREAM, *_columns(key))
    code, genesis, watermark, head_hash, holes, newest = row
    return Stream(code, genesis, watermark, head_hash, read_holes(holes), newest or 0)


async def walk_chain(engine: AsyncEngine, key: StreamKey, stream: Stream, through: int) -> Walked:
    """From the genesis record to event ``through``, or as far as the chain comes out. In a hole it
    is walked as far as it can be; behind it, it goes on with the hash that the box declared."""
    walked = Walked(0, genesis_hash(stream.genesis), None)
    for _ in range(PAGES_MAX):
        async with unit_of_work(engine) as db:
            arguments = (*_columns(key), walked.seq, through, PAGE_EVENTS)
            page = await (await driver_of(db)).fetch(_PAGE, *arguments)
        before = walked
        walked = _walk(key, page, walked)
        if walked.bad is not None:
            break
        if walked.seq < before.seq + PAGE_EVENTS:
            hole = hole_at(stream.holes, walked.seq + 1)
            if hole is None or hole.through > through:
                break
            walked = Walked(hole.through, hole.hash, None)
    return walked


def _columns(key: StreamKey) -> tuple[StoreId, int, bytes]:
    return key.store_id, key.epoch.number, key.epoch.fingerprint


def _walk(key: StreamKey, page: Sequence[Any], walked: Walked) -> Walked:
    """On through a page, to its end or to what does not follow."""
    for row in page:
        seq = walked.seq + 1
        if row["seq"] != seq:
            break
        try:
            hashed = link(key.store_id, key.epoch, envelope_of(row), walked.hash).hash
        except (ValueError, OverflowError):  # a figure or a word that no envelope can have
            return walked._replace(bad=seq)
        if (hashed != row["hash"]) is not row["damaged"]:
            return walked._replace(bad=seq)
        walked = Walked(seq, row["hash"], None)
    return walked


def _bad(code: str, key: StreamKey, good_through: int, what: str) -> StreamVerdict:
    epoch = str(key.epoch)
    finding = Finding(code, f"{code}, epoch {epoch}: {what}.", epoch, good_through + 1)
    return StreamVerdict(code, epoch, good_through, good_through + 1, finding)
