"""Somebody forgot their PIN: who may unlock gives them one to begin with, with no network. It opens
at this shop alone, asks for a PIN of their own at the next sign-in, and gives way to whatever head
office gives later.

Whoever gives it knows it: so it is given to nobody who may do more than they may themselves, which
would be a way to their rights.
"""

import sqlite3
from uuid import UUID

import msgspec

from edge.db.credentials import find_pin, write_own_pin
from edge.db.lockouts import forget_tries, of_operator
from edge.db.operators import find_role, require
from edge.db.sessions import forget_other_sessions
from edge.domain.fields import Request, Sentence, ShortOperator
from edge.domain.operator import PinNotGivenHere, Session
from edge.domain.rights import Override, reaches_as_far
from edge.usecases.operator.note_act import note_act
from edge.usecases.operator.sign_in import Pin
from sync.engine.journal import Moment
from sync.protocol.facts import OperatorAct
from sync.protocol.identity import OperatorId
from sync.protocol.permissions import Permission


class GiveStartingPin(Request, frozen=True):
    """Who gives it, and why."""

    operator_id: ShortOperator
    new_pin: Pin
    reason: Sentence
    override_id: UUID | None = None


class StartingPinGiven(msgspec.Struct, frozen=True):
    """Whose it is. The PIN itself is said nowhere again."""

    operator_id: OperatorId


def give_starting_pin(
    db: sqlite3.Connection,
    forgot: OperatorId,
    request: GiveStartingPin,
    pin_hash: str,
    session: Session,
    moment: Moment,
    *,
    act_id: UUID,
    override: Override | None = None,
) -> StartingPinGiven:
    """What was theirs before opens nothing here any more, wherever they are signed in. ``pin_hash``
    is ``request``'s PIN as it is kept; ``session``: in which it is given.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, PinNotGivenHere,
    NotEnrolled.
    """
    asks = request.operator_id
    used = require(db, asks, Permission.UNLOCK_OPERATORS, forgot, override)
    giver = asks if used is None else used.by
    _, theirs = find_role(db, forgot)
    if forgot in (asks, giver) or not reaches_as_far(find_role(db, giver)[1], theirs):
        raise PinNotGivenHere(forgot)
    before = find_pin(db, forgot)
    later = moment.steady_ms if before is None else max(moment.steady_ms, before.set_at_ms + 1)
    write_own_pin(db, forgot, pin_hash, later, told=True, starting=True)
    forget_other_sessions(db, forgot, session.session_id)
    forget_tries(db, of_operator(forgot))
    act, where = OperatorAct.STARTING_PIN_GIVEN, session.workstation_id
    note_act(db, act, forgot, where, moment, act_id=act_id, by=giver, reason=request.reason)
    return StartingPinGiven(forgot)
