"""Takes away what was published once and is not any more: rows that a load from 0 did not name
again, and the rows of feeds that this store follows no more (its earlier price zone).

A page that completes a load sweeps what it can within a moment; whatever is left goes piece by
piece once every feed is at its head: an edge holds the same rows whatever way it came there.
"""

import sqlite3
from collections.abc import Collection, Sequence

from edge.db.loads import mark_stale
from edge.db.published import KEPT, put_in_force
from edge.db.reference import (
    STALE_PAGE_ROWS,
    Feed,
    begin_anew,
    beside,
    drop_rows,
    forget_cursor,
    keys_leaving,
    left_behind,
    read_cursors,
    stale_feeds,
    stale_keys,
)
from edge.usecases.feed.still_held import away
from sync.engine.journal import Moment
from sync.protocol.feeds import SHARED

SWEPT_PAGES_MAX = 20
"""Pages of stale rows that one unit of work takes away (about a second's work)."""


def sweep_loaded(db: sqlite3.Connection, feed: Feed, moment: Moment) -> None:
    """Its load is complete, and it takes the place of other scopes of its set: of so few rows that
    they leave in the same unit of work, or before the store sells anything."""
    gone = [feed]
    if feed.scope != SHARED:
        for old in _others(db, [feed]):
            begin_anew(db, old)
        stale = (old for old in stale_feeds(db) if old.data_set is feed.data_set)
        gone = [old for old in stale if old.scope != SHARED]
    _sweep(db, gone, [feed, *beside(db, feed)], moment, SWEPT_PAGES_MAX)


def sweep_rest(db: sqlite3.Connection, followed: Collection[Feed], moment: Moment) -> bool:
    """A page of the rows that are stale. Every one of ``followed``, which are all that the store
    follows, is at its head. True: there is more."""
    for old in stale_feeds(db):
        now = [feed for feed in followed if feed.data_set is old.data_set]
        if _sweep(db, [old], now, moment, 1):
            return True
    return False


def forget_others(db: sqlite3.Connection, followed: Collection[Feed]) -> None:
    """How far feeds were taken that are followed in another scope now."""
    for old in _others(db, followed):
        forget_cursor(db, old)


def is_swept(db: sqlite3.Connection, followed: Collection[Feed]) -> bool:
    """Nothing is left for ``sweep_rest``."""
    left = (*stale_feeds(db), *feeds_left(db, followed), *_others(db, followed))
    return not left


def feeds_left(db: sqlite3.Connection, followed: Collection[Feed]) -> tuple[Feed, ...]:
    """Feeds that are followed in another scope now, and of which rows are here."""
    return tuple(old for feed in followed for old in left_behind(db, feed))


def mark_left(db: sqlite3.Connection, old: Feed, behind: str) -> str | None:
    """A page of such a feed's rows behind a key is stale from now on: the page's last key, None
    without any. How far it was taken is forgotten before (``forget_others``), and nothing of it is
    swept before all of it is stale: a store that follows it again meanwhile finds those of its rows
    that count in force."""
    keys = keys_leaving(db, old, behind, STALE_PAGE_ROWS, whole=True)
    mark_stale(db, old, list(keys))
    return keys[-1] if keys else None


def _others(db: sqlite3.Connection, followed: Collection[Feed]) -> list[Feed]:
    """Feeds that were begun, of sets that are followed in another scope; not what all follow."""
    sets = {feed.data_set for feed in followed if feed.scope != SHARED}
    begun = [feed for feed in read_cursors(db) if feed.scope != SHARED]
    return [feed for feed in begun if feed.data_set in sets and feed not in followed]


def _sweep(
    db: sqlite3.Connection, olds: list[Feed], now: Sequence[Feed], moment: Moment, pages: int
) -> bool:
    """What one of ``now`` holds stays; customers stay, for the store may have made them itself, and
    stock that was opened. True where more is left."""
    for old in olds:
        for _ in range(pages):
            keys = stale_keys(db, old)
            if old.data_set in KEPT:
                left = away(db, old, now, keys)
                put_in_force(db, old.data_set, left.named, left.instead, left.gone, moment.wall_ms)
            drop_rows(db, old, keys)
            if len(keys) < STALE_PAGE_ROWS:
                break
        else:
            return True
    return False
