"""What one feed takes away another of its data set may have: that of the zone which the store is in
now, or, of a set that is followed in two scopes (``feeds.Scope``), the one that a row moved to."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from edge.db.published import Read
from edge.db.reference import Feed, live_rows
from edge.db.waiting import newest_waiting
from sync.protocol.feeds import ROWS, RowUnreadable, Scope, read_row
from sync.protocol.reference import FeedRow


class Away(NamedTuple):
    """Keys that leave a feed: ``gone`` for good, and what is in force ``instead`` of others;
    ``named``: of both."""

    named: list[str]
    gone: list[str]
    instead: list[Read]


def away(
    db: sqlite3.Connection,
    old: Feed,
    now: Iterable[Feed],
    keys: Sequence[str],
    through: Mapping[Feed, int] | None = None,
) -> Away:
    """``keys`` leave ``old``; ``now``: which feeds may have them. ``through``: what waits up to
    these publications counts as well.

    What two zones say of a price was written when the later one was taken. Where a set is followed
    in two scopes either may have come last, so what the other says is written again."""
    held: set[str] = set()
    besides: dict[str, Read] = {}
    for feed in now:
        rows = _rows(db, feed, keys, through)
        held.update(rows)
        if feed != old and ROWS[feed.data_set].scope is Scope.SHARED_AND_ZONE:
            besides.update(_readable(feed, rows.values()))
    gone = [key for key in keys if key not in held]
    return Away([*gone, *besides], gone, list(besides.values()))


def _rows(
    db: sqlite3.Connection, feed: Feed, keys: Sequence[str], through: Mapping[Feed, int] | None
) -> dict[str, FeedRow]:
    rows = live_rows(db, feed, keys)
    if through is not None:
        rows.update(newest_waiting(db, feed, keys, through[feed]))
    return {key: row for key, row in rows.items() if row.body is not None}


def _readable(feed: Feed, rows: Iterable[FeedRow]) -> Iterator[tuple[str, Read]]:
    for row in rows:
        try:
            yield row.key, Read(row.pub_seq, read_row(feed.data_set, row.key, row.body or b""))
        except RowUnreadable:
            continue
