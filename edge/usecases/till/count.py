"""Count an open till: notes and coins, and the slips of each tender. Nobody who counts is shown
what is expected before the count is written; each count stays, a recount beside it."""

import sqlite3
from uuid import UUID

import msgspec

from edge.db.cash import put_count
from edge.db.journal import append
from edge.db.operators import find_role, require
from edge.db.store import read_settings
from edge.db.tenders import cash_tender_ids
from edge.db.tills import TillSession, expected_of, find_till_session
from edge.domain.cash import CountedPieces, CountedTenders, compared, counted_amount, told_pieces
from edge.domain.fields import AmountMinor, Request, ShortOperator
from edge.domain.rights import Override
from edge.domain.till import TILL, CountedTwice, TillEvent
from sync.engine.journal import Moment
from sync.protocol.facts import TillCounted
from sync.protocol.figures import TenderCount
from sync.protocol.identity import EventId, MovementId, OperatorId, TillSessionId, WorkstationId
from sync.protocol.permissions import Permission
from sync.protocol.states import state_of


class CountTill(Request, frozen=True):
    """``count_id`` is made by the workstation, before the first attempt. ``counted_cash_minor``:
    what ``pieces`` come to, unless the amount was counted as a sum. ``tenders``: those that were
    counted beside cash."""

    count_id: MovementId
    operator_id: ShortOperator
    counted_cash_minor: AmountMinor | None = None
    pieces: CountedPieces = ()
    tenders: CountedTenders = ()
    override_id: UUID | None = None


class CountedTill(msgspec.Struct, frozen=True):
    """What was counted beside what was expected then; over is positive, short negative."""

    count_id: MovementId
    till_session_id: TillSessionId
    expected_cash_minor: int
    counted_cash_minor: int
    over_short_minor: int
    tenders: tuple[TenderCount, ...]


def count_till(
    db: sqlite3.Connection,
    request: CountTill,
    till_session_id: TillSessionId,
    workstation_id: WorkstationId,
    moment: Moment,
    override: Override | None = None,
) -> CountedTill:
    """Its event has the count's id; the till stays open. Whoever holds it counts it, or whoever
    stands where it is, else it takes the right to settle others'.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, SettingsMissing,
    UnknownTillSession, TillNotOpen, NotItsPieces, TooMuchCounted, CountedTwice,
    NotEnrolled.
    """
    found = find_till_session(db, till_session_id)
    session = TILL.require(found, state_of(found), TillEvent.TOUCHED, till_session_id)
    event_id = EventId(request.count_id)
    permission = needed_for(session, request.operator_id, workstation_id)
    require(db, request.operator_id, permission, event_id, override)
    _refuse_cash(db, request)
    should = expected_of(db, session)
    pieces = told_pieces(request.pieces, request.counted_cash_minor)
    _, role = find_role(db, request.operator_id)
    fact = TillCounted(
        request.count_id,
        till_session_id,
        request.operator_id,
        session.business_date,
        read_settings(db).currency,
        should.cash_minor,
        counted_amount(pieces, request.counted_cash_minor),
        pieces,
        compared(request.tenders, should),
        Permission.SEE_EXPECTED_CASH not in role.permissions,
    )
    append(db, fact, event_id, moment)
    put_count(db, fact, moment.wall_ms)
    return said(fact)


def _refuse_cash(db: sqlite3.Connection, request: CountTill) -> None:
    """Cash is what lies in the drawer, by whatever name it was taken."""
    cash = cash_tender_ids(db)
    for one in request.tenders:
        if one.tender_id in cash:
            raise CountedTwice(one.tender_id)


def needed_for(
    session: TillSession, operator_id: OperatorId, workstation_id: WorkstationId
) -> Permission:
    """One's own till, or the one that stands here, or another's."""
    own = operator_id == session.held_by or workstation_id == session.workstation_id
    return Permission.SETTLE_TILL if own else Permission.SETTLE_OTHERS


def said(fact: TillCounted) -> CountedTill:
    """A count as it is told to whoever made it."""
    cash = (fact.expected_cash_minor, fact.counted_cash_minor)
    over = fact.counted_cash_minor - fact.expected_cash_minor
    return CountedTill(fact.count_id, fact.till_session_id, *cash, over, fact.tenders)
