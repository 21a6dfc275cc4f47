"""Move cash between a till and the safe, or in and out for another reason, without a sale."""

import sqlite3
from uuid import UUID

import msgspec

from edge.db.cash import book_cash
from edge.db.journal import append
from edge.db.operators import require
from edge.db.tills import find_till_session
from edge.domain.cash import CountedPieces, told_pieces
from edge.domain.fields import Request, Sentence, ShortOperator, SomeMinor
from edge.domain.rights import Override
from edge.domain.till import TILL, TillEvent
from sync.engine.journal import Moment
from sync.protocol.facts import SAFE, TillMoved, TillMovementKind
from sync.protocol.identity import EventId, MovementId, OperatorId, TillSessionId, WorkstationId
from sync.protocol.permissions import Permission
from sync.protocol.states import state_of

INTO_TILL = frozenset({TillMovementKind.LOAN, TillMovementKind.PAID_IN})
ALWAYS_SAFE = frozenset({TillMovementKind.LOAN, TillMovementKind.PICKUP})


class MoveCash(Request, frozen=True):
    """``movement_id`` is made by the workstation, before the first attempt; an ``override_id`` is
    bound to it. ``amount_minor`` is above 0 whichever way it goes. ``with_safe``: paid in or out
    from or into the safe; a loan and a pickup always are."""

    movement_id: MovementId
    operator_id: ShortOperator
    kind: TillMovementKind
    amount_minor: SomeMinor
    reason: Sentence
    pieces: CountedPieces = ()
    with_safe: bool = False
    override_id: UUID | None = None


class CashHasMoved(msgspec.Struct, frozen=True):
    """``amount_minor``: into the till above 0, out of it below. Nothing of what the till holds:
    whoever counts it does so blind. ``workstation_id``: where the till stands. ``by_printer``:
    whether the printer there opened the drawer; null where none stands, or it was asked for before
    or from elsewhere."""

    movement_id: MovementId
    till_session_id: TillSessionId
    kind: TillMovementKind
    amount_minor: int
    with_safe: bool
    allowed_by: OperatorId | None
    workstation_id: WorkstationId
    by_printer: bool | None = None


def move_cash(
    db: sqlite3.Connection,
    request: MoveCash,
    till_session_id: TillSessionId,
    moment: Moment,
    override: Override | None = None,
) -> CashHasMoved:
    """Its event has the movement's id. The till's own business date is the movement's.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideNeeded, OverrideRefused,
    UnknownTillSession, TillNotOpen, NotItsPieces, TooMuchCounted, NotEnrolled.
    """
    event_id, amount = EventId(request.movement_id), request.amount_minor
    word = require(
        db, request.operator_id, Permission.MOVE_CASH, event_id, override, amount_minor=amount
    )
    found = find_till_session(db, till_session_id)
    session = TILL.require(found, state_of(found), TillEvent.TOUCHED, till_session_id)
    with_safe = request.with_safe or request.kind in ALWAYS_SAFE
    fact = TillMoved(
        request.movement_id,
        till_session_id,
        request.kind,
        request.operator_id,
        session.business_date,
        amount if request.kind in INTO_TILL else -amount,
        request.reason,
        SAFE if with_safe else "",
        told_pieces(request.pieces, amount),
    )
    append(db, fact, event_id, moment)
    book_cash(db, fact, event_id, moment.wall_ms)
    said = (request.movement_id, till_session_id, request.kind, fact.amount_minor, with_safe)
    allowed_by = None if word is None else word.by
    return CashHasMoved(*said, allowed_by, session.workstation_id)
