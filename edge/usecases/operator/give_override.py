"""Somebody allows, with their PIN, what another may not do alone: bound to that act, its subject
and its amount, for that operator at that workstation, once, for a minute, and never one's own."""

import sqlite3
from uuid import UUID

import msgspec

from edge.db.journal import seq_of
from edge.db.operators import find_role
from edge.domain.fields import AmountMinor, Request, Sentence, ShortOperator, Word
from edge.domain.operator import Session
from edge.domain.request import RequestIdTaken
from edge.domain.rights import (
    Asked,
    Override,
    OverrideRefused,
    PermissionRefused,
    refuse_unallowed,
)
from edge.usecases.operator.note_act import note_act
from edge.usecases.operator.sign_in import Pin
from sync.engine.journal import Moment
from sync.protocol.bounds import BasisPoints
from sync.protocol.facts import OperatorAct
from sync.protocol.identity import EventId
from sync.protocol.permissions import Permission


class GiveOverride(Request, frozen=True):
    """``operator_id`` allows it, with ``pin``: ``act`` in words, ``permission`` as the use case
    asks for it, ``subject``: the id that it is done to (a sale's, a till session's, a date), up to
    ``amount_minor`` and ``rate_bp``: what ``asks`` of the refusal says. ``request_id`` becomes the
    override's."""

    request_id: UUID
    act: Word
    permission: Permission
    subject: Word
    operator_id: ShortOperator
    pin: Pin
    reason: Sentence
    amount_minor: AmountMinor | None = None
    rate_bp: BasisPoints | None = None


class OverrideAnswer(msgspec.Struct, frozen=True):
    """What the request of the act names as ``override_id``, within ``good_for_s``."""

    override_id: UUID
    good_for_s: int


def give_override(
    db: sqlite3.Connection, request: GiveOverride, session: Session, moment: Moment, *, act_id: UUID
) -> Override:
    """The override, whose giver's PIN was proven. ``act_id``: of a refusal, which is kept. Raises
    RequestIdTaken, OverrideRefused, PermissionNeeded, OverrideNeeded, UnknownOperator,
    InactiveOperator, NotEnrolled."""
    if seq_of(db, EventId(request.request_id)) is not None:
        raise RequestIdTaken(request.request_id, "override")
    override = Override(
        request.request_id,
        request.act,
        request.permission.value,
        request.subject,
        request.amount_minor,
        request.operator_id,
        session.operator_id,
        session.workstation_id,
        request.reason,
        request.rate_bp,
    )
    try:
        _refuse(db, override, request.permission)
    except (OverrideRefused, PermissionRefused) as refused:
        refused.keep = lambda db: _note(db, OperatorAct.OVERRIDE_REFUSED, override, moment, act_id)
        raise
    _note(db, OperatorAct.OVERRIDE_GIVEN, override, moment, override.override_id)
    return override


def _refuse(db: sqlite3.Connection, override: Override, permission: Permission) -> None:
    if override.by == override.operator_id:
        raise OverrideRefused("nobody allows an act of their own")
    _, role = find_role(db, override.by)
    much = (override.amount_minor or 0, override.rate_bp or 0)
    asked = Asked(permission, override.subject, *much)
    refuse_unallowed(role, override.by, asked, None)


def _note(
    db: sqlite3.Connection, act: OperatorAct, override: Override, moment: Moment, act_id: UUID
) -> None:
    note_act(
        db,
        act,
        override.operator_id,
        override.workstation_id,
        moment,
        act_id=act_id,
        by=override.by,
        subject=f"{override.permission} {override.subject}",
        amount_minor=override.amount_minor,
        reason=f"{override.act}: {override.reason}",
    )
