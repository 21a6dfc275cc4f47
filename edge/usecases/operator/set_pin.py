"""Somebody chooses a PIN of their own: it holds here at once, and head office is told its hash,
sealed, so that it holds in every shop. A box that does not know head office's sealing key yet owes
it that fact, and tells it as soon as it does (``tell_pins``)."""

import sqlite3
from typing import NamedTuple
from uuid import UUID

from edge.db.credentials import (
    UntoldPin,
    find_pin,
    mark_told,
    write_own_pin,
)
from edge.db.journal import append
from edge.db.sessions import forget_other_sessions, mark_pin_set
from edge.domain.fields import Request
from edge.domain.operator import Session, SignInRefused, TrivialPin
from edge.usecases.operator.note_act import note_act
from edge.usecases.operator.sign_in import Pin
from sync.engine.journal import Moment
from sync.protocol.facts import OperatorAct, PinSet
from sync.protocol.identity import EventId
from sync.protocol.pin import is_trivial


class SetPin(Request, frozen=True):
    """``pin``: the one so far, which is not asked for after a sign-in with a starting one."""

    request_id: UUID
    new_pin: Pin
    pin: Pin | None = None


class SealedPin(NamedTuple):
    """``pin`` as it was sealed to head office, under an id for the fact."""

    event_id: EventId
    pin: UntoldPin
    sealed: bytes


def refuse_trivial(pin: str) -> None:
    """Raises TrivialPin."""
    if is_trivial(pin):
        raise TrivialPin


def set_pin(
    db: sqlite3.Connection,
    session: Session,
    pin_hash: str,
    moment: Moment,
    *,
    act_id: UUID,
) -> None:
    """It is later than whatever was in force, whatever the clock says, and ends the operator's
    sessions elsewhere. Raises SignInRefused (head office took the operator away), NotEnrolled."""
    before = find_pin(db, session.operator_id)
    if before is None:
        raise SignInRefused
    set_at_ms = max(moment.steady_ms, before.set_at_ms + 1)
    write_own_pin(db, session.operator_id, pin_hash, set_at_ms, told=False)
    mark_pin_set(db, session.session_id, set_at_ms)
    forget_other_sessions(db, session.operator_id, session.session_id)
    at, act = session.workstation_id, OperatorAct.PIN_SET
    note_act(db, act, session.operator_id, at, moment, act_id=act_id)


def tell_pins(db: sqlite3.Connection, owed: tuple[SealedPin, ...], moment: Moment) -> None:
    """Each is a fact from now on. Raises NotEnrolled."""
    for one in owed:
        if mark_told(db, one.pin):
            append(db, PinSet(one.pin.operator_id, one.sealed), one.event_id, moment)
