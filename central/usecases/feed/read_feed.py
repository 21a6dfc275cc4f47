"""What a store reads of the feeds: pages after a cursor, and the heads of all that it follows."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.feeds import CursorGone, FollowedFeed, followed_feeds
from sync.protocol.identity import CompanyId, CustomerId, Incarnation, StoreId
from sync.protocol.reference import (
    EMPTY_SET_HASH,
    PAGE_ROWS_MAX,
    DataSet,
    FeedHead,
    FeedPage,
    FeedRow,
)
from sync.protocol.shared import PersonalKey

PAGE_BYTES_MAX = 1 << 20
"""Bodies of a page add up to at most this, but for a single larger row."""


_HEAD = "SELECT head, floor FROM feed WHERE company_id = $1 AND data_set = $2 AND scope = $3"


class FeedCursor(NamedTuple):
    """How far a store is: the incarnation that it knows (None: it knows none yet), and the last
    pub_seq that it holds."""

    incarnation: Incarnation | None
    after: int


async def read_incarnation(db: AsyncConnection) -> Incarnation:
    """This central's incarnation. Raises LookupError in a database that was not migrated."""
    found = await db.scalar(text("SELECT incarnation FROM central_state WHERE one = 1"))
    if found is None:
        raise LookupError("central_state is empty: the database was not migrated")
    return Incarnation(UUID(bytes=found.bytes))


async def feed_page(
    db: AsyncConnection,
    company_id: CompanyId,
    feed: FollowedFeed,
    cursor: FeedCursor,
    rows_max: int = PAGE_ROWS_MAX,
) -> FeedPage:
    """The rows after ``cursor``, ascending. Raises CursorGone (HTTP 410): load a snapshot."""
    incarnation = await read_incarnation(db)
    name = (company_id, feed.data_set.value, feed.scope)
    connection = await driver_of(db)
    newest = await _newest(connection, name, incarnation, cursor)
    found = await connection.fetch(
        "SELECT pub_seq, key, body, set_hash FROM feed_log WHERE company_id = $1"
        " AND data_set = $2 AND scope = $3 AND pub_seq >= $4 AND pub_seq <= $5 ORDER BY pub_seq",
        *name,
        cursor.after,
        min(newest, cursor.after + min(rows_max, PAGE_ROWS_MAX)),
    )
    set_hash = EMPTY_SET_HASH
    rows: list[FeedRow] = []
    size = 0
    for row in found:
        size += len(row["body"] or b"")
        if size > PAGE_BYTES_MAX and len(rows) > 0:
            break
        set_hash = row["set_hash"]
        if row["pub_seq"] > cursor.after:
            rows.append(FeedRow(row["pub_seq"], row["key"], row["body"]))
    keys = await keys_of(db, company_id, rows) if feed.data_set is DataSet.CUSTOMERS else ()
    return FeedPage(incarnation, feed.data_set, feed.scope, tuple(rows), newest, set_hash, keys)


async def head_passed(
    db: AsyncConnection, company_id: CompanyId, feed: FollowedFeed, cursor: FeedCursor
) -> int | None:
    """The feed's head where the cursor is of this incarnation and lies beyond it; else None."""
    if cursor.incarnation != await read_incarnation(db):
        return None
    name = (company_id, feed.data_set.value, feed.scope)
    newest = await (await driver_of(db)).fetchval(_HEAD, *name) or 0
    return newest if cursor.after > newest else None


async def _newest(
    connection: Any, name: tuple[Any, ...], incarnation: Incarnation, cursor: FeedCursor
) -> int:
    """The feed's head. Raises CursorGone."""
    if cursor.incarnation not in (None, incarnation):
        raise CursorGone(
            "Head office was restored since this cursor was given.", field="incarnation"
        )
    found = await connection.fetchrow(_HEAD, *name)
    newest, floor = (found["head"], found["floor"]) if found else (0, 0)
    if cursor.after > newest:
        raise CursorGone(
            f"The cursor {cursor.after} lies beyond the feed's head {newest}.", field="after"
        )
    if cursor.after < floor:
        raise CursorGone(
            f"The cursor {cursor.after} lies below the feed's floor {floor}.", field="after"
        )
    return int(newest)


async def feed_heads(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, price_zone: str
) -> tuple[FeedHead, ...]:
    """Heads and set hashes of all feeds that the store follows, in the order of pulling; 0 for an
    empty one."""
    followed = followed_feeds(store_id, price_zone)
    rows = await (await driver_of(db)).fetch(
        "SELECT data_set, scope, head, set_hash FROM feed"
        " JOIN unnest($2::text[], $3::text[]) AS followed (data_set, scope)"
        " USING (data_set, scope) WHERE company_id = $1",
        company_id,
        [feed.data_set.value for feed in followed],
        [feed.scope for feed in followed],
    )
    heads = {(row["data_set"], row["scope"]): (row["head"], row["set_hash"]) for row in rows}
    return tuple(
        FeedHead(*feed, *heads.get((feed.data_set.value, feed.scope), (0, EMPTY_SET_HASH)))
        for feed in followed
    )


async def keys_of(
    db: AsyncConnection, company_id: CompanyId, rows: Sequence[FeedRow]
) -> tuple[PersonalKey, ...]:
    """The keys of customers among these rows."""
    named = [UUID(row.key) for row in rows if row.body is not None]
    found = await (await driver_of(db)).fetch(
        "SELECT customer_id, key FROM personal_key"
        " WHERE company_id = $1 AND customer_id = ANY($2::uuid[]) ORDER BY customer_id",
        company_id,
        named,
    )
    return tuple(
        PersonalKey(CustomerId(UUID(bytes=row["customer_id"].bytes)), row["key"]) for row in found
    )
