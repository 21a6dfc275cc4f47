"""End a session: by its operator, who goes, or for a while, until the PIN comes again."""

import sqlite3
from uuid import UUID

from edge.db.sessions import end_session_at, forget_session
from edge.domain.operator import Session
from edge.usecases.operator.note_act import note_act
from sync.engine.journal import Moment
from sync.protocol.facts import OperatorAct


def sign_out(db: sqlite3.Connection, session: Session, moment: Moment, *, act_id: UUID) -> None:
    """Its token is worth nothing from now on. Raises NotEnrolled."""
    forget_session(db, session.session_id)
    if session.ended_at_ms is None:
        at, act = session.workstation_id, OperatorAct.SIGNED_OUT
        note_act(db, act, session.operator_id, at, moment, act_id=act_id)


def lock_session(db: sqlite3.Connection, session: Session, moment: Moment) -> None:
    """It finishes what was tendered before, and nothing else."""
    if session.ended_at_ms is None:
        end_session_at(db, session.workstation_id, session.room, moment.wall_ms)
