"""Sign in with a PIN, set one of one's own, lock, sign out; who is signed in here.

``Holdfast-Session`` carries the token that a sign-in answers. Nothing here is answered twice by its
bytes: no digest of a body that holds a PIN is kept.
"""

import secrets
from typing import Any
from uuid import UUID

import litestar
import msgspec
import uuid_utils.compat
from litestar import delete, get, post

from edge.api.described import Described, accepts
from edge.api.guard import read_session, require_session, session_of, workstation_of
from edge.api.parameters import TheBox
from edge.box.box import Box
from edge.box.people import tell_owed_pins
from edge.db.credentials import find_pin
from edge.db.operators import find_role
from edge.domain.fields import Request as Body
from edge.domain.operator import (
    PinAsBefore,
    Session,
    SignInNeeded,
    SignInRefused,
)
from edge.usecases.operator.set_pin import SetPin, refuse_trivial, set_pin
from edge.usecases.operator.sign_in import SignIn, begin_session
from edge.usecases.operator.sign_out import lock_session, sign_out
from sync.http.body import read_body
from sync.protocol.identity import OperatorId, WorkstationId
from sync.protocol.reference import RoleLimit

TOKEN_BYTES = 32
Request = litestar.Request[Any, Any, Any]


class SessionAnswer(msgspec.Struct, frozen=True):
    """Who is signed in at this workstation and what they may do. ``token``: of a sign-in alone, for
    the header ``Holdfast-Session``. ``locked``: the PIN is asked for again. ``own_pin_needed``: the
    PIN was a starting one, and nothing is done before there is another. ``lock_after_s``: who does
    nothing for so long is locked."""

    operator_id: OperatorId
    workstation_id: WorkstationId
    name: str
    role: str
    role_name: str
    permissions: tuple[str, ...]
    limits: tuple[RoleLimit, ...]
    locked: bool
    own_pin_needed: bool
    lock_after_s: int
    token: str | None = None


@post("/session", status_code=201, operation_class=accepts(SignIn))
async def begin(request: Request, box: TheBox) -> SessionAnswer:
    """Sign in. Whoever was signed in at this workstation is no more; what they tendered before may
    still arrive. 403 ``sign-in-refused``, 429 ``locked-out`` with Retry-After."""
    asked, workstation_id = await read_body(request, SignIn), workstation_of(request)
    pin = await box.pins.prove(asked.operator_id, asked.pin, workstation_id)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    moment, steady = box.clock.moment(), box.clock.steady()
    session = await box.writer.run(
        lambda db: begin_session(db, asked, workstation_id, token, pin, steady, moment)
    )
    box.sessions.forget()
    box.nudge.set()
    answered = await _answer(box, session)
    return msgspec.structs.replace(answered, token=token)


@get("/session", operation_class=Described)
async def current(request: Request, box: TheBox) -> SessionAnswer:
    """Whose session the header names, locked or not; a look does not keep it open."""
    return await _answer(box, await _named(request))


@post(
    "/session/pin",
    status_code=200,
    operation_class=accepts(SetPin),
    guards=[require_session],
    own_pin=True,
)
async def set_own_pin(request: Request, box: TheBox) -> SessionAnswer:
    """Set a PIN of one's own, 4 to 8 digits. ``pin``, the one so far, is asked for but after a
    sign-in with a starting one."""
    asked, session = await read_body(request, SetPin), session_of(request)
    if session is None:
        raise SignInNeeded
    await choose_own_pin(box, session, asked)
    return await _answer(box, session._replace(own_pin_needed=False))


async def choose_own_pin(box: Box, session: Session, asked: SetPin) -> None:
    """It holds here at once, and head office is told. Raises SignInRefused, LockedOut, TrivialPin,
    PinAsBefore."""
    await _refuse_new_pin(box, session, asked)
    pin_hash = await box.pins.hash_of(asked.new_pin, session.workstation_id)
    moment, act_id = box.clock.moment(), uuid_utils.compat.uuid7()
    await box.writer.run(lambda db: set_pin(db, session, pin_hash, moment, act_id=act_id))
    box.sessions.forget()
    await tell_owed_pins(box)


async def _refuse_new_pin(box: Box, session: Session, asked: SetPin) -> None:
    """Raises SignInRefused, LockedOut, TrivialPin, PinAsBefore."""
    who, at = session.operator_id, session.workstation_id
    if session.own_pin_needed:
        known = await box.reader.read(lambda db: find_pin(db, who))
        if known is None:
            raise SignInRefused
    else:
        known = await box.pins.prove(who, asked.pin or "", at)
    refuse_trivial(asked.new_pin)
    if await box.pins.is_same(known, asked.new_pin, at):
        raise PinAsBefore


class Locking(Body, frozen=True):
    """``request_id``: of this attempt; nothing hangs on it."""

    request_id: UUID


@post("/session/lock", status_code=200, operation_class=accepts(Locking))
async def lock(request: Request, box: TheBox) -> SessionAnswer:
    """The PIN is asked for again; what was tendered before may still arrive."""
    await read_body(request, Locking)
    session, moment = await _named(request), box.clock.moment()
    await box.writer.run(lambda db: lock_session(db, session, moment))
    box.sessions.forget()
    ended_at_ms = session.ended_at_ms or moment.wall_ms
    return await _answer(box, session._replace(ended_at_ms=ended_at_ms))


@delete("/session", operation_class=Described)
async def end(request: Request, box: TheBox) -> None:
    """Sign out: the token is worth nothing from now on."""
    session, moment = await _named(request), box.clock.moment()
    act_id = uuid_utils.compat.uuid7()
    await box.writer.run(lambda db: sign_out(db, session, moment, act_id=act_id))
    box.sessions.forget()
    box.nudge.set()


async def _named(request: Request) -> Session:
    """Raises SignInNeeded."""
    session = await read_session(request, using=False)
    if session is None:
        raise SignInNeeded
    return session


async def _answer(box: Box, session: Session) -> SessionAnswer:
    """Raises UnknownOperator, InactiveOperator."""
    name, role = await box.reader.read(lambda db: find_role(db, session.operator_id))
    return SessionAnswer(
        session.operator_id,
        session.workstation_id,
        name,
        role.role,
        role.name,
        role.permissions,
        role.limits,
        session.ended_at_ms is not None,
        session.own_pin_needed,
        box.sessions.lock_after_s,
    )


ROUTES = (begin, current, set_own_pin, lock, end)
