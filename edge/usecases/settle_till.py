"""Settle a till: what was counted against what the receipts say should be there."""

import sqlite3

import msgspec
from msgspec.structs import replace

from edge.db.operators import require_operator
from edge.db.store import read_settings
from edge.db.tills import TillSession, TillState, expected_cash, find_till_session, mark_settled
from edge.domain.day_errors import TillSettledAlready, UnknownTillSession
from edge.usecases.fields import AmountMinor, Operator, Request
from sync.engine.journal import Moment, append
from sync.protocol.identity import EventId, TillSessionId
from sync.protocol.money import format_minor
from sync.protocol.poslog import TillSessionSettled
from sync.protocol.reference import StoreSettings


class SettleTill(Request, frozen=True):
    """Cash as it was counted, in minor units."""

    operator_id: Operator
    counted_cash_minor: AmountMinor


class SettledTill(msgspec.Struct, frozen=True):
    """Over is positive, short negative: counted less expected."""

    session: TillSession
    expected_cash_minor: int
    counted_cash_minor: int
    over_short_minor: int


def settle_till(
    db: sqlite3.Connection,
    request: SettleTill,
    till_session_id: TillSessionId,
    event_id: EventId,
    moment: Moment,
) -> SettledTill:
    """The session with its count. The same count again changes nothing and gives it again.

    Raises UnknownOperator, InactiveOperator, SettingsMissing, UnknownTillSession,
    TillSettledAlready, NotEnrolled.
    """
    settings = read_settings(db)
    require_operator(db, request.operator_id)
    session = find_till_session(db, till_session_id)
    if session is None:
        raise UnknownTillSession(till_session_id)
    if session.state is TillState.SETTLED:
        return _settled_before(session, request, settings)
    expected = expected_cash(db, session)
    settled = replace(
        session,
        state=TillState.SETTLED,
        expected_cash_minor=expected,
        counted_cash_minor=request.counted_cash_minor,
        settled_by=request.operator_id,
        settled_at_ms=moment.wall_ms,
    )
    fact = TillSessionSettled(
        session.till_session_id,
        session.till_id,
        session.workstation_id,
        request.operator_id,
        session.business_date,
        settings.currency,
        session.float_minor,
        expected,
        request.counted_cash_minor,
    )
    append(db, fact, event_id, moment)
    mark_settled(db, settled)
    return SettledTill(settled, expected, request.counted_cash_minor, fact.over_short_minor)


def _settled_before(
    session: TillSession, request: SettleTill, settings: StoreSettings
) -> SettledTill:
    expected, counted = session.expected_cash_minor, session.counted_cash_minor
    if expected is None or counted is None:
        raise LookupError(f"the settled till session {session.till_session_id} has no count")
    if counted != request.counted_cash_minor:
        raise TillSettledAlready(session.till_session_id, format_minor(counted, settings.decimals))
    return SettledTill(session, expected, counted, counted - expected)
