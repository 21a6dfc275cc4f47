"""A feed's set in parts, for boxes that are too far behind for pages or whose set does not come
out (``sync/protocol/snapshot.py``).

One is made when a box asks and the last one is too old; every box that asks then gets the same, and
parts that did not change keep their name. A part that is in no newer snapshot stays a day, for
boxes that are at it.
"""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.feeds import CursorGone, FollowedFeed
from central.usecases.feed.read_feed import keys_of, read_incarnation
from sync.protocol.codec import decode, encode
from sync.protocol.identity import CompanyId, Incarnation
from sync.protocol.reference import PAGE_ROWS_MAX, DataSet, FeedRow
from sync.protocol.snapshot import (
    PART_BYTES_MAX,
    PART_ROWS_MAX,
    Part,
    Snapshot,
    SnapshotPart,
    part_content,
    part_name,
    part_rows,
)

PART_KEPT_MS = 86_400_000
BEHIND_SHARE = 20
"""A snapshot is made anew once its feed grew by a page and by a twentieth of its rows."""

_OF_FEED = "company_id = $1 AND data_set = $2 AND scope = $3"
_LAST = """
SELECT s.body, f.head, f.floor FROM snapshot AS s
JOIN feed AS f ON f.company_id = s.company_id AND f.data_set = s.data_set AND f.scope = s.scope
JOIN feed_log AS l ON l.company_id = s.company_id AND l.data_set = s.data_set
    AND l.scope = s.scope AND l.pub_seq = s.head AND l.set_hash = s.set_hash
WHERE s.company_id = $1 AND s.data_set = $2 AND s.scope = $3
"""
_SET = """
SELECT f.head, f.set_hash, l.pub_seq, l.key, l.body FROM feed AS f
LEFT JOIN feed_latest AS l ON l.company_id = f.company_id AND l.data_set = f.data_set
    AND l.scope = f.scope AND l.body IS NOT NULL
WHERE f.company_id = $1 AND f.data_set = $2 AND f.scope = $3 ORDER BY l.key COLLATE "C"
"""
"""One statement, and so one state of the feed: the sequencer may be at work."""
_PUT_PART = """
INSERT INTO snapshot_part (company_id, data_set, scope, name, content, wanted_at_ms)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (company_id, data_set, scope, name)
DO UPDATE SET wanted_at_ms = excluded.wanted_at_ms
"""
_PUT = """
INSERT INTO snapshot (company_id, data_set, scope, head, set_hash, body)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (company_id, data_set, scope)
DO UPDATE SET head = excluded.head, set_hash = excluded.set_hash, body = excluded.body
"""
_FORGET = f"DELETE FROM snapshot_part WHERE {_OF_FEED} AND wanted_at_ms < $4"  # noqa: S608  the text is ours
_PART = f"SELECT content FROM snapshot_part WHERE {_OF_FEED} AND name = $4"  # noqa: S608  the text is ours


async def feed_snapshot(
    db: AsyncConnection, company_id: CompanyId, feed: FollowedFeed, now_ms: int
) -> Snapshot:
    """The last one, or a new one. Raises CursorGone for a feed that nothing was published in."""
    incarnation = await read_incarnation(db)
    connection = await driver_of(db)
    name = (company_id, feed.data_set.value, feed.scope)
    last = await connection.fetchrow(_LAST, *name)
    if last is not None:
        found = decode(Snapshot, last["body"])
        behind = max(PAGE_ROWS_MAX, found.rows // BEHIND_SHARE)
        if found.head >= max(last["floor"], last["head"] - behind):
            return msgspec.structs.replace(found, incarnation=incarnation)
    made = await _make(connection, incarnation, name, now_ms)
    if made is None:
        raise CursorGone("Nothing was published in this feed.", field="data_set")
    return made


async def snapshot_part(
    db: AsyncConnection, company_id: CompanyId, feed: FollowedFeed, name: bytes
) -> SnapshotPart:
    """Raises CursorGone for a part that is kept no more: the box asks for a newer snapshot."""
    connection = await driver_of(db)
    content = await connection.fetchval(_PART, company_id, feed.data_set.value, feed.scope, name)
    if content is None:
        raise CursorGone("This part of a snapshot is kept no more.", field="name")
    if feed.data_set is not DataSet.CUSTOMERS:
        return SnapshotPart(content)
    return SnapshotPart(content, await keys_of(db, company_id, part_rows(content)))


async def _make(
    connection: Any, incarnation: Incarnation, name: tuple[Any, ...], now_ms: int
) -> Snapshot | None:
    parts: list[Part] = []
    found: list[Any] = []
    async for rows in _cut(connection.cursor(_SET, *name), found):
        content = part_content(rows)
        parts.append(Part(part_name(content), rows[-1].key, len(rows)))
        await connection.execute(_PUT_PART, *name, parts[-1].name, content, now_ms)
    if not found:
        return None
    head, set_hash = found[0]["head"], found[0]["set_hash"]
    count = sum(part.rows for part in parts)
    _, data_set, scope = name
    made = Snapshot(incarnation, data_set, scope, head, set_hash, count, tuple(parts))
    await connection.execute(_PUT, *name, head, set_hash, encode(made))
    await connection.execute(_FORGET, *name, now_ms - PART_KEPT_MS)
    return made


async def _cut(rows: AsyncIterable[Any], first: list[Any]) -> AsyncIterator[tuple[FeedRow, ...]]:
    """Parts of the set; ``first`` receives the first row, which is there for an empty set too."""
    part: list[FeedRow] = []
    size = 0
    async for row in rows:
        if not first:
            first.append(row)
        if row["key"] is None:
            return
        size += len(row["body"])
        if part and (len(part) == PART_ROWS_MAX or size > PART_BYTES_MAX):
            yield tuple(part)
            part, size = [], len(row["body"])
        part.append(FeedRow(row["pub_seq"], row["key"], row["body"]))
    if part:
        yield tuple(part)
