"""Who may come in to the back office: a device that the shop knows, and on it somebody who signed
in, within what their role may do.

A guard runs before its route and leaves what it learnt with the request. A route names what it
needs (``needing``); one that does not is for whoever may do everything that there is.
"""

import hmac
from hashlib import sha256
from typing import Any, NamedTuple

from litestar import Request
from litestar.handlers import BaseRouteHandler

from edge.api.cookies import DEVICE, SESSION, own_cookie
from edge.api.guard import Connection, box_of, is_token, let_in, workstation_of
from edge.api.problems import NotOurForm, NotPaired
from edge.db.operators import find_role
from edge.domain.operator import (
    InactiveOperator,
    OwnPinNeeded,
    Room,
    Session,
    SessionLocked,
    SignInNeeded,
    UnknownOperator,
)
from edge.domain.rights import Asked, refuse_unallowed
from sync.http.forms import read_form
from sync.http.page import asked_by_htmx, is_own_form
from sync.protocol.identity import OperatorId, WorkstationId
from sync.protocol.permissions import Permission
from sync.protocol.reference import Role

NEEDS = "needs"
BEFORE_OWN_PIN = "before_own_pin"
CSRF_FIELD = "csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_VISITOR = "visitor"


class Visitor(NamedTuple):
    """Whoever looks: their session, and what they may do. ``csrf``: what their forms carry."""

    session: Session
    name: str
    role: Role
    csrf: str

    @property
    def operator_id(self) -> OperatorId:
        """Who it is."""
        return self.session.operator_id

    @property
    def workstation_id(self) -> WorkstationId:
        """Through which device."""
        return self.session.workstation_id

    def may(self, permission: Permission) -> bool:
        """Whether their role has it."""
        return permission in self.role.permissions


def needing(permission: Permission) -> dict[str, object]:
    """``opt`` of a route for whoever may do this; its guard reads it."""
    return {NEEDS: permission}


def needing_nothing(*, before_own_pin: bool = False) -> dict[str, object]:
    """``opt`` of a route for whoever is signed in."""
    return {NEEDS: None, **({BEFORE_OWN_PIN: True} if before_own_pin else {})}


async def device_guard(connection: Connection, _route: BaseRouteHandler) -> None:
    """A browser that the shop knows, on which nobody need be signed in; a form of it comes from a
    page of this address. Raises NotPaired, TooManyTries, NotOurForm."""
    await _known_device(connection)
    await own_form_guard(connection, _route)


async def own_form_guard(connection: Connection, _route: BaseRouteHandler) -> None:
    """A form that is sent before anybody has signed in. Raises NotOurForm."""
    assert isinstance(connection, Request)  # noqa: S101  Litestar gives HTTP guards the request
    if connection.method not in SAFE_METHODS and not is_own_form(connection):
        raise NotOurForm


async def office_guard(connection: Connection, route: BaseRouteHandler) -> None:
    """Somebody who is signed in, at a page that they may use; a form carries the token of their
    session. What htmx asks for by itself keeps no session open. Raises NotPaired, SignInNeeded,
    SessionLocked, OwnPinNeeded, PermissionNeeded, NotOurForm, and what read_form raises."""
    assert isinstance(connection, Request)  # noqa: S101  Litestar gives HTTP guards the request
    token = own_cookie(connection, SESSION)
    session = await _session(connection, token)
    visitor = await _visitor(connection, session, token)
    if session.own_pin_needed and BEFORE_OWN_PIN not in route.opt:
        raise OwnPinNeeded(session.operator_id)
    connection.scope["state"][_VISITOR] = visitor  # a refusal is a page of theirs, too
    needed = route.opt.get(NEEDS, Permission.PAIR_WORKSTATIONS)
    if needed is not None:
        refuse_unallowed(visitor.role, session.operator_id, Asked(needed), None)
    if connection.method not in SAFE_METHODS:
        sent = (await read_form(connection)).get(CSRF_FIELD, "")
        if not hmac.compare_digest(sent.encode(), visitor.csrf.encode()):
            raise NotOurForm


async def _known_device(connection: Connection) -> WorkstationId:
    token = own_cookie(connection, DEVICE)
    if not token:  # no try at all: a browser that was never here
        raise NotPaired
    return await let_in(connection, token)


async def _session(request: Request[Any, Any, Any], token: str) -> Session:
    workstation_id = await _known_device(request)
    if not is_token(token):
        raise SignInNeeded
    box, using = box_of(request), not asked_by_htmx(request)
    wall_ms = box.clock.moment().wall_ms
    session = await box.sessions.named_by(
        token, workstation_id, wall_ms, using=using, room=Room.OFFICE
    )
    if session is None:
        raise SignInNeeded
    if session.ended_at_ms is not None:
        raise SessionLocked(session.operator_id)
    return session


async def _visitor(request: Request[Any, Any, Any], session: Session, token: str) -> Visitor:
    """Raises SignInNeeded: they work here no more."""
    try:
        name, role = await box_of(request).reader.read(
            lambda db: find_role(db, session.operator_id)
        )
    except (UnknownOperator, InactiveOperator) as error:
        raise SignInNeeded from error
    return Visitor(session, name, role, csrf_of(token))


def csrf_of(token: str) -> str:
    """What the forms of a session carry: nobody works it out who does not have its token."""
    return sha256(f"form {token}".encode()).hexdigest()


def visitor_of(connection: Connection) -> Visitor | None:
    """Whom ``office_guard`` knows; None where the route asks for nobody."""
    found: Visitor | None = connection.scope["state"].get(_VISITOR)
    return found


def signed_in(connection: Connection) -> Visitor:
    """The same where the route's guard has seen to it. Raises SignInNeeded."""
    found = visitor_of(connection)
    if found is None:
        raise SignInNeeded
    return found


def device_of(connection: Connection) -> WorkstationId:
    """Which of the shop's devices asks."""
    return workstation_of(connection)
