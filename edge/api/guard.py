"""Who may call: every route but health and pairing asks for a paired workstation's token, and every
one that is no look at the till itself for the session of somebody who signed in there.

The token stands in ``Authorization: Bearer``, the session's in ``Holdfast-Session``; both are known
here by their SHA-256 only. A session that is locked or was taken over finishes what was tendered
before (routes with the option ``tendered``), and nothing else. Every route at all asks for one of
this box's own names or addresses as its host: a page from elsewhere, made to resolve to this box,
names another (DNS rebinding).
"""

from collections.abc import Set
from typing import Any, cast

import msgspec
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK
from litestar.types import ASGIApp, Receive, Scope, Send

from edge.api.problems import NotPaired, WrongHost
from edge.box.box import Box
from edge.domain.operator import (
    OtherOperatorSignedIn,
    OwnPinNeeded,
    Session,
    SessionLocked,
    SignInNeeded,
)
from edge.domain.workstation import AT_WORK, WorkstationKind
from sync.http.door import address_of
from sync.http.stated import header_in
from sync.http.tries import WrongTries
from sync.protocol.identity import OperatorId, WorkstationId

Connection = ASGIConnection[Any, Any, Any, Any]

TOKEN_CHARACTERS_MAX = 128
SESSION_HEADER = "Holdfast-Session"
_SESSION_HEADER = SESSION_HEADER.lower().encode()
DISPLAYS = frozenset({WorkstationKind.DISPLAY})
_STATE = "workstation_id"
_SESSION = "session"


def box_of(connection: Connection) -> Box:
    """The box that this application was built for."""
    return cast("Box", connection.app.state["box"])


def tries_of(connection: Connection) -> WrongTries:
    """Who was wrong how often, at this application's door."""
    return cast("WrongTries", connection.app.state["tries"])


def workstation_of(connection: Connection) -> WorkstationId:
    """The workstation that ``require_workstation`` let in."""
    return cast("WorkstationId", connection.scope["state"][_STATE])


def caller_of(connection: Connection) -> WorkstationId | None:
    """The workstation that calls; None where the route asks for none."""
    found: WorkstationId | None = connection.scope["state"].get(_STATE)
    return found


async def require_own_host(connection: Connection, _route: BaseRouteHandler) -> None:
    """Raises WrongHost."""
    host = (header_in(connection.scope, b"host") or "").rpartition(":")
    name = host[0] if host[2].isdigit() and host[0] else "".join(host)
    if name.lower().strip("[]") not in box_of(connection).certificate.hosts:
        raise WrongHost


async def require_workstation(connection: Connection, _route: BaseRouteHandler) -> None:
    """Raises NotPaired, TooManyTries; else notes which workstation calls."""
    await let_in(connection, bearer_of(connection))


def bearer_of(connection: Connection) -> str:
    """The token that the request brought; empty where it brought none."""
    stated = header_in(connection.scope, b"authorization") or ""
    scheme, _, token = stated.partition(" ")
    return token if scheme.lower() == "bearer" else ""


async def require_display(connection: Connection, _route: BaseRouteHandler) -> None:
    """Raises NotPaired, TooManyTries; else notes which display calls."""
    await let_in(connection, bearer_of(connection), DISPLAYS)


async def let_in(
    connection: Connection, token: str, kinds: Set[WorkstationKind] = AT_WORK
) -> WorkstationId:
    """The workstation of this token, paired as one of ``kinds``, noted as who calls. Raises
    NotPaired, TooManyTries."""
    known = None
    if is_token(token):
        known = await box_of(connection).workstations.named_by(token)
    if known is None or known.kind not in kinds:
        tries, address = tries_of(connection), address_of(connection.scope)
        tries.let_in(address)
        await tries.wrong(address)
        raise NotPaired
    connection.scope["state"][_STATE] = known.workstation_id
    return known.workstation_id


def is_token(text: str) -> bool:
    """Whether it can be one: nothing else is looked up."""
    return 0 < len(text) <= TOKEN_CHARACTERS_MAX and text.isascii()


async def read_session(connection: Connection, *, using: bool = True) -> Session | None:
    """The session that the header names, ended or not; None where none of this workstation is
    named. ``using``: somebody is at work with it."""
    token = header_in(connection.scope, _SESSION_HEADER) or ""
    if not is_token(token):
        return None
    box, workstation_id = box_of(connection), workstation_of(connection)
    return await box.sessions.named_by(token, workstation_id, box.clock.wall_ms, using=using)


async def require_session(connection: Connection, route: BaseRouteHandler) -> None:
    """A guard after ``require_workstation``: notes who is signed in. Raises SignInNeeded,
    SessionLocked, OwnPinNeeded."""
    session = await read_session(connection)
    if session is None:
        raise SignInNeeded
    if session.ended_at_ms is not None and "tendered" not in route.opt:
        raise SessionLocked(session.operator_id)
    if session.own_pin_needed and "own_pin" not in route.opt:
        raise OwnPinNeeded(session.operator_id)
    connection.scope["state"][_SESSION] = session


def session_of(connection: Connection) -> Session | None:
    """The session that ``require_session`` let in; None where the route asks for none."""
    found: Session | None = connection.scope["state"].get(_SESSION)
    return found


def refuse_other_operator(
    connection: Connection, operator_id: OperatorId, tendered_at_ms: int | None = None
) -> None:
    """Who stands in a body must be who is signed in, or was when the basket was tendered. Raises
    OtherOperatorSignedIn, SessionLocked."""
    session = session_of(connection)
    if session is None:
        return
    if session.operator_id != operator_id:
        raise OtherOperatorSignedIn(operator_id, session.operator_id)
    ended_at_ms = session.ended_at_ms
    if ended_at_ms is not None and (tendered_at_ms is None or tendered_at_ms > ended_at_ms):
        raise SessionLocked(operator_id)


def answered_directly(app: ASGIApp) -> ASGIApp:
    """A middleware for routes that a customer waits for: guards, then the route's function with the
    request alone, then its Response of JSON, in the place of the many steps in between by which
    Litestar serves every kind of function: ``app``, which is not called."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        route = cast("HTTPRouteHandler", scope["route_handler"])
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        for guard in route.resolve_guards():
            await guard(request, route)  # type: ignore[misc]  # Litestar types it for both ways
        response: Response[Any] = await route.fn(request)
        body = msgspec.json.encode(response.content)
        length = (b"content-length", str(len(body)).encode())
        headers = [(b"content-type", b"application/json"), length]
        status = response.status_code or HTTP_200_OK
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return answer


async def provide_box(request: Request[Any, Any, Any]) -> Box:
    """The box, as a dependency of every route."""
    return box_of(request)
