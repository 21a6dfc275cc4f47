"""Puts in force together what was published together, in one unit of work.

Head office numbers all rows of a publication at once, so the heads of one acknowledgement cut no
publication in two. Rows that were taken wait (``edge/db/waiting.py``) until every feed has reached
the head that one acknowledgement named; then they come into force through these heads, no further,
each at its own effective minute. Customers and grants do not wait (``feeds.Rows.alone``).

What is too much for one unit of work is laid ready before (``lay_ready``): then this one only puts
it in the place of what was in force.
"""

import sqlite3
from collections.abc import Mapping
from enum import Enum, auto

from edge.db.connection.crash import crash_point
from edge.db.loads import are_behind, drop_ended
from edge.db.past import note_past_of_switch
from edge.db.ready import Laid, swap
from edge.db.reference import Feed
from edge.db.waiting import (
    drop_waiting,
    has_switched,
    is_waiting,
    note_switch,
    read_settling,
    waiting_rows,
)
from edge.usecases.feed.lay_ready import InForce
from edge.usecases.feed.sweep import forget_others, sweep_loaded
from edge.usecases.feed.take_rows import take_rows
from sync.engine.journal import Moment
from sync.protocol.reference import DataSet

_PLACE = {data_set: place for place, data_set in enumerate(DataSet)}


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


def _in_order(through: Mapping[Feed, int]) -> list[Feed]:
    return sorted(through, key=lambda feed: _PLACE[feed.data_set])


def take_effect(
    db: sqlite3.Connection, through: Mapping[Feed, int], moment: Moment, laid: Laid = frozenset()
) -> tuple[InForce, ...]:
    """``through``: the heads of one acknowledgement, every one of which was reached. ``laid``:
    these data sets are laid ready through them."""
    if read_settling(db) is not None:
        return ()  # this unit of work ran before, and nobody knew whether it was kept
    ready = {feed: seq for feed, seq in through.items() if feed.data_set in laid}
    changed = []
    for feed in _in_order(through):
        if feed in ready:
            forget_others(db, [feed])
            changed.append(InForce(feed.data_set, ()))
            continue
        rows = waiting_rows(db, feed, through[feed])
        if rows:
            unreadable = take_rows(db, feed, rows, (), moment)
            drop_waiting(db, feed, through[feed])
            changed.append(InForce(feed.data_set, unreadable))
        sweep_loaded(db, feed, moment)
    drop_ended(db)
    note_switch(db, moment.wall_ms, ready)
    if ready:
        note_past_of_switch(db, moment.wall_ms)
        swap(db, laid)
        crash_point("switched")
    return tuple(changed)
