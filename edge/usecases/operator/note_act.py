"""What somebody did that is no sale, as a fact that head office sees."""

import sqlite3
from uuid import UUID

from edge.db.days import find_open_day
from edge.db.journal import append
from sync.engine.journal import Moment
from sync.protocol.facts import OperatorAct, OperatorActed
from sync.protocol.identity import EventId, OperatorId, WorkstationId


def note_act(
    db: sqlite3.Connection,
    act: OperatorAct,
    operator_id: OperatorId,
    workstation_id: WorkstationId | None,
    moment: Moment,
    *,
    act_id: UUID,
    by: OperatorId | None = None,
    subject: str = "",
    amount_minor: int | None = None,
    reason: str = "",
) -> None:
    """``by``: who allowed or unlocked it. Raises NotEnrolled."""
    day = find_open_day(db)
    business_date = None if day is None else day.business_date
    about = (by, subject, amount_minor, reason, business_date)
    fact = OperatorActed(act_id, act, operator_id, workstation_id, *about)
    append(db, fact, EventId(act_id), moment)
