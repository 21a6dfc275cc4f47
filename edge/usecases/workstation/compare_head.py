"""Hold the highest head that a workstation was ever told against this box's own journal.

If this box has less of its epoch, or another event there, or was told of as if it had written in an
epoch that it does not hold, it was restored or copied (protocol.md, Epochs): it goes on in another
epoch at once. If the box before it had more than head office had of it, that box took receipts
along: people are told once, by an alarm. Head office proves no day that the missing events may
belong to.
"""

import sqlite3

from edge.db.epochs import HeldEpoch, find_epoch, opened_for, writing
from edge.db.journal import hash_at
from edge.db.store import read_enrolment
from edge.usecases.box.branch_off import LearntFrom, Opening, branch_off
from edge.usecases.box.raise_alarm import raise_alarm
from sync.engine.journal import Moment
from sync.engine.outbox import BranchCause
from sync.engine.signing import head_text
from sync.protocol.change import Genesis, Head
from sync.protocol.codec import decode
from sync.protocol.facts import AlarmKind
from sync.protocol.identity import WorkstationId

HASH_BYTES_SAID = 8
"""As paper shows them: head office finds by them whether it has that very event."""
AGAIN_AFTER_MS = 10 * 60 * 1_000
"""Whoever plays with a paired workstation opens no more epochs than one in this time; honest ones
need one after each time that a disk was put back."""


def compare_head(
    db: sqlite3.Connection,
    stated: Head,
    workstation_id: WorkstationId,
    moment: Moment,
    opening: Opening,
) -> None:
    """Go on in another epoch, or at least raise the alarm, unless this box holds ``stated`` or has
    left its epoch since."""
    now, held = writing(db), find_epoch(db, stated.epoch)
    own = held is not None or stated.epoch.number >= now.epoch.number
    if own and _is_known(db, held, stated):
        return
    enrolment = read_enrolment(db)
    if not own and (enrolment is None or sealed_with(decode(Genesis, enrolment.genesis), stated)):
        return
    detail = (
        f"{workstation_id} was told event {stated.seq} of epoch {stated.epoch}"
        f" ({stated.hash[:HASH_BYTES_SAID].hex()}); here stands "
        f"{(held or now).head.seq} of epoch {(held or now).epoch}"
    )
    learnt = LearntFrom(workstation_id, head_text(stated))
    if own and (held is None or held.current) and _may_open(db, now, learnt, moment):
        cause = BranchCause.REWOUND
        branch_off(db, now.epoch, cause, detail, moment, opening, learnt)
        return
    raise_alarm(
        db,
        AlarmKind.WORKSTATION_AHEAD,
        workstation_id,
        detail,
        moment,
        alarm_id=opening.alarm_id,
        workstation_id=workstation_id,
    )


def _is_known(db: sqlite3.Connection, held: HeldEpoch | None, stated: Head) -> bool:
    """Of an epoch that this box has left it was said why it did; of events that are not kept any
    more nothing can be."""
    if held is None:
        return False
    left = not held.current and not held.ended
    if left or stated.seq < held.pruned_through:
        return True
    return hash_at(db, stated.seq, held.epoch) == stated.hash


def _may_open(db: sqlite3.Connection, now: HeldEpoch, learnt: LearntFrom, moment: Moment) -> bool:
    """Not twice for one word, and not at once after another workstation's."""
    if opened_for(db, learnt.stated):
        return False
    if now.learnt is None:
        return True
    opened_ms = decode(Genesis, now.genesis).issued_at_ms
    return abs(moment.now_ms - opened_ms) > AGAIN_AFTER_MS


def sealed_with(genesis: Genesis, stated: Head) -> bool:
    """Whether head office had what a workstation was told by the box before this one, when it was
    sealed. Of other epochs nothing is known here, and nothing is said."""
    if stated.epoch != genesis.parent or stated.seq < genesis.parent_watermark:
        return True
    return (stated.seq, stated.hash) == (genesis.parent_watermark, genesis.parent_hash)
