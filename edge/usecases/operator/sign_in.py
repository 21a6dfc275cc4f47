"""Begin a session: somebody was right with a PIN."""

import sqlite3
from typing import Annotated
from uuid import UUID

import msgspec

from edge.db import sale_reads
from edge.db.credentials import PinInForce, find_pin
from edge.db.lockouts import forget_tries, of_operator
from edge.db.sessions import end_session_at, find_open_session, forget_session, insert_session
from edge.domain.fields import Request, ShortOperator
from edge.domain.operator import Room, Session, SignInNeeded
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
    room: Room = Room.TILL,
) -> Session:
    """Whoever was signed in at the workstation, in this room of it, is no more. Raises
    RequestIdTaken, NotEnrolled."""
    who = (request.request_id, request.operator_id, workstation_id)
    session = Session(*who, pin.starting, room=room)
    forget_tries(db, of_operator(request.operator_id))
    if find_open_session(db, workstation_id, room) == (session.session_id, session.operator_id):
        forget_session(db, session.session_id)
    else:
        _refuse_taken(db, request.request_id)
        end_session_at(db, workstation_id, room, moment.wall_ms)
        subject = "" if room is Room.TILL else room.value
        at = (OperatorAct.SIGNED_IN, session.operator_id, workstation_id, moment)
        note_act(db, *at, act_id=session.session_id, subject=subject)
    insert_session(db, session, token, pin.set_at_ms, steady)
    return session


def go_to_office(
    db: sqlite3.Connection,
    at_till: Session,
    session_id: UUID,
    token: str,
    steady: Steady,
    moment: Moment,
) -> Session:
    """Whoever is signed in at the till goes into the back office of the same workstation, with a
    session of its own: the till's goes on. It is no new sign-in, and no fact. Raises
    SignInNeeded."""
    pin = find_pin(db, at_till.operator_id)
    if pin is None:
        raise SignInNeeded
    end_session_at(db, at_till.workstation_id, Room.OFFICE, moment.wall_ms)
    session = at_till._replace(session_id=session_id, room=Room.OFFICE)
    insert_session(db, session, token, pin.set_at_ms, steady)
    return session


def _refuse_taken(db: sqlite3.Connection, request_id: UUID) -> None:
    standing = sale_reads.find_id(db, SaleId(request_id))
    if any(meaning is not None for meaning in standing):
        raise RequestIdTaken(request_id, standing.kind or "sale")
