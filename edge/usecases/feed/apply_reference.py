"""Apply a page of reference data: rows, cursor, set hash and what sales read, in one unit of work.

The set's hash is kept row by row over the rows as published, and must come out as head office
states it, or nothing of the page is kept and the feed is loaded anew. Pages in any split, or
twice, end in the same set (P4), and in the same rows that sales read: of each key the newest
publication that this version can take. One that it cannot take is set aside by the row, with its
bytes, and stops neither its feed nor the shop.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from edge.db.published import put_in_force, settle
from edge.db.reference import (
    Cursor,
    Feed,
    PublishedRow,
    begin_anew,
    live_bodies,
    read_cursor,
    write_cursor,
    write_rows,
)
from edge.usecases.customer.take import take_customers
from edge.usecases.feed.sweep import sweep_loaded
from edge.usecases.stock.open_stock import open_stock
from sync.engine.journal import Moment
from sync.protocol.errors import PageDiffers
from sync.protocol.feeds import RowUnreadable, read_row, uuid_of_key
from sync.protocol.identity import CustomerId
from sync.protocol.reference import (
    EMPTY_SET_HASH,
    DataSet,
    FeedPage,
    FeedRow,
    OpeningStock,
    replace_in_set_hash,
)
from sync.protocol.shared import CustomerRecord


class SetDiffers(PageDiffers):
    """Our set is not head office's. Nothing of the page is kept, but the feed begins anew (``keep``
    is run by the writer, see edge/db/connection/group.py): the next round loads it from 0."""

    def __init__(self, feed: Feed, after: int) -> None:
        super().__init__(f"{feed.data_set.value}: the set's hash at {after} is not head office's")
        self.keep: Callable[[sqlite3.Connection], None] = partial(begin_anew, feed=feed)


class AppliedPage(NamedTuple):
    """``rows``: how many were new. ``unreadable``: keys that this version of the program cannot
    take; sales go on with what was known of them."""

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
    unreadable = _take(db, feed, fresh, page, moment)
    write_cursor(db, feed, reached)
    if reached.pub_seq >= page.head:
        sweep_loaded(db, feed, moment)
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
    db: sqlite3.Connection,
    feed: Feed,
    fresh: Sequence[FeedRow],
    page: FeedPage,
    moment: Moment,
) -> tuple[str, ...]:
    """The rows as published and what sales read of them; the keys that are set aside."""
    by_key: dict[str, list[FeedRow]] = {}
    for row in fresh:
        by_key.setdefault(row.key, []).append(row)
    settled = [settle(feed.data_set, of_one) for of_one in by_key.values()]
    if feed.data_set is DataSet.CUSTOMERS:
        _take_customers(db, by_key, page, moment)
    elif feed.data_set is DataSet.OPENING_STOCK:
        open_stock(db, _openings(by_key.values()), moment)
    else:
        read = sorted(one.read for one in settled if one.read is not None)
        gone = [one.row.key for one in settled if one.gone]
        put_in_force(db, feed.data_set, list(by_key), read, gone, moment.wall_ms)
    write_rows(db, feed, (PublishedRow(one.row, one.aside) for one in settled))
    return tuple(one.row.key for one in settled if one.aside is not None)


def _take_customers(
    db: sqlite3.Connection,
    by_key: Mapping[str, Sequence[FeedRow]],
    page: FeedPage,
    moment: Moment,
) -> None:
    """All publications of each customer are merged, but for those before an erasure. A key of
    somebody who was erased in this page stays outside."""
    records: list[CustomerRecord] = []
    erased: list[CustomerId] = []
    gone: set[UUID | None] = set()
    for key, publications in by_key.items():
        since = _since_erasure(publications)
        if len(since) < len(publications) and (customer_id := uuid_of_key(key)) is not None:
            erased.append(CustomerId(customer_id))
            if not since:
                gone.add(customer_id)
        records += _readable(DataSet.CUSTOMERS, since)
    keys = [key for key in page.keys if key.customer_id not in gone]
    take_customers(db, records, erased, keys, moment)


def _openings(by_key: Iterable[Sequence[FeedRow]]) -> Iterator[OpeningStock]:
    """What was booked stays booked, so of each key the first that can be taken counts, however the
    feed is cut into pages."""
    for publications in by_key:
        yield from islice(_readable(DataSet.OPENING_STOCK, publications), 1)


def _since_erasure(publications: Sequence[FeedRow]) -> Sequence[FeedRow]:
    last = max((n for n, row in enumerate(publications) if row.body is None), default=-1)
    return publications[last + 1 :]


def _readable(data_set: DataSet, publications: Sequence[FeedRow]) -> Iterator[Any]:
    for row in publications:
        if row.body is None:
            continue
        try:
            yield read_row(data_set, row.key, row.body)
        except RowUnreadable:
            continue
