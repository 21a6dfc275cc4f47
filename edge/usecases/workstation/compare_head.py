"""Hold the highest head that a workstation was ever told against this box's own journal.

If this box has less, or another event there, it was restored or copied (protocol.md, Epochs); if
the box before it had more than head office had of it, that box took receipts along: people are told
once, by an alarm, and selling goes on. Head office proves no day that the missing events may belong
to.
"""

import sqlite3
import uuid

from edge.db.journal import hash_at, read_head
from edge.db.store import read_enrolment
from edge.usecases.box.raise_alarm import raise_alarm
from sync.engine.journal import Moment
from sync.protocol.change import Genesis, Head
from sync.protocol.codec import decode
from sync.protocol.facts import AlarmKind
from sync.protocol.identity import WorkstationId


def compare_head(
    db: sqlite3.Connection,
    stated: Head,
    workstation_id: WorkstationId,
    alarm_id: uuid.UUID,
    moment: Moment,
) -> None:
    """Raise the alarm unless this journal holds ``stated``."""
    ours, enrolment = read_head(db), read_enrolment(db)
    if stated.epoch == ours.epoch:
        known = hash_at(db, stated.seq) == stated.hash
    else:
        known = enrolment is None or sealed_with(decode(Genesis, enrolment.genesis), stated)
    if known:
        return
    raise_alarm(
        db,
        AlarmKind.WORKSTATION_AHEAD,
        workstation_id,
        f"it was told event {stated.seq} of epoch {stated.epoch}; here stands {ours.seq}",
        moment,
        alarm_id=alarm_id,
        workstation_id=workstation_id,
    )


def sealed_with(genesis: Genesis, stated: Head) -> bool:
    """Whether head office had what a workstation was told by the box before this one, when it was
    sealed. Of other epochs nothing is known here, and nothing is said."""
    if stated.epoch != genesis.parent or stated.seq < genesis.parent_watermark:
        return True
    return (stated.seq, stated.hash) == (genesis.parent_watermark, genesis.parent_hash)
