"""Lays a large switch ready, so that putting it in force is a moment however large it is.

Of more rows than one unit of work takes in a moment, the largest data sets are written beforehand,
piece by piece, into a second set of their tables (``edge/db/ready.py``): what is in force, then
what waits through the heads in its order, then without what leaves. ``take_effect`` puts the second
set in the place of the first together with the few rows of all other sets, in one unit of work.

The rows themselves then still stand among those that wait: piece by piece they settle as published,
and those of a zone that was left go (``settle_some``), before anything else is done with a feed,
also after a restart. Whoever is cut before the switch drops what was laid and begins again: nothing
of it was in force.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from edge.db.connection.crash import crash_point
from edge.db.past import settle_past
from edge.db.published import put_in_force
from edge.db.ready import LAID_READY, Laid, drop_spare, ready_tables
from edge.db.reference import (
    Feed,
    count_leaving,
    drop_rows,
    keys_leaving,
    left_behind,
)
from edge.db.waiting import (
    count_waiting,
    drop_waiting,
    note_settled,
    read_settling,
    waiting_rows,
)
from edge.usecases.feed.still_held import away
from edge.usecases.feed.take_rows import put_rows_in_force, write_as_published
from sync.protocol.reference import DataSet

SWITCH_ROWS_MAX = 5_000
"""Rows that one unit of work puts in force: a quarter of a second's work."""
READY_ROWS_MAX = 500
"""Rows of one piece: a sale waits for one at most."""
LAYING_MS_MAX = 86_400_000
"""What comes into effect while rows are laid ready is known of what they take the place of."""


class InForce(NamedTuple):
    """What came into force of one feed. ``unreadable``: keys that are set aside."""

    data_set: DataSet
    unreadable: tuple[str, ...]


class Leaving(NamedTuple):
    """Rows of ``old`` that leave for the set ``now``: stale ones, or (``whole``) all of a scope
    that is followed no more."""

    old: Feed
    now: Feed
    whole: bool


def too_large(db: sqlite3.Connection, through: Mapping[Feed, int]) -> Laid:
    """The data sets that a switch through these heads lays ready: the largest, until what is left
    is not too much for one unit of work. None of a small switch."""
    rows = Counter[DataSet]()
    for one in leaving(db, through, LAID_READY):
        rows[one.now.data_set] += count_leaving(db, one.old, whole=one.whole)
    for feed, seq in through.items():
        if feed.data_set in LAID_READY:
            rows[feed.data_set] += count_waiting(db, {feed: seq})
    laid: list[DataSet] = []
    for data_set, count in rows.most_common():
        if rows.total() <= SWITCH_ROWS_MAX:
            break
        laid.append(data_set)
        rows[data_set] -= count
    return frozenset(laid)


def leaving(db: sqlite3.Connection, through: Mapping[Feed, int], laid: Laid) -> Iterator[Leaving]:
    """What the feeds of these data sets leave behind."""
    for feed in (feed for feed in through if feed.data_set in laid):
        yield Leaving(feed, feed, whole=False)
        yield from (Leaving(old, feed, whole=True) for old in left_behind(db, feed))


def lay_rows(
    db: sqlite3.Connection,
    laid: Laid,
    feed: Feed,
    through: Mapping[Feed, int],
    after: int,
    now_ms: int,
) -> int | None:
    """A piece of what waits behind ``after``: the last publication of it, None without any.
    ``now_ms``: when the laying began."""
    rows = waiting_rows(db, feed, through[feed], READY_ROWS_MAX, after)
    others = {one: seq for one, seq in _of_set(through, feed).items() if one != feed}
    put_rows_in_force(ready_tables(db, laid), feed, rows, others, now_ms + LAYING_MS_MAX)
    crash_point("rows_laid")
    return rows[-1].pub_seq if rows else None


def lay_gone(
    db: sqlite3.Connection,
    laid: Laid,
    gone: Leaving,
    through: Mapping[Feed, int],
    behind: str,
    now_ms: int,
) -> str | None:
    """A piece of what leaves behind a key, but for what the new set has: the piece's last key, None
    without any."""
    keys = keys_leaving(db, gone.old, behind, READY_ROWS_MAX, whole=gone.whole)
    now = _of_set(through, gone.now)
    left = away(db, gone.old, now, keys, now)
    ready, at_ms = ready_tables(db, laid), now_ms + LAYING_MS_MAX
    put_in_force(ready, gone.now.data_set, left.named, left.instead, left.gone, at_ms)
    return keys[-1] if keys else None


def _of_set(through: Mapping[Feed, int], feed: Feed) -> dict[Feed, int]:
    return {one: seq for one, seq in through.items() if one.data_set is feed.data_set}


def settle_some(db: sqlite3.Connection) -> InForce | None:
    """A piece of the switch that is in force and not settled; None: it is settled."""
    settling = read_settling(db)
    if settling is None:
        return None
    for feed, through in settling.through.items():
        rows = waiting_rows(db, feed, through, READY_ROWS_MAX)
        if rows:
            unreadable = write_as_published(db, feed, rows)
            drop_waiting(db, feed, rows[-1].pub_seq)
            crash_point("rows_settled")
            return InForce(feed.data_set, unreadable)
        for old in left_behind(db, feed):
            drop_rows(db, old, keys_leaving(db, old, "", READY_ROWS_MAX, whole=True))
            return InForce(feed.data_set, ())
    if not settle_past(db, settling.at_ms, READY_ROWS_MAX) and not drop_spare(db):
        note_settled(db)
    return InForce(next(iter(settling.through)).data_set, ())
