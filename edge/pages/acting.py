"""One form for every act of the back office, alone or with somebody else's word.

    form → the use case → not alone? → the page comes again with what was typed, and asks who allows
    it → their PIN, by the till's way → the same act with their override

A page's act is ``act(request, box, ANSWER, lambda db, at: use_case(db, …, at.override))``. What it
raises is caught as any refusal is and handed to the page's own template, whose form is ``act_form``
of ``_parts.html``: that has everything else, the token of the session, the id that makes a form
sent twice one act, and where somebody must allow it their number, PIN and reason. Such a route asks
in ``opt`` for what its page asks for (``needing(Permission.SEE_REPORTS)``); who may do it alone its
use case knows. What an override is asked for is what the refusal says, never a form.
"""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec
import uuid_utils.compat
from litestar import Request

from edge.box.box import Box
from edge.db.operators import ActiveOperator, find_role, list_operators
from edge.db.store import read_settings
from edge.domain.fields import Sentence, ShortOperator
from edge.domain.operator import SignInRefused
from edge.domain.rights import Asked, Override, PermissionRefused, Verdict, judge
from edge.pages.allowing import Allowing, note_allowing
from edge.pages.coming_in import CSRF_FIELD, Visitor, signed_in
from edge.pages.page import language_here
from edge.pages.signing_in import as_typed
from edge.pages.words import say_in
from edge.usecases.operator.give_override import GiveOverride, give_override
from edge.usecases.operator.sign_in import Pin
from edge.usecases.request import answer_once
from sync.engine.journal import Moment
from sync.http.forms import read_form
from sync.protocol.errors import InvalidField
from sync.protocol.identity import EventId, OperatorId, WorkstationId
from sync.protocol.money import format_minor
from sync.protocol.permissions import Permission

EVENT_ID = "event_id"
ALLOWED_BY, ALLOWED_PIN, ALLOWED_WHY = "allowed_by", "allowed_pin", "allowed_why"
NEW_PIN = "new_pin"
"""A PIN that somebody is given: whose digest could be guessed."""
NO_PART_OF_THE_ACT = frozenset({CSRF_FIELD, ALLOWED_BY, ALLOWED_PIN, ALLOWED_WHY, NEW_PIN})

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T", bound=msgspec.Struct)


class Done(msgspec.Struct, frozen=True):
    """The answer of an act whose use case has none."""


class At(NamedTuple):
    """When it is done, at which device, under which id (made when the form was shown), and with
    whose word."""

    moment: Moment
    workstation_id: WorkstationId
    event_id: EventId
    override: Override | None


class _FormId(msgspec.Struct, frozen=True):
    event_id: EventId


class _Name(msgspec.Struct, frozen=True):
    allowed_by: ShortOperator
    allowed_pin: Pin


class _Reason(msgspec.Struct, frozen=True):
    allowed_why: Sentence


async def act(
    request: AnyRequest, box: Box, kind: type[T], carry_out: Callable[[sqlite3.Connection, At], T]
) -> T:
    """What ``carry_out`` answers, a ``kind``; the same form sent again is answered again, and done
    once. Raises what ``carry_out`` and ``give_override`` raise, RequestIdReused, RequestIdTaken,
    InvalidField, SignInRefused, LockedOut, TooManyTries."""
    form, visitor = await read_form(request), signed_in(request)
    asked = _asked(request, form, visitor)

    async def once(override: Override | None) -> T:
        at = At(box.clock.moment(), visitor.workstation_id, EventId(asked.request_id), override)
        answered = await box.writer.run(
            lambda db: answer_once.answer_once(db, asked, kind, lambda: carry_out(db, at))
        )
        box.nudge.set()
        return answered.answer

    try:
        return await once(None)
    except PermissionRefused as refusal:
        if refusal.asks is None:
            raise
        beyond = _beyond(refusal.asks)
        await _ask(request, box, visitor, form, beyond)
        if not form.get(ALLOWED_BY) and not form.get(ALLOWED_PIN):
            raise
    return await once(await _word(request, box, visitor, form, beyond))


def _asked(request: AnyRequest, form: Mapping[str, str], visitor: Visitor) -> answer_once.Asked:
    """Which act it is: neither the session that sends it nor who allows it is part of it."""
    named = as_typed(_FormId, form, EVENT_ID)
    meant = sorted(each for each in form.items() if each[0] not in NO_PART_OF_THE_ACT)
    content = msgspec.json.encode([visitor.operator_id, meant])
    where = (request.method, request.url.path, visitor.workstation_id)
    return answer_once.Asked(named.event_id, answer_once.digest_of(*where, content))


def _beyond(asks: Mapping[str, str | int]) -> Asked:
    much = (int(asks["amount_minor"]), int(asks["rate_bp"]))
    return Asked(Permission(str(asks["permission"])), str(asks["subject"]), *much)


async def _ask(
    request: AnyRequest, box: Box, visitor: Visitor, form: Mapping[str, str], beyond: Asked
) -> None:
    """The page's form asks for it, from whoever may."""
    people, amount = await box.reader.read(
        lambda db: (_who_may(db, visitor.operator_id, beyond), _amount(db, beyond))
    )
    what = (request.url.path, beyond.permission.value, amount)
    note_allowing(request, Allowing(*what, people, form.get(ALLOWED_BY, "")))


def _amount(db: sqlite3.Connection, beyond: Asked) -> str:
    if not beyond.amount_minor:
        return ""
    settings = read_settings(db)
    return f"{settings.currency} {format_minor(beyond.amount_minor, settings.decimals)}"


def _who_may(
    db: sqlite3.Connection, visitor_id: OperatorId, beyond: Asked
) -> tuple[ActiveOperator, ...]:
    return tuple(
        one
        for one in list_operators(db)
        if one.has_pin
        and one.operator_id != visitor_id
        and judge(find_role(db, one.operator_id)[1], beyond) is Verdict.ALLOWED
    )


async def _word(
    request: AnyRequest, box: Box, visitor: Visitor, form: Mapping[str, str], beyond: Asked
) -> Override:
    """As the till's ``POST /overrides`` gives it: the same comparison, lockouts and record."""
    given = _given(say_in(language_here(request)).acting.acts, form, beyond)
    await box.pins.prove(given.operator_id, given.pin, visitor.workstation_id)
    moment, act_id = box.clock.moment(), uuid_utils.compat.uuid7()
    return await box.writer.run(
        lambda db: give_override(db, given, visitor.session, moment, act_id=act_id)
    )


def _given(acts: Mapping[str, str], form: Mapping[str, str], beyond: Asked) -> GiveOverride:
    """Raises SignInRefused, InvalidField (no reason)."""
    try:
        who = as_typed(_Name, form, ALLOWED_BY, ALLOWED_PIN)
    except InvalidField as refusal:
        raise SignInRefused from refusal
    return GiveOverride(
        uuid_utils.compat.uuid7(),
        acts[beyond.permission],
        beyond.permission,
        beyond.subject,
        who.allowed_by,
        who.allowed_pin,
        as_typed(_Reason, form, ALLOWED_WHY).allowed_why,
        beyond.amount_minor or None,
        beyond.rate_bp or None,
    )
