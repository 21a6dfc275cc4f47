"""Takes a snapshot part by part, each in one unit of work, while the shop sells from what it has.

A part is held against the rows of its range of keys that are in use. What differs waits, as the
rows of a page do, and comes into force with everything else (``take_effect``); what the part does
not name stays in use as stale until then. After the last part count and set hash must be head
office's, or all of it is loaded next time. Sets that merge or add up are taken at once, and so keep
what the store wrote itself.
"""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from edge.db.loads import (
    Progress,
    begin_load,
    end_load,
    go_on,
    mark_stale,
    read_load,
    rows_between,
)
from edge.db.reference import STALE, Cursor, Feed, begin_anew, forget_cursor, write_cursor
from edge.db.waiting import has_switched, keep_waiting
from edge.usecases.feed.sweep import sweep_loaded
from edge.usecases.feed.take_rows import take_rows
from sync.engine.journal import Moment
from sync.protocol.errors import PageDiffers
from sync.protocol.feeds import ROWS
from sync.protocol.reference import (
    EMPTY_SET_HASH,
    DataSet,
    FeedRow,
    replace_in_set_hash,
)
from sync.protocol.shared import PersonalKey
from sync.protocol.snapshot import Snapshot, part_content, part_name


class SnapshotDiffers(PageDiffers):
    """The parts are not the set that head office states. Nothing of the last part is kept, and the
    feed begins anew: no row counts as held any more (``keep`` is run by the writer)."""

    def __init__(self, feed: Feed, head: int) -> None:
        super().__init__(f"{feed.data_set.value}: the snapshot at {head} does not come out")
        self.keep: Callable[[sqlite3.Connection], None] = partial(begin_anew, feed=feed)


class TakenPart(NamedTuple):
    """``unreadable``: keys of rows in force that are set aside."""

    progress: Progress
    unreadable: tuple[str, ...] = ()


def feed_of(snapshot: Snapshot) -> Feed:
    """Raises ValueError for a data set that this version does not know."""
    return Feed(DataSet(snapshot.data_set), snapshot.scope)


def begin_snapshot(db: sqlite3.Connection, snapshot: Snapshot, moment: Moment) -> Progress:
    """Rows stay in use and count as held; what waits of the feed comes again."""
    feed = feed_of(snapshot)
    forget_cursor(db, feed)
    progress = Progress(snapshot, 0, 0, EMPTY_SET_HASH)
    begin_load(db, feed, progress)
    if not snapshot.parts:
        mark_stale(db, feed, [row.key for row in rows_between(db, feed, "", None)])
        _finish(db, feed, progress, moment)
    return progress


def held_rows(db: sqlite3.Connection, progress: Progress) -> tuple[FeedRow, ...] | None:
    """The next part's rows if they are here as they are; outside any unit of work."""
    found = _in_range(db, progress)
    rows = tuple(row for row in found if row.pub_seq != STALE)
    named = progress.snapshot.parts[progress.done]
    if len(rows) != len(found) or len(rows) != named.rows:
        return None
    return rows if part_name(part_content(rows)) == named.name else None


def take_part(
    db: sqlite3.Connection,
    feed: Feed,
    rows: Sequence[FeedRow],
    keys: Sequence[PersonalKey],
    moment: Moment,
) -> TakenPart:
    """The next part of the load under way. Raises SnapshotDiffers, and PageDiffers where none is
    under way."""
    progress = read_load(db, feed)
    if progress is None:
        raise PageDiffers(f"{feed.data_set.value}: no snapshot is being loaded")
    held = {row.key: row for row in _in_range(db, progress)}
    changed = [row for row in rows if held.get(row.key) != row]
    named = {row.key for row in rows}
    mark_stale(db, feed, [key for key in held if key not in named])
    at_once = changed
    if not ROWS[feed.data_set].alone and has_switched(db):
        at_once = [row for row in changed if row.key in held and held[row.key].body == row.body]
        same = {row.key for row in at_once}
        keep_waiting(db, feed, (row for row in changed if row.key not in same))
    unreadable = take_rows(db, feed, at_once, keys, moment)
    return TakenPart(_count(db, feed, progress, rows, moment), unreadable)


def _in_range(db: sqlite3.Connection, progress: Progress) -> list[FeedRow]:
    parts, done = progress.snapshot.parts, progress.done
    behind = parts[done - 1].through if done else ""
    through = parts[done].through if done + 1 < len(parts) else None
    return rows_between(db, feed_of(progress.snapshot), behind, through)


def _count(
    db: sqlite3.Connection,
    feed: Feed,
    progress: Progress,
    rows: Sequence[FeedRow],
    moment: Moment,
) -> Progress:
    set_hash = progress.set_hash
    for row in rows:
        set_hash = replace_in_set_hash(set_hash, row.key, None, row.body)
    after = Progress(progress.snapshot, progress.done + 1, progress.rows + len(rows), set_hash)
    go_on(db, feed, after)
    if after.done == len(after.snapshot.parts):
        _finish(db, feed, after, moment)
    return after


def _finish(db: sqlite3.Connection, feed: Feed, progress: Progress, moment: Moment) -> None:
    snapshot = progress.snapshot
    if (progress.rows, progress.set_hash) != (snapshot.rows, snapshot.set_hash):
        raise SnapshotDiffers(feed, snapshot.head)
    write_cursor(db, feed, Cursor(snapshot.incarnation, snapshot.head, snapshot.set_hash))
    end_load(db, feed)
    if ROWS[feed.data_set].alone or not has_switched(db):
        sweep_loaded(db, feed, moment)
