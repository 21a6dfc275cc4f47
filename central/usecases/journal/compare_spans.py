"""Find where a day's figures differ between a box and head office, to the event and the cent: begin
a search, say what is asked next, take an answer.

A search begins where a manifest differs (``settle_days``). Its question stands in every
acknowledgement to the store until the box has answered it; the answer to an answer holds the next
question, so that a search is a handful of requests one after the other.
"""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.found_event import FoundEvent
from central.domain.span_search import Search, begin, gone_on, narrowed
from central.reports.span_figures import count_events, count_points
from central.reports.statements import Statement
from central.reports.store_day import StoreDay, name_of
from sync.protocol.checkpoints import SpanFigures, points_between
from sync.protocol.codec import decode, encode
from sync.protocol.commands import Detail
from sync.protocol.identity import StoreId
from sync.protocol.manifest import ReceiptDifference, receipt_differences

FOUND_MAX = 500
"""Events that a search keeps."""

_BEGIN = """
INSERT INTO comparison (store_id, business_date, epoch_number, epoch_fingerprint, end_seq,
    after_seq, through_seq, rounds, spans, is_open, whole, found, changed_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, true, false, $8, $9)
ON CONFLICT (store_id, business_date, epoch_number, epoch_fingerprint, end_seq) DO NOTHING
"""
_OPEN = """
SELECT end_seq, after_seq, through_seq, rounds, spans, found FROM comparison
WHERE store_id = $1 AND business_date = $2 AND epoch_number = $3 AND epoch_fingerprint = $4
    AND is_open ORDER BY end_seq FOR UPDATE
"""
_MOVE = """
UPDATE comparison SET after_seq = $6, through_seq = $7, rounds = $8, spans = $9, is_open = $10,
    whole = $11, found = $12, changed_at_ms = $13
WHERE store_id = $1 AND business_date = $2 AND epoch_number = $3 AND epoch_fingerprint = $4
    AND end_seq = $5
"""


async def begin_search(db: AsyncConnection, day: StoreDay, said: Statement, now_ms: int) -> None:
    """Of a manifest that differs; one that was begun stays as it is."""
    search = begin(said.manifest.first_seq, said.manifest.last_seq)
    if search.after >= search.end:
        return
    place = (*day, *name_of(said.about), search.end)
    values = (search.after, search.through, encode(()), now_ms)
    await (await driver_of(db)).execute(_BEGIN, *place, *values)


async def take_span_figures(
    db: AsyncConnection, store_id: StoreId, said: SpanFigures, now_ms: int
) -> None:
    """An answer of the store's box: every search that asks for this span goes on; for none, it
    changes nothing."""
    connection = await driver_of(db)
    day = StoreDay(store_id, said.business_date)
    place = (*day, *name_of(said.epoch))
    for row in await connection.fetch(_OPEN, *place):
        end, after, through, rounds, spans, kept = row
        search = Search(after, through, end, rounds, spans)
        if (after, through) != (said.after, said.through):
            continue
        found = decode(tuple[FoundEvent, ...], kept)
        detail = search.question(said.business_date, said.epoch).detail
        if detail is Detail.CHECKPOINTS:
            points = points_between(after, through)
            if tuple(point.seq for point in said.points) != points:
                continue
            ours = await count_points(db, day, said.epoch, after, points)
            following = narrowed(search, said.points, ours)
        else:
            here = await count_events(db, day, said.epoch, after, through)
            found = (*found, *map(_found, receipt_differences(said.events, here)))[:FOUND_MAX]
            following = gone_on(search)
        await _move(connection, place, search, following, found, now_ms)


async def _move(
    connection: Any,
    place: tuple[UUID, Any, int, bytes],
    search: Search,
    following: Search | None,
    found: tuple[FoundEvent, ...],
    now_ms: int,
) -> None:
    at = following or search
    moved = (at.after, at.through, at.rounds, at.spans, following is not None)
    whole = following is None and len(found) < FOUND_MAX
    await connection.execute(_MOVE, *place, search.end, *moved, whole, encode(found), now_ms)


def _found(one: ReceiptDifference) -> FoundEvent:
    return FoundEvent(one.number, one.only_at, one.figures)
