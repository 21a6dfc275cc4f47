"""Settle a till: what was counted against what the receipts say should be there."""

import sqlite3
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from edge.db.journal import append
from edge.db.operators import find_role, require
from edge.db.store import read_settings
from edge.db.tills import TillSession, expected_cash, find_till_session, mark_settled
from edge.domain.fields import AmountMinor, Request, Sentence, ShortOperator
from edge.domain.rights import Override
from edge.domain.till import TILL, AnotherWorkstationsTill, TillEvent, TillSettledAlready
from sync.engine.journal import Moment
from sync.protocol.facts import DeviceRecorded, TillSessionSettled
from sync.protocol.identity import EventId, TillSessionId, WorkstationId
from sync.protocol.money import format_minor
from sync.protocol.permissions import Permission
from sync.protocol.reference import StoreSettings
from sync.protocol.states import state_of


class SettleTill(Request, frozen=True):
    """Cash as it was counted, in minor units. ``override_reason``: why a manager settles another
    workstation's till."""

    operator_id: ShortOperator
    counted_cash_minor: AmountMinor
    override_reason: Sentence | None = None
    override_id: UUID | None = None


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
    workstation_id: WorkstationId,
    event_id: EventId,
    moment: Moment,
    override: Override | None = None,
) -> SettledTill:
    """The session with its count, by the workstation that holds it, or by another one
    (``workstation_id``) with a manager's reason. The same count again changes nothing and gives it
    again.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, SettingsMissing,
    UnknownTillSession, AnotherWorkstationsTill, TillSettledAlready, NotEnrolled.
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
        return _settled_before(session, request, settings)
    if not own:
        record = DeviceRecorded("override", _why_here(request, session, workstation_id), "")
        append(db, record, EventId(uuid5(event_id, "override")), moment)
    expected = expected_cash(db, session)
    settled = replace(
        session,
        state=becomes,
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


def _why_here(request: SettleTill, session: TillSession, workstation_id: WorkstationId) -> str:
    """Whoever stands at another till has not counted this drawer."""
    return (
        f"{request.operator_id} settles {session.till_id} of {session.workstation_id} at "
        f"{workstation_id}: {request.override_reason}"
    )


def _settled_before(
    session: TillSession, request: SettleTill, settings: StoreSettings
) -> SettledTill:
    expected, counted = session.expected_cash_minor, session.counted_cash_minor
    if expected is None or counted is None:
        raise LookupError(f"the settled till session {session.till_session_id} has no count")
    if counted != request.counted_cash_minor:
        raise TillSettledAlready(session.till_session_id, format_minor(counted, settings.decimals))
    return SettledTill(session, expected, counted, counted - expected)
