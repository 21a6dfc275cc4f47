"""Gives each waiting publication its dense pub_seq: the one sequencer of head office.

Any number of central processes may call this; the row lock on ``leader`` lets one work at a time.
Commits of publishers may come in any order: what is not visible yet simply gets a later number.
Numbers, log, newest rows and the sets' hashes move in one unit of work, so a feed has no hole; and
it takes all that waits, so no head of a feed ever cuts a publication in two: a box puts in force
what lies at or below the heads of one answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import driver_of, unit_of_work
from sync.protocol.reference import EMPTY_SET_HASH, replace_in_set_hash

PIECE_ROWS_MAX = 10_000
"""Rows that are held in memory at once."""
_LOG_COLUMNS = (
    "company_id",
    "data_set",
    "scope",
    "pub_seq",
    "key",
    "body",
    "set_hash",
    "publication",
)


class FeedName(NamedTuple):
    """A feed's key."""

    company_id: UUID
    data_set: str
    scope: str


class LogRow(NamedTuple):
    """A row of feed_log."""

    company_id: UUID
    data_set: str
    scope: str
    pub_seq: int
    key: str
    body: bytes | None
    set_hash: bytes
    publication: UUID


@dataclass
class _Growing:
    """A feed while a round works on it. ``latest``: key → (pub_seq, body)."""

    head: int = 0
    set_hash: bytes = EMPTY_SET_HASH
    latest: dict[str, tuple[int, bytes | None]] = field(default_factory=dict)


async def sequence_publications(engine: AsyncEngine) -> int:
    """Number all that waits; how many rows it was. What is published meanwhile waits on."""
    async with unit_of_work(engine) as db:
        await db.execute(text("SELECT role FROM leader WHERE role = 'sequencer' FOR UPDATE"))
        connection = await driver_of(db)
        # One statement, and so whole publications: each was written in one unit of work.
        waiting = await connection.fetch("SELECT waiting_no FROM publication ORDER BY waiting_no")
        numbers = [row["waiting_no"] for row in waiting]
        for begin in range(0, len(numbers), PIECE_ROWS_MAX):
            await _number_piece(connection, numbers[begin : begin + PIECE_ROWS_MAX])
        return len(numbers)


async def _number_piece(connection: Any, numbers: list[int]) -> None:
    waiting = await connection.fetch(
        "DELETE FROM publication WHERE waiting_no = ANY($1::bigint[])"
        " RETURNING waiting_no, publication, company_id, data_set, scope, key, body",
        numbers,
    )
    waiting.sort(key=lambda row: row["waiting_no"])
    feeds = await _load(connection, waiting)
    log = number(waiting, feeds)
    await connection.copy_records_to_table("feed_log", records=log, columns=_LOG_COLUMNS)
    await _store(connection, feeds, log)


async def drain_publications(engine: AsyncEngine) -> int:
    """Number everything that waits; how many rows it was."""
    total = 0
    while count := await sequence_publications(engine):
        total += count
    return total


def number(waiting: Iterable[Mapping[str, Any]], feeds: dict[FeedName, _Growing]) -> list[LogRow]:
    """The log's new rows, in order; ``feeds`` moves along."""
    log = []
    for row in waiting:
        name = FeedName(row["company_id"], row["data_set"], row["scope"])
        key, body = row["key"], row["body"]
        feed = feeds[name]
        before = feed.latest.get(key, (0, None))[1]
        feed.head += 1
        feed.set_hash = replace_in_set_hash(feed.set_hash, key, before, body)
        feed.latest[key] = (feed.head, body)
        log.append(LogRow(*name, feed.head, key, body, feed.set_hash, row["publication"]))
    return log


async def _load(connection: Any, waiting: Iterable[Mapping[str, Any]]) -> dict[FeedName, _Growing]:
    keys: dict[FeedName, set[str]] = {}
    for row in waiting:
        name = FeedName(row["company_id"], row["data_set"], row["scope"])
        keys.setdefault(name, set()).add(row["key"])
    feeds = {}
    for name, named in keys.items():
        head = await connection.fetchrow(
            "SELECT head, set_hash FROM feed"
            " WHERE company_id = $1 AND data_set = $2 AND scope = $3",
            *name,
        )
        feed = _Growing(head["head"], head["set_hash"]) if head else _Growing()
        rows = await connection.fetch(
            "SELECT key, pub_seq, body FROM feed_latest"
            " WHERE company_id = $1 AND data_set = $2 AND scope = $3 AND key = ANY($4::text[])",
            *name,
            list(named),
        )
        feed.latest = {row["key"]: (row["pub_seq"], row["body"]) for row in rows}
        feeds[name] = feed
    return feeds


async def _store(connection: Any, feeds: dict[FeedName, _Growing], log: list[LogRow]) -> None:
    newest = list({(row.company_id, row.data_set, row.scope, row.key): row for row in log}.values())
    await connection.execute(
        "INSERT INTO feed_latest (company_id, data_set, scope, key, pub_seq, body)"
        " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[],"
        " $6::bytea[]) ON CONFLICT (company_id, data_set, scope, key)"
        " DO UPDATE SET pub_seq = excluded.pub_seq, body = excluded.body",
        [row.company_id for row in newest],
        [row.data_set for row in newest],
        [row.scope for row in newest],
        [row.key for row in newest],
        [row.pub_seq for row in newest],
        [row.body for row in newest],
    )
    await connection.executemany(
        "INSERT INTO feed (company_id, data_set, scope, head, set_hash)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (company_id, data_set, scope)"
        " DO UPDATE SET head = excluded.head, set_hash = excluded.set_hash",
        [(*name, feed.head, feed.set_hash) for name, feed in feeds.items()],
    )
