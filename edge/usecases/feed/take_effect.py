"""Puts in force together what was published together, in one unit of work.

Head office numbers all rows of a publication at once, so the heads of one acknowledgement cut no
publication in two. Rows that were taken wait (``edge/db/waiting.py``) until every feed has reached
the head that one acknowledgement named; then they come into force through these heads, no further,
each at its own effective minute. Customers and grants do not wait (``feeds.Rows.alone``).

No sale waits longer than about a second for it: of more rows than that takes, the first go ahead
piece by piece, in the order of pulling (``take_ahead``).
"""

import sqlite3
from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from edge.db.loads import are_behind, drop_ended
from edge.db.reference import Feed
from edge.db.waiting import (
    count_waiting,
    drop_waiting,
    has_switched,
    is_waiting,
    note_switch,
    waiting_rows,
)
from edge.usecases.feed.sweep import sweep_loaded
from edge.usecases.feed.take_rows import take_rows
from sync.engine.journal import Moment
from sync.protocol.reference import DataSet

SWITCH_ROWS_MAX = 20_000
"""Rows that one unit of work puts in force: about a second's work."""
AHEAD_ROWS_MAX = 1_000

_PLACE = {data_set: place for place, data_set in enumerate(DataSet)}


class InForce(NamedTuple):
    """What came into force of one feed. ``unreadable``: keys that are set aside."""

    data_set: DataSet
    unreadable: tuple[str, ...]


class Standing(Enum):
    """Whether rows wait. BEHIND: for later heads, for a set was loaded as of one of them."""

    IN_FORCE = auto()
    READY = auto()
    BEHIND = auto()


def standing_of(db: sqlite3.Connection, through: Mapping[Feed, int]) -> Standing:
    """``through``: as in ``take_effect``."""
    if are_behind(db, through):
        return Standing.BEHIND
    if has_switched(db) and not is_waiting(db, through):
        return Standing.IN_FORCE
    return Standing.READY


def take_ahead(
    db: sqlite3.Connection, through: Mapping[Feed, int], moment: Moment
) -> InForce | None:
    """A piece of what is too much for one unit of work; None: ``take_effect`` takes the rest."""
    if count_waiting(db, through) <= SWITCH_ROWS_MAX:
        return None
    for feed in _in_order(through):
        rows = waiting_rows(db, feed, through[feed], AHEAD_ROWS_MAX)
        if rows:
            unreadable = take_rows(db, feed, rows, (), moment)
            drop_waiting(db, feed, rows[-1].pub_seq)
            return InForce(feed.data_set, unreadable)
    return None


def _in_order(through: Mapping[Feed, int]) -> list[Feed]:
    return sorted(through, key=lambda feed: _PLACE[feed.data_set])


def take_effect(
    db: sqlite3.Connection, through: Mapping[Feed, int], moment: Moment
) -> tuple[InForce, ...]:
    """``through``: the heads of one acknowledgement, every one of which was reached."""
    changed = []
    for feed in _in_order(through):
        rows = waiting_rows(db, feed, through[feed])
        if rows:
            unreadable = take_rows(db, feed, rows, (), moment)
            drop_waiting(db, feed, through[feed])
            changed.append(InForce(feed.data_set, unreadable))
        sweep_loaded(db, feed, moment)
    drop_ended(db)
    note_switch(db, moment.wall_ms)
    return tuple(changed)
