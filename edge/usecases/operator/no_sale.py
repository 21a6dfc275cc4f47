"""Open the drawer without a sale: with a reason, and never unseen."""

import sqlite3
from uuid import UUID

import msgspec

from edge.db.operators import require
from edge.db.tills import find_open_till
from edge.domain.fields import Request, Sentence, ShortOperator
from edge.domain.rights import Override
from edge.domain.till import NoOpenTill
from edge.usecases.operator.note_act import note_act
from sync.engine.journal import Moment
from sync.protocol.facts import OperatorAct
from sync.protocol.identity import EventId, TillSessionId, WorkstationId
from sync.protocol.permissions import Permission


class OpenDrawer(Request, frozen=True):
    """``event_id`` is made by the workstation, before the first attempt; an ``override_id`` is
    bound to it."""

    event_id: EventId
    operator_id: ShortOperator
    reason: Sentence
    override_id: UUID | None = None


class DrawerOpened(msgspec.Struct, frozen=True):
    """Of which till session. ``by_printer``: whether the printer kicked it; null where none stands
    there, or it was asked for before."""

    event_id: EventId
    till_session_id: TillSessionId
    by_printer: bool | None = None


def open_drawer(
    db: sqlite3.Connection,
    request: OpenDrawer,
    workstation_id: WorkstationId,
    moment: Moment,
    override: Override | None,
) -> DrawerOpened:
    """Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, NoOpenTill,
    NotEnrolled."""
    word = require(db, request.operator_id, Permission.NO_SALE, request.event_id, override)
    session = find_open_till(db, workstation_id)
    if session is None:
        raise NoOpenTill(workstation_id)
    note_act(
        db,
        OperatorAct.NO_SALE,
        request.operator_id,
        workstation_id,
        moment,
        act_id=request.event_id,
        by=None if word is None else word.by,
        subject=str(session.till_session_id),
        reason=request.reason,
    )
    return DrawerOpened(request.event_id, session.till_session_id)
