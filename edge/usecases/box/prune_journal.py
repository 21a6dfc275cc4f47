"""Take away journal rows that head office has had for long enough (protocol.md, Journal = outbox).

A small piece at a time, so that no sale waits for it. On a full disk the shop could not sell: below
the reserve rows go before their time, oldest first, and people are told, because head office may
then ask for what is nowhere but at the tills. What is not acknowledged stays in any case.
"""

import sqlite3
from uuid import UUID

from edge.db.connection.crash import crash_point
from edge.db.epochs import HeldEpoch, held_epochs
from edge.db.pruning import (
    acknowledged_before,
    first_needed,
    mark_acknowledged,
    newest_mark,
    prune_rows,
)
from edge.domain.sync_state import DAY_MS
from edge.usecases.box.raise_alarm import raise_alarm
from sync.engine.journal import Moment
from sync.protocol.facts import AlarmKind

ROWS_AT_ONCE = 200
"""Some 2 ms of the writer's time."""


def is_pruning_due(db: sqlite3.Connection, moment: Moment, keep_ms: int, *, is_short: bool) -> bool:
    """A look: whether ``prune_journal`` would write anything."""
    return any(
        _wants_mark(db, held, moment)
        or _may_go(db, held, moment, keep_ms, is_short=is_short) > held.pruned_through
        for held in held_epochs(db)
    )


def prune_journal(
    db: sqlite3.Connection, moment: Moment, keep_ms: int, *, is_short: bool, alarm_id: UUID
) -> int:
    """The next piece, of the oldest epoch that has one; how many places of a chain it was, 0 where
    nothing may go. Rows stay ``keep_ms`` after they were acknowledged; ``is_short`` of disk: not
    even that long. Raises NotEnrolled, where people are to be told."""
    for held in held_epochs(db):
        if _wants_mark(db, held, moment):
            mark_acknowledged(db, held, moment.now_ms)
    for held in held_epochs(db):
        through = _may_go(db, held, moment, keep_ms, is_short=is_short)
        if through > held.pruned_through:
            gone = prune_rows(db, held, through, ROWS_AT_ONCE)
            crash_point("journal_pruned")
            _tell(db, held, gone, moment, keep_ms, alarm_id)
            if gone > held.pruned_through:
                return gone - held.pruned_through
    return 0


def _wants_mark(db: sqlite3.Connection, held: HeldEpoch, moment: Moment) -> bool:
    """One a day, while more is acknowledged; a clock that was ahead marks again."""
    mark = newest_mark(db, held.epoch)
    if mark is None:
        return held.acknowledged_through > held.pruned_through
    is_old = not 0 <= moment.now_ms - mark.at_ms < DAY_MS
    return is_old and held.acknowledged_through != mark.through


def _may_go(
    db: sqlite3.Connection, held: HeldEpoch, moment: Moment, keep_ms: int, *, is_short: bool
) -> int:
    """Through where rows may go: by what is certain of the time, and of no day that may still be
    counted."""
    in_time = acknowledged_before(db, held, moment.steady_ms - keep_ms)
    through = held.acknowledged_through if is_short else in_time
    return through if through <= held.pruned_through else min(through, first_needed(db, held) - 1)


def _tell(
    db: sqlite3.Connection,
    held: HeldEpoch,
    gone: int,
    moment: Moment,
    keep_ms: int,
    alarm_id: UUID,
) -> None:
    """Of what went before its time."""
    if gone <= acknowledged_before(db, held, moment.steady_ms - keep_ms):
        return
    detail = (
        f"The disk is nearly full: records of epoch {held.epoch} that head office has are kept for"
        f" less than {keep_ms // DAY_MS} days; those through {gone} are gone. Free some space."
    )
    raise_alarm(db, AlarmKind.JOURNAL_CUT, str(held.epoch), detail, moment, alarm_id=alarm_id)
