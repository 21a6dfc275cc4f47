"""Begin a session: somebody was right with a PIN."""

import sqlite3
from typing import Annotated
from uuid import UUID

import msgspec

from edge.db import sale_reads
from edge.db.credentials import PinInForce
from edge.db.lockouts import forget_tries, of_operator
from edge.db.sessions import end_session_at, find_open_session, forget_session, insert_session
from edge.domain.fields import Request, ShortOperator
from edge.domain.operator import Session
from edge.domain.reckoning import Steady
from edge.domain.request import RequestIdTaken
from edge.usecases.operator.note_act import note_act
from sync.engine.journal import Moment
from sync.protocol.facts import OperatorAct
from sync.protocol.identity import SaleId, WorkstationId
from sync.protocol.pin import PIN_PATTERN
from sync.protocol.typed import not_typed

Pin = Annotated[str, msgspec.Meta(pattern=PIN_PATTERN), not_typed("it is kept as a hash alone")]


class SignIn(Request, frozen=True):
    """``request_id`` is made by the workstation and becomes the session's: the same sign-in again,
    because its answer was lost, gives another token for the same session."""

    request_id: UUID
    operator_id: ShortOperator
    pin: Pin


def begin_session(
    db: sqlite3.Connection,
    request: SignIn,
    workstation_id: WorkstationId,
    token: str,
    pin: PinInForce,
    steady: Steady,
    moment: Moment,
) -> Session:
    """Whoever was signed in at the workstation is no more. Raises RequestIdTaken, NotEnrolled."""
    session = Session(request.request_id, request.operator_id, workstation_id, pin.starting)
    forget_tries(db, of_operator(request.operator_id))
    if find_open_session(db, workstation_id) == (session.session_id, session.operator_id):
        forget_session(db, session.session_id)
    else:
        _refuse_taken(db, request.request_id)
        end_session_at(db, workstation_id, moment.wall_ms)
        act, act_id = OperatorAct.SIGNED_IN, session.session_id
        note_act(db, act, session.operator_id, workstation_id, moment, act_id=act_id)
    insert_session(db, session, token, pin.set_at_ms, steady)
    return session


def _refuse_taken(db: sqlite3.Connection, request_id: UUID) -> None:
    standing = sale_reads.find_id(db, SaleId(request_id))
    if any(meaning is not None for meaning in standing):
        raise RequestIdTaken(request_id, standing.kind or "sale")
