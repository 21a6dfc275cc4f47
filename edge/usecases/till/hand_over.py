"""Hand an open till over to another operator, in the middle of the day, counted or not."""

import sqlite3
from uuid import UUID

from msgspec.structs import replace

from edge.db.cash import drawer_counts
from edge.db.journal import append
from edge.db.operators import find_role, require
from edge.db.tills import TillSession, find_till_session, mark_handed_over
from edge.domain.fields import Request, Sentence, ShortOperator
from edge.domain.rights import Override
from edge.domain.till import TILL, HandedToHolder, TillEvent, UnknownCount
from edge.usecases.till.count import needed_for
from sync.engine.journal import Moment
from sync.protocol.facts import TillHandedOver
from sync.protocol.identity import EventId, MovementId, TillSessionId, WorkstationId
from sync.protocol.states import state_of


class HandOverTill(Request, frozen=True):
    """``handover_id`` is made by the workstation, before the first attempt. ``operator_id`` hands
    it over; ``count_id``: a count of it that was made for that."""

    handover_id: MovementId
    operator_id: ShortOperator
    to_operator_id: ShortOperator
    reason: Sentence = "handed over"
    count_id: MovementId | None = None
    override_id: UUID | None = None


def hand_over_till(
    db: sqlite3.Connection,
    request: HandOverTill,
    till_session_id: TillSessionId,
    workstation_id: WorkstationId,
    moment: Moment,
    override: Override | None = None,
) -> TillSession:
    """The session with who holds it now; its event has the handover's id. Receipts name who made
    them, before and after.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownTillSession,
    TillNotOpen, HandedToHolder, UnknownCount, NotEnrolled.
    """
    found = find_till_session(db, till_session_id)
    session = TILL.require(found, state_of(found), TillEvent.TOUCHED, till_session_id)
    event_id = EventId(request.handover_id)
    permission = needed_for(session, request.operator_id, workstation_id)
    require(db, request.operator_id, permission, event_id, override)
    find_role(db, request.to_operator_id)
    if request.to_operator_id == session.held_by:
        raise HandedToHolder(session.held_by)
    counts = {one.fact.count_id for one in drawer_counts(db, till_session_id)}
    if request.count_id is not None and request.count_id not in counts:
        raise UnknownCount(request.count_id)
    fact = TillHandedOver(
        request.handover_id,
        till_session_id,
        request.operator_id,
        session.held_by,
        request.to_operator_id,
        session.business_date,
        request.reason,
        request.count_id,
    )
    append(db, fact, event_id, moment)
    mark_handed_over(db, till_session_id, request.to_operator_id)
    return replace(session, held_by=request.to_operator_id)
