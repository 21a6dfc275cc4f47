"""Open a till: from its float on, a workstation can sell. One that was open at a box that is gone
goes on with what is counted in its drawer."""

import sqlite3
from uuid import UUID, uuid5

from edge.db.cash import book_cash
from edge.db.days import find_open_day
from edge.db.journal import append
from edge.db.operators import require
from edge.db.store import read_settings
from edge.db.tills import (
    TillSession,
    find_open_session,
    find_till_session,
    insert_till_session,
    is_carried,
    mark_carries,
)
from edge.db.workstations import kind_of
from edge.domain.business_day import BUSINESS_DAY, DayEvent, DayState
from edge.domain.cash import CountedPieces, told_pieces
from edge.domain.fields import AmountMinor, Request, ShortOperator, ShortTill, one_case
from edge.domain.rights import Override
from edge.domain.till import TILL, TillEvent, TillSessionNotCarried
from edge.domain.workstation import NoTillHere, WorkstationKind
from sync.engine.journal import Moment
from sync.protocol.facts import TillSessionCarried, TillSessionOpened
from sync.protocol.identity import EventId, TillId, TillSessionId, WorkstationId
from sync.protocol.permissions import Permission
from sync.protocol.states import state_of


class OpenTill(Request, frozen=True):
    """``till_id``: the workstation's own name if it is not stated; in any case. ``carried_id``: the
    session that was open at a box that is gone; ``float_minor`` is then what was counted.
    ``pieces``: the float's notes and coins, where they were counted."""

    till_session_id: TillSessionId
    operator_id: ShortOperator
    float_minor: AmountMinor
    till_id: ShortTill | None = None
    override_id: UUID | None = None
    carried_id: TillSessionId | None = None
    pieces: CountedPieces = ()


def open_till(
    db: sqlite3.Connection,
    request: OpenTill,
    workstation_id: WorkstationId,
    moment: Moment,
    override: Override | None = None,
) -> TillSession:
    """The open session; its opening event has the session's id.

    Raises NoTillHere, UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused,
    SettingsMissing, NoOpenBusinessDay, TillOpenAlready, TillSessionNotCarried, NotItsPieces,
    TooMuchCounted, NotEnrolled.
    """
    if kind_of(db, workstation_id) is WorkstationKind.OFFICE:
        raise NoTillHere(workstation_id)
    till_id = TillId(one_case(request.till_id or workstation_id))
    settings = read_settings(db)
    require(db, request.operator_id, Permission.OPEN_TILL, request.till_session_id, override)
    day = BUSINESS_DAY.require(find_open_day(db), DayState.OPEN, DayEvent.TRADED)
    other = find_open_session(db, till_id, workstation_id)
    about = () if other is None else (other.till_id, other.workstation_id, other.till_session_id)
    becomes = TILL.after(state_of(other), TillEvent.OPENED, *about)
    where = (request.till_session_id, till_id, workstation_id)
    what = (*where, request.operator_id, day.business_date)
    opened = (becomes, request.float_minor, moment.wall_ms, request.operator_id)
    session = TillSession(*what, *opened)
    pieces = told_pieces(request.pieces, request.float_minor)
    fact = TillSessionOpened(*what, settings.currency, session.float_minor, pieces)
    event_id = EventId(request.till_session_id)
    append(db, fact, event_id, moment)
    insert_till_session(db, session)
    book_cash(db, fact, event_id, moment.wall_ms)
    if request.carried_id is not None:
        _carry(db, request.carried_id, session, settings.currency, moment)
    return session


def _carry(
    db: sqlite3.Connection,
    carried_id: TillSessionId,
    session: TillSession,
    currency: str,
    moment: Moment,
) -> None:
    """What should have been in the drawer only head office can say: it has all of its receipts."""
    if find_till_session(db, carried_id) is not None or is_carried(db, carried_id):
        raise TillSessionNotCarried(carried_id)
    fact = TillSessionCarried(
        carried_id,
        session.till_session_id,
        session.till_id,
        session.workstation_id,
        session.operator_id,
        session.business_date,
        currency,
        session.float_minor,
    )
    event_id = EventId(uuid5(session.till_session_id, "carried"))
    append(db, fact, event_id, moment)
    book_cash(db, fact, event_id, moment.wall_ms)
    mark_carries(db, session.till_session_id, carried_id)
