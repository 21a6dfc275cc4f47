"""Who may call: every route but health and pairing asks for a paired workstation's token.

The token stands in ``Authorization: Bearer``, known here by its SHA-256 only. Every route at all
asks for one of this box's own names or addresses as its host: a page from elsewhere, made to
resolve to this box, names another (DNS rebinding).
"""

from typing import Any, cast

import msgspec
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK
from litestar.types import ASGIApp, Receive, Scope, Send

from edge.api.problems import NotPaired, WrongHost
from edge.box.box import Box
from sync.http.door import address_of
from sync.http.tries import WrongTries
from sync.protocol.identity import WorkstationId

Connection = ASGIConnection[Any, Any, Any, Any]

TOKEN_CHARACTERS_MAX = 128
_STATE = "workstation_id"


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
    host = connection.headers.get("host", "").rpartition(":")
    name = host[0] if host[2].isdigit() and host[0] else "".join(host)
    if name.lower().strip("[]") not in box_of(connection).certificate.hosts:
        raise WrongHost


async def require_workstation(connection: Connection, _route: BaseRouteHandler) -> None:
    """Raises NotPaired, TooManyTries; else notes which workstation calls."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    known = None
    if scheme.lower() == "bearer" and 0 < len(token) <= TOKEN_CHARACTERS_MAX and token.isascii():
        known = await box_of(connection).workstations.named_by(token)
    if known is None:
        tries, address = tries_of(connection), address_of(connection.scope)
        tries.let_in(address)
        await tries.wrong(address)
        raise NotPaired
    connection.scope["state"][_STATE] = known


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
