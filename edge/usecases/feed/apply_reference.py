"""Take a page of reference data: rows, cursor and set hash in one unit of work.

The set's hash is kept row by row over the rows as published, and must come out as head office
states it, or nothing of the page is kept and the feed is loaded anew. Pages in any split, or
twice, end in the same set (P4), and in the same rows that sales read (``take_rows``). Once a store
is loaded, rows wait for what was published together with them (``take_effect``).
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from edge.db.reference import (
    Cursor,
    Feed,
    begin_anew,
    forget_cursor,
    live_bodies,
    read_cursor,
    stale_bodies,
    write_cursor,
)
from edge.db.waiting import has_switched, keep_waiting, waiting_bodies
from edge.usecases.feed.sweep import sweep_loaded
from edge.usecases.feed.take_rows import take_rows
from sync.engine.journal import Moment
from sync.protocol.errors import PageDiffers
from sync.protocol.feeds import ROWS
from sync.protocol.reference import (
    EMPTY_SET_HASH,
    DataSet,
    FeedPage,
    FeedRow,
    replace_in_set_hash,
)


class SetDiffers(PageDiffers):
    """Our set is not head office's. Nothing of the page is kept, and the cursor is forgotten
    (``keep`` is run by the writer, see edge/db/connection/group.py): the next round loads what
    differs, by key ranges."""

    def __init__(self, feed: Feed, after: int) -> None:
        super().__init__(f"{feed.data_set.value}: the set's hash at {after} is not head office's")
        self.keep: Callable[[sqlite3.Connection], None] = partial(forget_cursor, feed=feed)


class AppliedPage(NamedTuple):
    """``rows``: how many were new. ``unreadable``: keys of rows in force that this version of the
    program cannot take; sales go on with what was known of them."""

    rows: int
    pub_seq: int
    head: int
    unreadable: tuple[str, ...]


def apply_reference(db: sqlite3.Connection, page: FeedPage, moment: Moment) -> AppliedPage:
    """Take a page that follows the feed's cursor. Rows at or below the cursor change nothing.

    A page of another incarnation, or of a feed that is behind our cursor, begins the feed anew, and
    so does the first page after the cursor was forgotten: it must start at 1. Raises PageDiffers
    for a hole, and SetDiffers.
    """
    feed = _feed_of(page)
    cursor = read_cursor(db, feed)
    if cursor is None or _is_another(cursor, page):
        begin_anew(db, feed)
        cursor = Cursor(page.incarnation, 0, EMPTY_SET_HASH)
    fresh = tuple(row for row in page.rows if row.pub_seq > cursor.pub_seq)
    if page.rows and not fresh:
        return AppliedPage(0, cursor.pub_seq, page.head, ())
    reached = _checked(db, feed, cursor, fresh, page)
    if ROWS[feed.data_set].alone or not has_switched(db):
        unreadable = take_rows(db, feed, fresh, page.keys, moment)
        if reached.pub_seq >= page.head:
            sweep_loaded(db, feed, moment)
    else:
        same = _in_use(db, feed, fresh)
        unreadable = take_rows(db, feed, same, (), moment)
        keep_waiting(db, feed, (row for row in fresh if row not in same))
    write_cursor(db, feed, reached)
    return AppliedPage(len(fresh), reached.pub_seq, page.head, unreadable)


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
    keys = {row.key for row in fresh}
    bodies = {**live_bodies(db, feed, keys), **waiting_bodies(db, feed, keys)}
    set_hash, last = cursor.set_hash, cursor.pub_seq
    for row in fresh:
        if row.pub_seq != last + 1:
            raise PageDiffers(f"{feed.data_set.value}: {row.pub_seq} follows {last}")
        set_hash = replace_in_set_hash(set_hash, row.key, bodies.get(row.key), row.body)
        bodies[row.key], last = row.body, row.pub_seq
    if set_hash != page.set_hash:
        raise SetDiffers(feed, last)
    return Cursor(page.incarnation, last, set_hash)


def _in_use(db: sqlite3.Connection, feed: Feed, fresh: Sequence[FeedRow]) -> tuple[FeedRow, ...]:
    """Rows of a feed that is loaded anew which say what is in force anyway: they change nothing
    that a sale reads, so they need not wait."""
    named = Counter(row.key for row in fresh)
    once = [row for row in fresh if named[row.key] == 1]
    stale = stale_bodies(db, feed, (row.key for row in once))
    waiting = waiting_bodies(db, feed, stale)
    return tuple(
        row for row in once if row.key not in waiting and stale.get(row.key, b"") == row.body
    )
