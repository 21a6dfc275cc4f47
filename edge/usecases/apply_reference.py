"""Apply a page of reference data: rows, cursor, set hash and what sales read, in one unit of work.

The set's hash is kept row by row over the rows as published, and must come out as head office
states it, or nothing of the page is kept and the feed is loaded anew. Pages in any split, or
twice, end in the same set (P4).
"""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

from edge.db.published import KINDS, read_rows
from edge.db.reference import (
    STALE_PAGE_ROWS,
    Cursor,
    Feed,
    begin_anew,
    drop_rows,
    live_bodies,
    other_scopes,
    read_cursor,
    stale_keys,
    write_cursor,
    write_rows,
)
from edge.usecases.take_customers import take_customers
from sync.engine.journal import Moment
from sync.protocol.codec import decode
from sync.protocol.errors import PageDiffers, Undecodable
from sync.protocol.identity import CustomerId
from sync.protocol.reference import (
    EMPTY_SET_HASH,
    DataSet,
    FeedPage,
    FeedRow,
    replace_in_set_hash,
)
from sync.protocol.shared import CustomerRecord

SWEPT_PAGES_MAX = 20
"""Pages of stale rows that one page takes away (about a second's work): what is left then stays in
use until the feed's next page."""


class SetDiffers(PageDiffers):
    """Our set is not head office's. Nothing of the page is kept, but the feed begins anew (``keep``
    is run by the writer, see edge/db/group.py): the next round loads it from 0."""

    def __init__(self, feed: Feed, after: int) -> None:
        super().__init__(f"{feed.data_set.value}: the set's hash at {after} is not head office's")
        self.keep: Callable[[sqlite3.Connection], None] = partial(begin_anew, feed=feed)


class AppliedPage(NamedTuple):
    """``rows``: how many were new. ``unreadable``: keys whose bodies this version of the program
    cannot read; sales go on with what was known of them."""

    rows: int
    pub_seq: int
    head: int
    unreadable: tuple[str, ...]


def apply_reference(db: sqlite3.Connection, page: FeedPage, moment: Moment) -> AppliedPage:
    """Take a page that follows the feed's cursor. Rows at or below the cursor change nothing.

    A page of another incarnation, or of a feed that is behind our cursor, begins the feed anew: it
    must start at 1. Raises PageDiffers for a hole, and SetDiffers.
    """
    feed = _feed_of(page)
    cursor = read_cursor(db, feed)
    if cursor is not None and _is_another(cursor, page):
        begin_anew(db, feed)
        cursor = None
    if cursor is None:
        cursor = Cursor(page.incarnation, 0, EMPTY_SET_HASH)
    fresh = tuple(row for row in page.rows if row.pub_seq > cursor.pub_seq)
    if page.rows and not fresh:
        return AppliedPage(0, cursor.pub_seq, page.head, ())
    reached = _checked(db, feed, cursor, fresh, page)
    write_rows(db, feed, {row.key: row for row in fresh}.values())
    unreadable = _take(db, fresh, page, moment)
    write_cursor(db, feed, reached)
    if reached.pub_seq >= page.head:
        _sweep(db, feed)
    return AppliedPage(len(fresh), reached.pub_seq, page.head, unreadable)


def reset_feed(db: sqlite3.Connection, data_set: DataSet, scope: str) -> None:
    """Load a feed anew from 0. The shop sells from the old rows until the new load is complete."""
    begin_anew(db, Feed(data_set, scope))


def _feed_of(page: FeedPage) -> Feed:
    try:
        return Feed(DataSet(page.data_set), page.scope)
    except ValueError as error:
        raise PageDiffers(f"{page.data_set}: this version knows no such data set") from error


def _is_another(cursor: Cursor, page: FeedPage) -> bool:
    return cursor.incarnation != page.incarnation or cursor.pub_seq > page.head


def _checked(
    db: sqlite3.Connection,
    feed: Feed,
    cursor: Cursor,
    fresh: Sequence[FeedRow],
    page: FeedPage,
) -> Cursor:
    """The cursor after ``fresh``, if the set's hash comes out. Raises PageDiffers."""
    bodies: dict[str, bytes | None] = {**live_bodies(db, feed, {row.key for row in fresh})}
    set_hash, last = cursor.set_hash, cursor.pub_seq
    for row in fresh:
        if row.pub_seq != last + 1:
            raise PageDiffers(f"{feed.data_set.value}: {row.pub_seq} follows {last}")
        set_hash = replace_in_set_hash(set_hash, row.key, bodies.get(row.key), row.body)
        bodies[row.key], last = row.body, row.pub_seq
    if set_hash != page.set_hash:
        raise SetDiffers(feed, last)
    return Cursor(page.incarnation, last, set_hash)


def _take(
    db: sqlite3.Connection, fresh: Sequence[FeedRow], page: FeedPage, moment: Moment
) -> tuple[str, ...]:
    """What sales read, from the newest publication of each key; the keys that cannot be read."""
    data_set = DataSet(page.data_set)
    if data_set is DataSet.CUSTOMERS:
        return _take_customers(db, fresh, page, moment)
    kind, take, drop = KINDS[data_set]
    newest = tuple({row.key: row for row in fresh}.values())
    read, unreadable = read_rows(newest, kind)
    drop(db, [row.key for row in newest if row.body is None])
    take(db, sorted(read))
    return tuple(unreadable)


def _take_customers(
    db: sqlite3.Connection, fresh: Sequence[FeedRow], page: FeedPage, moment: Moment
) -> tuple[str, ...]:
    """All publications of each customer are merged, but for those before an erasure."""
    records: dict[str, list[CustomerRecord]] = {}
    erased, unreadable = [], []
    for row in fresh:
        if row.body is None:
            records.pop(row.key, None)
            erased.append(CustomerId(UUID(row.key)))
            continue
        try:
            records.setdefault(row.key, []).append(decode(CustomerRecord, row.body))
        except Undecodable:
            unreadable.append(row.key)
    found = [record for of_one in records.values() for record in of_one]
    take_customers(db, found, erased, page.keys, moment)
    return tuple(unreadable)


def _sweep(db: sqlite3.Connection, feed: Feed) -> None:
    """The load is complete: take away what it no longer names, and what an earlier price zone of
    this store named. Customers stay, for the store may have made them itself."""
    olds = [feed]
    if feed.data_set is DataSet.PRICES:
        olds += other_scopes(db, feed)
    for old in olds[1:]:
        begin_anew(db, old)
    for old in olds:
        for _ in range(SWEPT_PAGES_MAX):
            keys = stale_keys(db, old)
            if feed.data_set is not DataSet.CUSTOMERS:
                kept = live_bodies(db, feed, keys)
                KINDS[feed.data_set][2](db, [key for key in keys if key not in kept])
            drop_rows(db, old, keys)
            if len(keys) < STALE_PAGE_ROWS:
                break
