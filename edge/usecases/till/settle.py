"""Settle a till: what was counted against what the receipts say should be there."""

import sqlite3
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from edge.db.cash import book_cash, drawer_counts
from edge.db.journal import append
from edge.db.operators import find_role, require
from edge.db.store import read_settings
from edge.db.tills import (
    TillSession,
    expected_of,
    find_till_session,
    mark_settled,
    settled_tenders,
)
from edge.domain.fields import AmountMinor, Request, Sentence, ShortOperator
from edge.domain.forgotten_day import NOBODY
from edge.domain.rights import Override
from edge.domain.till import (
    TILL,
    AnotherWorkstationsTill,
    CountOutdated,
    TillEvent,
    TillNotCounted,
    TillSettledAlready,
    TillState,
    UnknownCount,
)
from sync.engine.journal import Moment
from sync.protocol.drawer import Expected
from sync.protocol.facts import DeviceRecorded, TillSessionSettled
from sync.protocol.figures import TenderCount
from sync.protocol.identity import EventId, MovementId, OperatorId, TillSessionId, WorkstationId
from sync.protocol.money import format_minor
from sync.protocol.permissions import Permission
from sync.protocol.reference import StoreSettings
from sync.protocol.states import state_of


class SettleTill(Request, frozen=True):
    """By a count: ``count_id``, else the last one; or by cash that is counted now
    (``counted_cash_minor``, in minor units). ``override_reason``: why a manager settles another
    workstation's till."""

    operator_id: ShortOperator
    counted_cash_minor: AmountMinor | None = None
    override_reason: Sentence | None = None
    override_id: UUID | None = None
    count_id: MovementId | None = None


class SettledTill(msgspec.Struct, frozen=True):
    """Over is positive, short negative: counted less expected. ``tenders``: what was counted beside
    cash."""

    session: TillSession
    expected_cash_minor: int
    counted_cash_minor: int
    over_short_minor: int
    tenders: tuple[TenderCount, ...] = ()


class _Counted(NamedTuple):
    """What a till is settled by."""

    cash_minor: int
    count_id: MovementId | None = None
    tenders: tuple[TenderCount, ...] = ()


def settle_till(
    db: sqlite3.Connection,
    request: SettleTill,
    till_session_id: TillSessionId,
    workstation_id: WorkstationId,
    event_id: EventId,
    moment: Moment,
    override: Override | None = None,
) -> SettledTill:
    """The session with its count, by the workstation that holds it, or by another one
    (``workstation_id``) with a manager's reason. The same count again changes nothing and gives it
    again.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, SettingsMissing,
    UnknownTillSession, AnotherWorkstationsTill, TillSettledAlready, TillNotCounted, UnknownCount,
    CountOutdated, NotEnrolled.
    """
    settings = read_settings(db)
    find_role(db, request.operator_id)
    found = find_till_session(db, till_session_id)
    session = TILL.require(found, state_of(found), TillEvent.SETTLED, till_session_id)
    own = session.workstation_id == workstation_id
    if not own and request.override_reason is None:
        raise AnotherWorkstationsTill(session.till_id, session.workstation_id, workstation_id)
    permission = Permission.SETTLE_TILL if own else Permission.SETTLE_OTHERS
    require(db, request.operator_id, permission, till_session_id, override)
    becomes = TILL.after(session.state, TillEvent.SETTLED)
    if session.state is becomes:
        return _settled_before(db, session, request, settings)
    should = expected_of(db, session)
    counted = _counted(db, request, session, should)
    if not own:
        record = DeviceRecorded("override", _why_here(request, session, workstation_id), "")
        append(db, record, EventId(uuid5(event_id, "override")), moment)
    return _write_settled(db, session, request.operator_id, should, counted, event_id, moment)


def settle_uncounted(
    db: sqlite3.Connection, session: TillSession, event_id: EventId, moment: Moment
) -> SettledTill:
    """An open till that nobody counts: what was expected stands, and nothing is over or short.
    Raises SettingsMissing, NotEnrolled."""
    should = expected_of(db, session)
    return _write_settled(db, session, NOBODY, should, None, event_id, moment)


def _counted(
    db: sqlite3.Connection, request: SettleTill, session: TillSession, should: Expected
) -> _Counted:
    """A count holds as long as nothing came or went since: else what it was held against is another
    sum by now."""
    if request.counted_cash_minor is not None:
        return _Counted(request.counted_cash_minor)
    counts = [one.fact for one in drawer_counts(db, session.till_session_id)]
    if request.count_id is not None:
        counts = [one for one in counts if one.count_id == request.count_id]
        if not counts:
            raise UnknownCount(request.count_id)
    if not counts:
        raise TillNotCounted(session.till_session_id)
    last = counts[-1]
    same = all(one.expected_minor == should.of(one.tender_id) for one in last.tenders)
    if last.expected_cash_minor != should.cash_minor or not same:
        raise CountOutdated(session.till_session_id)
    return _Counted(last.counted_cash_minor, last.count_id, last.tenders)


def _write_settled(
    db: sqlite3.Connection,
    session: TillSession,
    operator_id: OperatorId,
    should: Expected,
    counted: _Counted | None,
    event_id: EventId,
    moment: Moment,
) -> SettledTill:
    """The fact, its rows, and what it says; ``counted`` is None where nobody counted."""
    by = counted or _Counted(should.cash_minor)
    settled = replace(
        session,
        state=TillState.SETTLED,
        expected_cash_minor=should.cash_minor,
        counted_cash_minor=by.cash_minor,
        settled_by=operator_id or None,
        settled_at_ms=moment.wall_ms,
        counted=counted is not None,
    )
    fact = TillSessionSettled(
        session.till_session_id,
        session.till_id,
        session.workstation_id,
        operator_id,
        session.business_date,
        read_settings(db).currency,
        session.float_minor,
        should.cash_minor,
        by.cash_minor,
        by.count_id,
        by.tenders,
        counted is not None,
    )
    append(db, fact, event_id, moment)
    mark_settled(db, settled, by.tenders)
    book_cash(db, fact, event_id, moment.wall_ms)
    cash = (should.cash_minor, by.cash_minor, fact.over_short_minor)
    return SettledTill(settled, *cash, by.tenders)


def _why_here(request: SettleTill, session: TillSession, workstation_id: WorkstationId) -> str:
    """Whoever stands at another till has not counted this drawer."""
    return (
        f"{request.operator_id} settles {session.till_id} of {session.workstation_id} at "
        f"{workstation_id}: {request.override_reason}"
    )


def _settled_before(
    db: sqlite3.Connection, session: TillSession, request: SettleTill, settings: StoreSettings
) -> SettledTill:
    expected, counted = session.expected_cash_minor, session.counted_cash_minor
    if expected is None or counted is None:
        raise LookupError(f"the settled till session {session.till_session_id} has no count")
    if request.counted_cash_minor not in (None, counted):
        raise TillSettledAlready(session.till_session_id, format_minor(counted, settings.decimals))
    tenders = settled_tenders(db, session.till_session_id)
    return SettledTill(session, expected, counted, counted - expected, tenders)
